// Address spaces with many areas, up to as many as there may be.
#include "vm_space.h"

#define PAGES (2UL * AREAS_MAX + 100)

// Every other page is made read-only, until there may be no more areas.
static void cut_up(struct aspace *as, unsigned areas)
{
    int err = 0;

    for (uint64 va = BASE + PGSIZE; err == 0 && as->areas.n < areas; va += 2 * PGSIZE)
        err = aspace_protect(as, va, PGSIZE, PROT_READ);
    CHECK_EQ(err, 0);
}

static unsigned depth(const struct area *a)
{
    unsigned deepest = 0, here = 0;
    // The way to a node is found from the top: no recursion over what may be deep.
    const struct area *stack[200];
    unsigned level[200], n = 0;

    if (!a)
        return 0;
    stack[n] = a;
    level[n++] = 1;
    while (n > 0) {
        a = stack[--n];
        here = level[n];
        deepest = here > deepest ? here : deepest;
        CHECK(n + 2 < 200);
        if (a->left) {
            stack[n] = a->left;
            level[n++] = here + 1;
        }
        if (a->right) {
            stack[n] = a->right;
            level[n++] = here + 1;
        }
    }
    return deepest;
}

TEST(sixty_five_thousand_areas)
{
    vm_begin();
    struct aspace *as = space_new(PAGES);
    cut_up(as, 65001);
    CHECK(depth(as->areas.root) < 60); // 2 log2(n) is 32 on average
    CHECK_EQ(store_byte(as, BASE, 1), 0);
    CHECK_EQ(store_byte(as, BASE + PGSIZE, 1), -EFAULT);
    CHECK_EQ(load_byte(as, BASE + 64999 * PGSIZE), 0);
    CHECK_EQ(aspace_protect(as, BASE, PAGES * PGSIZE, PROT_READ), 0); // all are alike again
    CHECK_EQ(as->areas.n, 1);
    aspace_put(as);
    vm_end();
}

TEST(no_more_areas_than_there_may_be)
{
    vm_begin();
    struct aspace *as = space_new(PAGES);
    cut_up(as, AREAS_MAX - 1);
    uint64 last = BASE + (PAGES - 50) * PGSIZE;
    CHECK_EQ(aspace_protect(as, last, PGSIZE, PROT_READ), -ENOMEM);
    CHECK_EQ(aspace_munmap(as, last, PGSIZE), 0); // two out of one
    CHECK_EQ(as->areas.n, AREAS_MAX);
    CHECK_EQ(aspace_munmap(as, last + 2 * PGSIZE, PGSIZE), -ENOMEM);
    CHECK_EQ(aspace_munmap(as, last + PGSIZE, PGSIZE), 0); // the beginning of one
    CHECK_EQ(aspace_munmap(as, BASE, 2 * PGSIZE), 0);      // all of two
    CHECK_EQ(aspace_munmap(as, last + 3 * PGSIZE, PGSIZE), 0);
    CHECK_EQ(load_byte(as, last + 3 * PGSIZE), -EFAULT);
    CHECK_EQ(load_byte(as, last + 2 * PGSIZE), 0);
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
    cut_up(as, AREAS_MAX - 1);
    CHECK_EQ(aspace_brk(as, heap + PGSIZE), heap + PGSIZE);
    CHECK_EQ(aspace_brk(as, heap), heap);
    aspace_put(as);
    vm_end();
}

// Maps that cannot become one are found room for one by one, without a search from the top each.
TEST(many_maps_side_by_side)
{
    vm_begin();
    struct aspace *as = space_new(0);
    uint64 at[2000];
    for (int i = 0; i < 2000; i++) {
        uint32 prot = i % 2 ? PROT_READ : PROT_READ | PROT_WRITE;
        at[i] = (uint64)mmap_zeros(as, 0, PGSIZE << i % 3, prot, PLACE_HINT);
        CHECK((int64)at[i] > 0);
    }
    CHECK(as->areas.n >= 1000);
    // A hole higher up is found again.
    CHECK_EQ(aspace_munmap(as, at[600], PGSIZE << 600 % 3), 0);
    CHECK_EQ(mmap_zeros(as, 0, PGSIZE << 600 % 3, PROT_READ, PLACE_HINT), at[600]);
    aspace_put(as);
    vm_end();
}
