// Between the files that change an address space.
#pragma once

#include "types.h"
#include "vm/aspace.h"
#include "vm/pagetable.h"

#define MMAP_BOTTOM 0x40000000UL // where mmap looks for room at the lowest

// => the first address space with that serial number or a higher one that somebody uses, with a
// reference; NULL: none
struct aspace *aspace_from(uint64 serial);
// => the one behind `as` (NULL: the first of all); the reference to `as` ends here
struct aspace *aspace_next(struct aspace *as);
// Unmaps what lies in the range.  => lock held; room for what it adds is reserved; 0, or -ENOMEM
// and nothing has changed (a table that others have too must be copied first)
int aspace_cut(struct aspace *as, uint64 start, uint64 end);
// Drops the lock after areas may have been cut out.  => lock held; not afterwards
void aspace_unlock(struct aspace *as);
// => does an area contain every page of [start, end)?  lock held
bool aspace_all_mapped(struct aspace *as, uint64 start, uint64 end);
// The index of the object's page that the area has at va.
static inline uint64 object_index(const struct area *a, uint64 va)
{
    return (a->offset + (va - a->start)) >> PGSHIFT;
}
// A pte_visitor: adds one to the uint64 at arg.
void count_entry(pte_t *e, uint64 va, bool shared, void *arg);
// Tells the cache how to come by the areas that show an object (mapped.c).  Once.
void mapped_init(void);
