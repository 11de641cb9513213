// kernel/vm on several harts: what one hart changes, no other goes on believing (tlb.h).
//
// Hart 1 has used an address space, and remembers.  Hart 0 changes it.  When the call returns, hart
// 1 must see the change, and nothing may have been given back that it could still reach.
#include <string.h>
#include "riscv/hart.h"
#include "tlb.h"
#include "vm_space.h"

#define FAR 0x40000000UL // has tables of its own

// A space with `pages` pages at BASE, each stored to by hart 1; hart 0 acts.
static struct aspace *used_by_hart_1(uint64 pages)
{
    vm_begin();
    struct aspace *as = space_new(pages);
    host_act_as(1);
    for (uint64 i = 0; i < pages; i++)
        CHECK_EQ(store_byte(as, BASE + i * PGSIZE, (uchar)(i + 1)), 0);
    host_act_as(0);
    return as;
}

static void done_with(struct aspace *as)
{
    host_act_as(0);
    aspace_put(as);
    vm_end();
}

TEST(forgetful_machine_remembers)
{
    struct aspace *as = used_by_hart_1(1);
    CHECK_EQ(as->root->active, 2);
    pte_t *e = pte_find(as->root, BASE), was = *e;
    *e = 0; // behind everybody's back
    host_act_as(1);
    CHECK_EQ(load_byte(as, BASE), 1);
    CHECK_EQ(store_byte(as, BASE, 2), 0);
    host_act_as(0);
    uchar byte = 0;
    CHECK(!tlb_access(as, BASE, ACCESS_READ, &byte));
    CHECK_EQ(as->root->active, 3);
    *e = was;
    CHECK_EQ(load_byte(as, BASE), 2);
    done_with(as);
}

TEST(fork_is_a_snapshot_on_every_hart)
{
    struct aspace *as = used_by_hart_1(3);
    struct aspace *child = aspace_fork(as);
    host_act_as(1);
    for (uint64 i = 0; i < 3; i++)
        CHECK_EQ(store_byte(as, BASE + i * PGSIZE, 99), 0);
    host_act_as(0);
    for (uint64 i = 0; i < 3; i++)
        CHECK_EQ(load_byte(child, BASE + i * PGSIZE), i + 1);
    aspace_put(child);
    done_with(as);
}

// Fork of a space that only others run: the parent's harts are told, whichever they are.
TEST(fork_tells_each_hart)
{
    struct aspace *as = used_by_hart_1(1);
    for (int hart = 1; hart < HOST_HARTS; hart++) {
        host_act_as(hart);
        store_byte(as, BASE, (uchar)hart);
    }
    host_act_as(0);
    struct aspace *child = aspace_fork(as);
    for (int hart = 1; hart < HOST_HARTS; hart++) {
        host_act_as(hart);
        CHECK_EQ(store_byte(as, BASE, (uchar)(10 + hart)), 0);
    }
    host_act_as(0);
    CHECK_EQ(load_byte(child, BASE), HOST_HARTS - 1);
    CHECK_EQ(load_byte(as, BASE), 10 + HOST_HARTS - 1);
    aspace_put(child);
    done_with(as);
}

// Both a page that was shared and the zero frame: hart 1 reads the old one until it is told.
TEST(a_copy_is_seen_by_who_has_read_the_old)
{
    struct aspace *as = used_by_hart_1(2);
    CHECK_EQ(aspace_discard(as, BASE + PGSIZE, PGSIZE), 0);
    struct aspace *child = aspace_fork(as);
    host_act_as(1);
    CHECK_EQ(load_byte(as, BASE), 1);
    CHECK_EQ(load_byte(as, BASE + PGSIZE), 0);
    host_act_as(0);
    CHECK_EQ(store_byte(as, BASE, 50), 0);
    CHECK_EQ(store_byte(as, BASE + PGSIZE, 51), 0);
    aspace_put(child); // the old page goes
    host_act_as(1);
    CHECK_EQ(load_byte(as, BASE), 50);
    CHECK_EQ(load_byte(as, BASE + PGSIZE), 51);
    done_with(as);
}

