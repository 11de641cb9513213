// What a page-table entry means (Sv39; privileged manual, 4.3.1 and 4.4).
//
// The hardware follows an entry only if it has V; of one without V it ignores all other bits, and
// those are ours.  So an entry can keep a frame or a table that no hart may reach:
//
//   EMPTY     0: nothing is there; inside an area the first touch fills it
//   PAGE      V, R: a user's page, with the rights in it; PTE_COW: copy before the first store;
//             PTE_SHARED: stores go to the page itself, but without W the object is asked first
//   TABLE     V, no R: the table of the next level
//   PARKED    the table of the next level, out of the hardware's reach: others may have it too
//   WITHHELD  a user's page that nobody may touch (PROT_NONE): it keeps its bytes
//   SWAPPED   a user's page that lies in swap space, in the slot that is named; what may be done
//             with it the area says
//
// A leaf table has EMPTY, PAGE, WITHHELD and SWAPPED; the tables above it EMPTY, TABLE and PARKED.
// Every kind but EMPTY holds one reference to the frame in it, or to the slot.
#pragma once

#include "types.h"
#include "riscv.h"
#include "cache/swap.h"
#include "mem/frame.h"

enum entry_kind {
    ENTRY_EMPTY,
    ENTRY_PAGE,
    ENTRY_TABLE,
    ENTRY_PARKED,
    ENTRY_WITHHELD,
    ENTRY_SWAPPED
};

// What an entry without V is.  Neither is W or X: it never looks as if it allowed something.
#define TAG_PARKED   (1UL << 1)
#define TAG_WITHHELD (1UL << 5)
#define TAG_SWAPPED  (1UL << 63)

// Entries of user pages always have D set, and A but for those that the pager watches (vm/pager.c):
// no other makes a hart write to a table, or fault.
#define PTE_USER (PTE_V | PTE_U | PTE_A | PTE_D)

static inline pte_t pte_make(const struct frame *f, pte_t flags)
{
    return PA2PTE(frame_phys(f)) | flags;
}

// The frame, or the frame of the table, that an entry names: bits 10 and up are its page number,
// for the ten highest are 0 in ours.  => neither EMPTY nor SWAPPED
static inline struct frame *pte_frame(pte_t e)
{
    return (struct frame *)(frame_base + (e >> 10) * sizeof(struct frame));
}

static inline bool pte_is_swapped(pte_t e)
{
    return (int64)e < 0;
}

static inline uint64 pte_slot(pte_t e)
{
    return (e & ~TAG_SWAPPED) >> 10;
}

static inline pte_t pte_swapped(uint64 slot)
{
    return TAG_SWAPPED | slot << 10;
}

static inline enum entry_kind pte_kind(pte_t e)
{
    if (pte_is_swapped(e))
        return ENTRY_SWAPPED;
    if (e & PTE_V)
        return e & PTE_R ? ENTRY_PAGE : ENTRY_TABLE;
    if (e & TAG_WITHHELD)
        return ENTRY_WITHHELD;
    return e == 0 ? ENTRY_EMPTY : ENTRY_PARKED;
}

// Counts once more what an entry names.  => not EMPTY
static inline void entry_get(pte_t e)
{
    if (pte_is_swapped(e))
        swap_get(pte_slot(e));
    else
        frame_get(pte_frame(e));
}

// Gives back the reference of an entry of a leaf table (of others: table_put()).
static inline void entry_put(pte_t e)
{
    if (pte_is_swapped(e))
        swap_put(pte_slot(e));
    else
        frame_put(pte_frame(e));
}

// => how many references there are to what the entry of a page names
static inline uint32 entry_refs(pte_t e)
{
    return pte_is_swapped(e) ? swap_refs(pte_slot(e)) : frame_refs(pte_frame(e));
}

static inline pte_t pte_table(const struct frame *table)
{
    return pte_make(table, PTE_V);
}

// The same table, out of the hardware's reach.
static inline pte_t pte_parked(pte_t e)
{
    return (e & ~PTE_FLAGS(~0UL)) | TAG_PARKED;
}
