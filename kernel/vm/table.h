// One page table, as a thing that several may have (docs/memory.md, "Sharing tables").
//
// A table is a frame of kind FRAME_TABLE, a root of kind FRAME_ROOT.  Its references are the
// entries that name it; the root's is its address space's, and each hart's that has it loaded.  A
// table with one reference is *owned* by the address space it hangs under, if all tables above it
// are, and may be changed under that space's lock.  A table with more is *shared*: the locks of
// several spaces lead to it, none of them alone protects it, so its contents are constant but for
// one kind of change, which everybody makes in the same way: a PAGE loses W for PTE_COW, a TABLE
// becomes PARKED.  Both keep what is there, and doing them twice is doing them once, so they need
// no lock.  Pages of live areas (vm/area.h) come and go with their object, so none stands in a
// shared table.
#pragma once

#include "types.h"
#include "vm/entry.h"

#define TABLE_ENTRIES 512
#define SPAN(level)   (1UL << (12 + 9 * (level))) // what one entry of a table of this level covers
#define LEAF_SPAN     SPAN(1)                     // what one leaf table covers
#define ROOT_LEVEL    2
#define USER_ROOT     256 // entries of the root below the kernel's

static inline pagetable_t table_of(const struct frame *table)
{
    return frame_page(table);
}

// 0: its entries are pages; a table of level n names tables of level n - 1.
static inline int table_level(const struct frame *table)
{
    return table->flags;
}

static inline unsigned index_at(uint64 va, int level)
{
    return va >> (12 + 9 * level) & (TABLE_ENTRIES - 1);
}

// The table that an entry lies in.
static inline struct frame *table_home(const pte_t *e)
{
    return frame_of_page((const void *)((uint64)e & ~(PGSIZE - 1UL)));
}

static inline bool table_is_shared(const struct frame *table)
{
    return frame_refs(table) > 1;
}

// => an empty table with one reference; NULL if out of memory
struct frame *table_new(int level);

// What a sharer's entry is for one of `table`'s: a reference is counted, and on both sides the page
// has lost W, the table below is parked.  The caller fences where a hart may have reached it.
static inline pte_t table_share_entry(pte_t *e, int level)
{
    pte_t shared = *e;
    if (level > 0)
        shared = pte_parked(shared);
    else if (shared & PTE_W)
        shared ^= PTE_W | PTE_COW;
    __atomic_store_n(e, shared, __ATOMIC_RELAXED);
    entry_get(shared);
    return shared;
}

// A copy of the table that shares all it names.  => one reference; NULL if out of memory
struct frame *table_copy(struct frame *table);
// Takes W from all pages of a leaf table, so that its sharers may map it for loads.
void table_seal(struct frame *table);
// Drops a reference to a table that the caller can no longer reach; the last one drops all that the
// table names.  It breathes: no spinlock is held.
void table_put(struct frame *table);