// The same when it is the kernel that stores.
TEST(a_copy_by_copyout_is_seen)
{
    struct aspace *as = used_by_hart_1(1);
    struct aspace *child = aspace_fork(as);
    host_act_as(1);
    CHECK_EQ(load_byte(as, BASE), 1);
    host_act_as(0);
    CHECK_EQ(copyout(as, BASE, "x", 1), 0);
    host_act_as(1);
    CHECK_EQ(load_byte(as, BASE), 'x');
    host_act_as(0);
    CHECK_EQ(load_byte(child, BASE), 1);
    aspace_put(child);
    done_with(as);
}

// Few pages and many: they are given back in helpings.
TEST(discarded_pages_are_forgotten)
{
    static const uint64 pages[] = { 1, 2, 63, 64, 65, 300 };
    for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
        struct aspace *as = used_by_hart_1(pages[i]);
        CHECK_EQ(aspace_discard(as, BASE, pages[i] * PGSIZE), 0);
        host_act_as(1);
        for (uint64 p = 0; p < pages[i]; p++)
            CHECK_EQ(load_byte(as, BASE + p * PGSIZE), 0);
        done_with(as);
    }
}

TEST(unmapped_pages_are_forgotten)
{
    struct aspace *as = used_by_hart_1(100);
    CHECK_EQ(aspace_munmap(as, BASE + PGSIZE, 98 * PGSIZE), 0);
    host_act_as(1);
    CHECK_EQ(load_byte(as, BASE + PGSIZE), -EFAULT);
    CHECK_EQ(store_byte(as, BASE + 98 * PGSIZE, 1), -EFAULT);
    CHECK_EQ(load_byte(as, BASE), 1);
    CHECK_EQ(load_byte(as, BASE + 99 * PGSIZE), 100);
    done_with(as);
}

TEST(mapped_over_is_new)
{
    struct aspace *as = used_by_hart_1(2);
    CHECK_EQ(mmap_zeros(as, BASE, PGSIZE, PROT_READ, PLACE_FIXED), BASE);
    host_act_as(1);
    CHECK_EQ(store_byte(as, BASE, 9), -EFAULT);
    CHECK_EQ(load_byte(as, BASE), 0);
    CHECK_EQ(load_byte(as, BASE + PGSIZE), 2);
    done_with(as);
}

TEST(shrunk_heap_is_forgotten)
{
    struct aspace *as = used_by_hart_1(1);
    CHECK_EQ(aspace_set_heap(as, FAR), 0);
    CHECK_EQ(aspace_brk(as, FAR + 4 * PGSIZE), FAR + 4 * PGSIZE);
    host_act_as(1);
    store_byte(as, FAR + 3 * PGSIZE, 7);
    host_act_as(0);
    CHECK_EQ(aspace_brk(as, FAR + PGSIZE), FAR + PGSIZE);
    CHECK_EQ(aspace_brk(as, FAR + 4 * PGSIZE), FAR + 4 * PGSIZE);
    host_act_as(1);
    CHECK_EQ(load_byte(as, FAR + 3 * PGSIZE), 0);
    done_with(as);
}

// A right that is taken away is gone when mprotect returns; one that is given comes at the latest
// with a fault.
TEST(rights_are_taken_away_everywhere)
{
    struct aspace *as = used_by_hart_1(2);
    CHECK_EQ(aspace_protect(as, BASE, PGSIZE, PROT_READ), 0);
    host_act_as(1);
    CHECK_EQ(store_byte(as, BASE, 9), -EFAULT);
    CHECK_EQ(store_byte(as, BASE + PGSIZE, 9), 0);
    host_act_as(0);
    CHECK_EQ(aspace_protect(as, BASE, PGSIZE, PROT_READ | PROT_WRITE), 0);
    host_act_as(1);
    CHECK_EQ(store_byte(as, BASE, 9), 0);
    host_act_as(0);
    CHECK_EQ(load_byte(as, BASE), 9);
    done_with(as);
}

TEST(right_to_run_is_taken_away_everywhere)
{
    vm_begin();
    struct aspace *as = space_new(0);
    CHECK_EQ(space_map(as, BASE, 1, PROT_READ | PROT_EXEC, NULL, 0), 0);
    host_act_as(1);
    CHECK_EQ(run_byte(as, BASE), 0);
    host_act_as(0);
    CHECK_EQ(aspace_protect(as, BASE, PGSIZE, PROT_READ), 0);
    host_act_as(1);
    CHECK_EQ(run_byte(as, BASE), -EFAULT);
    CHECK_EQ(load_byte(as, BASE), 0);
    done_with(as);
}

