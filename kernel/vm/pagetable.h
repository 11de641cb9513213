// Page tables of user address spaces: three levels of Sv39 (privileged manual, 4.4).
//
// Every table is a frame of kind FRAME_TABLE with one reference, that of the entry that names it
// (the root's is its address space's, and each hart's that has it loaded).  A table counts its
// non-empty entries in frame.next; one that has none is freed.  An entry is empty if it is 0.
//
// Invariants of the tables (M1 to M4 of the design):
//   M1  refs(frame) = entries + cache slots + kernel holders naming it
//   M2  an entry with W names a frame with one reference
//   M3  a table with more than one reference is parked or sealed (no table is shared yet)
//   M4  an entry never allows more than its area
//
// All functions: the address space's lock is held.
#pragma once

#include "types.h"
#include "riscv.h"
#include "mem/frame.h"

#define USER_MIN PGSIZE    // page 0 is never mapped
#define USER_MAX TRAPFRAME // kernel/memlayout.h

// Entries of user pages always have A and D set: no hart need write to a table.
#define PTE_USER (PTE_V | PTE_U | PTE_A | PTE_D)

static inline pte_t pte_make(const struct frame *f, pte_t flags)
{
    return PA2PTE(frame_phys(f)) | flags;
}

static inline struct frame *pte_frame(pte_t e)
{
    return frame_of(PTE2PA(e));
}

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

// => the leaf entry for va; NULL if it has no table.
pte_t *pte_find(struct frame *root, uint64 va);
// => the same, with tables made as needed; NULL if out of memory, and then nothing has changed.
pte_t *pte_find_or_make(struct frame *root, uint64 va);
// Frees the tables above va that have no entry left: after a pte_find_or_make() that led to
// nothing.
void pte_trim(struct frame *root, uint64 va);
// Fills an empty entry.
void pte_fill(pte_t *e, pte_t value);

// Calls fn for every non-empty leaf entry of [start, end), in order.  fn may change the entry, but
// not to empty.
typedef void pte_visitor(pte_t *e, uint64 va, void *arg);
void pte_each(struct frame *root, uint64 start, uint64 end, pte_visitor *fn, void *arg);
// => how many leaf entries are not empty: a look at each leaf table, not at each entry.
uint64 pte_total(struct frame *root);

// Empties the entries of [start, end) and drops their frames' references.  While others may run in
// the address space every hart forgets the translations before a frame is given back; with `dying`
// nobody will run there again, and no fence is needed: the kernel never uses a user address, and a
// hart that loads another root forgets all.
void pte_clear_range(struct frame *root, uint64 start, uint64 end, bool dying);

// uvmcopy's two steps.  The first makes the child's tables for what the parent has in [start, end);
// the second shares the pages and cannot fail.
int uvmcopy_reserve(struct frame *parent, struct frame *child, uint64 start, uint64 end);
// => true if an entry of the parent's lost its W: the caller fences.
bool uvmcopy_share(struct frame *parent, struct frame *child, uint64 start, uint64 end);

// All tables and pages that hang under a root, for the audit: calls audit_count for each reference.
void pagetable_audit(struct frame *root);
