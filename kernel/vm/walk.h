// Between the files that walk page tables (vm/pagetable.h has what others see).
#pragma once

#include "vm/pagetable.h"
#include "vm/table.h"

static inline uint64 min(uint64 a, uint64 b)
{
    return a < b ? a : b;
}

static inline uint64 next_boundary(uint64 va, uint64 span)
{
    return (va & ~(span - 1)) + span;
}

// => the first entry from `at` on, before `end`, that is not empty; `end` if all are.  Most of a
// table is empty: four at a look.
static inline const pte_t *next_entry(const pte_t *at, const pte_t *end)
{
    while (end - at >= 4 && !(at[0] | at[1] | at[2] | at[3]))
        at += 4;
    while (at < end && *at == 0)
        at++;
    return at;
}

// => the entry for va at `level`; NULL if a table above it is missing.  Parked tables are walked
// through: what lies under them is there, though the hardware cannot reach it.
pte_t *entry_at(struct frame *root, uint64 va, int level);
// => the first address at or after va, below end, that has a leaf table; end if there is none
uint64 skip_holes(struct frame *root, uint64 va, uint64 end);
// A stretch is walked in runs: entries of one table that are covered whole, at the highest level
// where that is so.  However long a stretch is it has five runs at the most: pages, leaf tables,
// the tables of those, and down again.
struct run {
    int level;       // of the table in which the entries lie
    uint64 va, stop; // what they cover
};

// The run that begins at va, of a stretch that goes to `end`, in tables of level `top` at the
// highest.
static inline struct run run_at(uint64 va, uint64 end, int top)
{
    struct run r = { 0, va, 0 };
    while (r.level < top && va % SPAN(r.level + 1) == 0 && end - va >= SPAN(r.level + 1))
        r.level++;
    uint64 table = next_boundary(va, SPAN(r.level + 1)), last = end & ~(SPAN(r.level) - 1);
    r.stop = last < table ? last : table;
    return r;
}

static inline uint64 run_length(const struct run *r)
{
    return (r->stop - r->va) >> (12 + 9 * r->level);
}

// => the entry for va at `level` in a table that is the space's own; NULL if out of memory
pte_t *own_entry_at(struct frame *root, uint64 va, int level);
// Makes the empty table that an empty entry of a table of `level` is to name.  => NULL if out of
// memory
struct frame *table_add(pte_t *e, int level);