// Tables that have become empty go; a hart that walked by them must not walk there again.
TEST(freed_tables_are_forgotten)
{
    struct aspace *as = used_by_hart_1(1);
    tlb_guess = FAR;
    for (int round = 0; round < 3; round++) {
        CHECK_EQ(space_map(as, FAR, 600, PROT_READ | PROT_WRITE, NULL, 0), 0);
        host_act_as(1);
        store_byte(as, FAR, 5);
        store_byte(as, FAR + 599 * PGSIZE, 6);
        host_act_as(0);
        if (round == 1) {
            CHECK_EQ(aspace_discard(as, FAR, 600 * PGSIZE), 0);
            host_act_as(1);
            CHECK_EQ(load_byte(as, FAR), 0);
            host_act_as(0);
        }
        size_t tables = host_tables();
        CHECK_EQ(aspace_munmap(as, FAR, 600 * PGSIZE), 0);
        CHECK(host_tables() < tables);
        host_act_as(1);
        CHECK_EQ(load_byte(as, FAR), -EFAULT);
        host_act_as(0);
    }
    done_with(as);
}

// A fault that leads to nothing gives its tables back; another hart may have walked there
// meanwhile.
TEST(tables_of_a_failed_fault_are_forgotten)
{
    struct aspace *as = used_by_hart_1(1);
    CHECK_EQ(space_map(as, FAR, 1, PROT_READ | PROT_WRITE, NULL, 0), 0);
    tlb_guess = FAR;
    for (long n = 1, err = -ENOMEM; err; n++) {
        host_fail_kalloc(n);
        err = vm_fault(as, FAR, ACCESS_WRITE);
        host_fail_kalloc(0);
    }
    done_with(as);
}

// Tables that fork has shared: whoever stores first gets a copy of the table, and the harts that
// have come by the old one look again.  The others' side is as it was, and may go.
TEST(a_shared_table_is_left_by_every_hart)
{
    vm_begin();
    struct aspace *parent = space_new(0);
    CHECK_EQ(space_map(parent, FAR, 1024, PROT_READ | PROT_WRITE, NULL, 0), 0);
    for (uint64 i = 0; i < 1024; i += 4)
        store_byte(parent, FAR + i * PGSIZE, 1);
    struct aspace *child = aspace_fork(parent);
    for (int hart = 1; hart < 3; hart++) {
        host_act_as(hart);
        CHECK_EQ(load_byte(child, FAR), 1);
        CHECK_EQ(load_byte(child, FAR + PGSIZE), 0);
    }
    tlb_guess = FAR;
    CHECK_EQ(store_byte(child, FAR, 2), 0); // by hart 2
    CHECK_EQ(store_byte(child, FAR + PGSIZE, 3), 0);
    host_act_as(1);
    CHECK_EQ(load_byte(child, FAR), 2);
    CHECK_EQ(load_byte(child, FAR + PGSIZE), 3);
    host_act_as(3);
    CHECK_EQ(load_byte(parent, FAR), 1);
    CHECK_EQ(store_byte(parent, FAR + 4 * PGSIZE, 4), 0);
    host_act_as(1);
    CHECK_EQ(load_byte(child, FAR + 4 * PGSIZE), 1);
    host_act_as(0);
    aspace_put(parent);
    for (int hart = 1; hart < 3; hart++) {
        host_act_as(hart);
        for (uint64 i = 4; i < 1024; i += 4)
            CHECK_EQ(load_byte(child, FAR + i * PGSIZE), 1);
    }
    host_act_as(0);
    CHECK_EQ(aspace_munmap(child, FAR, 1024 * PGSIZE), 0);
    host_act_as(1);
    CHECK_EQ(load_byte(child, FAR), -EFAULT);
    done_with(child);
}

