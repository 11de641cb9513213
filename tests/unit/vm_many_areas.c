// Address spaces with as many areas as there may be: what takes no more of them goes on working.
#include "vm_space.h"

#define PAGES 200

// Every other page is made read-only, until there is no room for more areas.  => how many there are
static unsigned cut_up(struct aspace *as)
{
    int err = 0;

    for (uint64 va = BASE + PGSIZE; err == 0 && va < BASE + PAGES * PGSIZE; va += 2 * PGSIZE) {
        CHECK_EQ(store_byte(as, va, 1), 0);
        err = aspace_protect(as, va, PGSIZE, PROT_READ);
    }
    CHECK_EQ(err, -ENOMEM);
    return as->areas.n;
}

// An array of areas that is a page of its own is nobody's loss.
TEST(many_areas_are_accounted_for)
{
    vm_begin();
    struct aspace *as = space_new(PAGES);
    CHECK(cut_up(as) > 24);
    CHECK_EQ(host_audit(), 0);
    aspace_put(as);
    vm_end();
}

TEST(unmapping_needs_room_only_to_split)
{
    vm_begin();
    struct aspace *as = space_new(PAGES);
    cut_up(as);
    while (as->areas.n < as->areas.room) // to the last place
        CHECK_EQ(aspace_munmap(as, as->areas.area[as->areas.n - 1].start + PGSIZE, PGSIZE), 0);
    struct area last = as->areas.area[as->areas.n - 1];
    CHECK_EQ(aspace_munmap(as, last.start + PGSIZE, PGSIZE), -ENOMEM); // two out of one
    CHECK_EQ(aspace_munmap(as, last.end - PGSIZE, PGSIZE), 0);         // the end of one
    CHECK_EQ(aspace_munmap(as, last.start, PGSIZE), 0);                // the beginning
    CHECK_EQ(aspace_munmap(as, BASE, PGSIZE), 0);                      // all of one
    CHECK_EQ(aspace_munmap(as, BASE + PGSIZE, 2 * PGSIZE), 0);         // of two
    CHECK_EQ(load_byte(as, BASE + PGSIZE), -EFAULT);
    CHECK_EQ(load_byte(as, BASE + 3 * PGSIZE), 1);
    CHECK_EQ(aspace_munmap(as, last.start + 2 * PGSIZE, PGSIZE), 0); // now there is room
    aspace_put(as);
    vm_end();
}

TEST(heap_shrinks_whatever_the_areas)
{
    vm_begin();
    struct aspace *as = space_new(PAGES);
    uint64 heap = BASE + 2 * PAGES * PGSIZE;
    aspace_set_heap(as, heap);
    CHECK_EQ(aspace_brk(as, heap + 4 * PGSIZE), heap + 4 * PGSIZE);
    CHECK(cut_up(as) > 24);
    CHECK_EQ(aspace_brk(as, heap + PGSIZE), heap + PGSIZE);
    CHECK_EQ(aspace_brk(as, heap), heap);
    aspace_put(as);
    vm_end();
}
