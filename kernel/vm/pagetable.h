// Page tables of user address spaces: three levels of Sv39 (privileged manual, 4.4).
//
// A space's root is its own; a table below may be shared with other spaces (vm/table.h).  fork
// shares a table by parking it in the entries of both sides; whoever wants to change something
// below a parked entry first *owns the path*: from the root down, a table that only this space has
// is made valid again, one that others have too is replaced by a copy.  Who only loads need not own
// a leaf table: without any W in it (sealed) it may be valid for all its sharers.
//
// A table counts its entries that are not EMPTY in frame.next; one that has none is freed.
//
// Invariants of the tables (M1 to M4 of the design):
//   M1  refs(frame) = entries + cache slots + kernel holders naming it, the entries of a shared
//       table counted once, however many spaces have it
//   M2  an entry with W names a frame with one reference, or is PTE_SHARED, and the hardware
//       reaches it by tables with one reference only
//   M3  a table with more than one reference is parked in every entry that names it, or is a leaf
//       table without W
//   M4  an entry never allows more than its area
//
// All functions: the address space's lock is held.
#pragma once

#include "types.h"
#include "riscv.h"
#include "mem/frame.h"
#include "vm/entry.h"

#define USER_MIN PGSIZE    // page 0 is never mapped
#define USER_MAX TRAPFRAME // kernel/memlayout.h

// => the harts that may remember translations of this root, one bit each, for the fence.  The full
// fence orders the entries stored before against the look: a hart that is not seen here has yet to
// set its bit, and finds those entries when it walks the tables after that.
static inline uint32 root_harts(const struct frame *root)
{
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    return __atomic_load_n(&root->active, __ATOMIC_RELAXED);
}

// => a root with the kernel's half in it; NULL if out of memory.
struct frame *root_new(void);

// => the leaf entry for va that the hardware finds; NULL if it has no table or that is parked.
pte_t *pte_find(struct frame *root, uint64 va);
// => the leaf entry for va in a table that is the space's own, with tables made, taken back and
// copied as needed; NULL if out of memory, and then no page is mapped otherwise than before.
pte_t *pte_own(struct frame *root, uint64 va);
// => the leaf entry for va, for a load: as pte_own(), but a shared leaf table that has the page is
// sealed and mapped as it is.
pte_t *pte_reach(struct frame *root, uint64 va);
// Frees the tables above va that have no entry left: after a pte_own() that led to nothing.
void pte_trim(struct frame *root, uint64 va);
// Fills an empty entry of a table that is the space's own.
void pte_fill(pte_t *e, pte_t value);

// Owns the tables that have entries on both sides of `start` or of `end`, so that what lies between
// can be emptied; and all tables between.  => 0; -ENOMEM, and then nothing is mapped otherwise.
int pte_own_edges(struct frame *root, uint64 start, uint64 end);
int pte_own_range(struct frame *root, uint64 start, uint64 end);

// Calls fn for every leaf entry of [start, end) that is not empty, in order; `shared`: other spaces
// have its table too, and fn may not change it.  Else fn may, but not to empty.
typedef void pte_visitor(pte_t *e, uint64 va, bool shared, void *arg);
void pte_each(struct frame *root, uint64 start, uint64 end, pte_visitor *fn, void *arg);
// => how many leaf entries are not empty: a look at each leaf table, not at each entry.
uint64 pte_total(struct frame *root);
// => how many tables only this space has, its root included.
uint64 pte_own_tables(struct frame *root);
// => how many references the tables on the way to va have at the most; 1: the path is owned.
uint32 pte_sharers(struct frame *root, uint64 va);

// Empties the entries of [start, end) and drops what they name.  While others may run in the
// address space every hart forgets the translations before a frame is given back.
// => the edges are owned
void pte_clear_range(struct frame *root, uint64 start, uint64 end);
// The same for a space in which nobody will run again: no fence is needed, for the kernel never
// uses a user address and a hart that loads another root forgets all.  Nothing need be owned:
// whatever hangs under a shared table that reaches into the range goes with it.
void pte_clear_dying(struct frame *root, uint64 start, uint64 end);

// All tables and pages that hang under a root, for the audit: calls audit_count for each reference.
void pagetable_audit(struct frame *root);