// A hart may remember for ever that an entry was empty, or lacked a right: a fault that finds
// nothing to do makes it look again.
TEST(stubborn_harts_get_on)
{
    struct aspace *as = used_by_hart_1(1);
    tlb_stubborn = true;
    CHECK_EQ(space_map(as, FAR, 3, PROT_READ | PROT_WRITE, NULL, 0), 0);
    uchar byte;
    host_act_as(1);
    for (uint64 i = 0; i < 3; i++)
        CHECK(!tlb_access(as, FAR + i * PGSIZE, ACCESS_READ, &byte));
    host_act_as(0);
    CHECK_EQ(store_byte(as, FAR, 1), 0);
    host_act_as(1);
    CHECK_EQ(load_byte(as, FAR), 1);
    CHECK_EQ(load_byte(as, FAR + PGSIZE), 0);
    CHECK_EQ(store_byte(as, FAR + PGSIZE, 2), 0); // remembered as read-only
    CHECK_EQ(aspace_populate(as, FAR, 3 * PGSIZE, true), 0);
    CHECK_EQ(store_byte(as, FAR + 2 * PGSIZE, 3), 0);
    done_with(as);
}

// Text that comes to memory is seen by the fetches of every hart that runs there.
TEST(text_is_fetched_anew)
{
    vm_begin();
    struct object *file = backing_new(2);
    struct aspace *as = space_new(1);
    CHECK_EQ(space_map(as, FAR, 2, PROT_READ | PROT_EXEC, file, PGSIZE + 100), 0);
    CHECK_EQ(space_map(as, FAR + 4 * PGSIZE, 1, PROT_READ | PROT_WRITE, NULL, 0), 0);
    for (int hart = 1; hart < 3; hart++) {
        host_act_as(hart);
        store_byte(as, BASE, 1);
    }
    for (uint64 page = 0; page < 2; page++) {
        host_icache_flushed = 0;
        CHECK_EQ(run_byte(as, FAR + page * PGSIZE), backing_byte(page, 0));
        CHECK_EQ(host_icache_flushed & 6, 6);
    }
    store_byte(as, FAR + 4 * PGSIZE, 1);
    host_icache_flushed = 0;
    CHECK_EQ(aspace_protect(as, FAR + 4 * PGSIZE, PGSIZE, PROT_READ | PROT_EXEC), 0);
    CHECK_EQ(host_icache_flushed & 6, 6);
    host_act_as(0);
    aspace_put(as);
    backing_drop(file);
    vm_end();
}

// --- at the same time -------------------------------------------------------------------------

#define ROUNDS 300
#define PAGES  4
static struct aspace *shared_space;
static uint32 finished; // atomic

// Harts 1 and up store counters that only grow, each to its own byte of each page, page after page
// in order.
static void store_in_order(int hart)
{
    for (uchar n = 1; !__atomic_load_n(&finished, __ATOMIC_ACQUIRE); n = n % 100 + 1)
        for (uint64 p = 0; p < PAGES; p++)
            CHECK_EQ(store_byte(shared_space, BASE + p * PGSIZE + (uint64)hart, n), 0);
}

// A snapshot holds for each hart the same count on the first pages and the one before it on the
// rest, and does not change afterwards.
static void check_snapshot(struct aspace *child)
{
    for (uint64 hart = 1; hart < HOST_HARTS; hart++) {
        int first = load_byte(child, BASE + hart), changes = 0;
        for (uint64 p = 1, last = (uint64)first; p < PAGES; p++) {
            uint64 now = (uint64)load_byte(child, BASE + p * PGSIZE + hart);
            if (now != last)
                CHECK(++changes == 1 && now == (last + 98) % 100 + 1);
            last = now;
        }
        CHECK_EQ(load_byte(child, BASE + hart), first);
    }
}

static void fork_and_look(void)
{
    for (int round = 0; round < ROUNDS; round++) {
        struct aspace *child = aspace_fork(shared_space);
        check_snapshot(child);
        aspace_put(child);
    }
    __atomic_store_n(&finished, 1, __ATOMIC_RELEASE);
}

static void one_forks_others_store(int hart)
{
    if (hart == 0)
        fork_and_look();
    else
        store_in_order(hart);
}

TEST(fork_beside_stores_is_a_snapshot)
{
    vm_begin();
    space_patience = 1000;
    finished = 0;
    shared_space = space_new(PAGES);
    // Before the first count each byte is 0: begin with 100, which comes before 1.
    for (uint64 p = 0; p < PAGES; p++)
        for (uint64 hart = 1; hart < HOST_HARTS; hart++)
            store_byte(shared_space, BASE + p * PGSIZE + hart, 100);
    host_run_harts(HOST_HARTS, one_forks_others_store);
    space_patience = 3;
    done_with(shared_space);
}
