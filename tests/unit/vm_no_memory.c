// kernel/vm: each allocation fails in turn.
#include <stdlib.h>
#include "vm_space.h"

// Hazard 9: fork that fails at each allocation in turn leaves the parent as it was.
TEST(fork_fails_at_each_allocation)
{
    vm_begin();
    struct aspace *parent = space_new(1200); // three leaf tables
    for (uint64 page = 0; page < 1200; page += 300)
        store_byte(parent, BASE + page * PGSIZE, (uchar)(page / 300 + 1));
    CHECK_EQ(space_map(parent, 0x40000000, 4, PROT_READ | PROT_WRITE, NULL, 0), 0);
    store_byte(parent, 0x40000000, 50);
    struct aspace *child = NULL;
    int failures = 0;
    for (long n = 1; !child; n++) {
        size_t before = frames_free();
        host_fail_kalloc(n);
        child = aspace_fork(parent);
        host_fail_kalloc(0);
        if (child)
            break;
        failures++;
        CHECK_EQ(host_audit(), 0);
        CHECK(frames_free() + 2 >= before); // small objects may keep a page
        for (uint64 page = 0; page < 1200; page += 300) {
            CHECK_EQ(refs(parent, BASE + page * PGSIZE), 1);
            CHECK_EQ(store_byte(parent, BASE + page * PGSIZE + 1, (uchar)n), 0);
            CHECK_EQ(load_byte(parent, BASE + page * PGSIZE), page / 300 + 1);
        }
    }
    CHECK(failures >= 5);
    CHECK_EQ(load_byte(child, 0x40000000), 50);
    aspace_put(child);
    aspace_put(parent);
    vm_end();
}

// Hazard 8, and no table is left behind by a fault that fails.
TEST(fault_fails_at_each_allocation)
{
    vm_begin();
    struct object *file = backing_new(1);
    for (int kind = 0; kind < 3; kind++) {
        struct aspace *as = space_new(kind < 2 ? 1 : 0), *child = NULL;
        if (kind == 1) {
            store_byte(as, BASE, 5);
            child = aspace_fork(as);
        }
        if (kind == 2)
            CHECK_EQ(space_map(as, BASE, 1, PROT_READ | PROT_WRITE, file, 100), 0);
        int err = -ENOMEM;
        for (long n = 1; err; n++) {
            pte_t before = entry(as, BASE);
            host_fail_kalloc(n);
            err = vm_fault(as, BASE, ACCESS_WRITE);
            host_fail_kalloc(0);
            CHECK(err == 0 || err == -ENOMEM);
            CHECK_EQ(host_audit(), 0);
            if (err)
                CHECK_EQ(entry(as, BASE), before);
        }
        CHECK_EQ(store_byte(as, BASE, 6), 0);
        if (child) {
            CHECK_EQ(load_byte(child, BASE), 5);
            aspace_put(child);
        }
        aspace_put(as);
    }
    backing_drop(file);
    vm_end();
}

TEST(populate_is_all_there_or_an_error)
{
    vm_begin();
    struct aspace *as = space_new(HOST_RAM / PGSIZE + 10);
    CHECK_EQ(aspace_populate(as, BASE, 20 * PGSIZE, true), 0);
    for (uint64 page = 0; page < 20; page++)
        CHECK(entry(as, BASE + page * PGSIZE) & PTE_W);
    CHECK_EQ(aspace_populate(as, BASE, HOST_RAM, true), -ENOMEM);
    CHECK_EQ(aspace_discard(as, BASE, HOST_RAM), 0);
    CHECK_EQ(frames_in_use(FRAME_USER), 0);
    CHECK_EQ(aspace_populate(as, BASE - PGSIZE, 2 * PGSIZE, true), -ENOMEM);
    aspace_put(as);
    vm_end();
}
