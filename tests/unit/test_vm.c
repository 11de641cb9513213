// kernel/vm: the fault decision case by case, copy on write against a model, every failure of
// memory, user copies, and areas against a map of bytes.
#include <stdlib.h>
#include <string.h>
#include "vm_space.h"

static int map(struct aspace *as, uint64 start, uint64 pages, uint32 prot, struct object *file,
               uint64 bytes)
{
    return aspace_map(as, &(struct area){ .start = start,
                                          .end = start + pages * PGSIZE,
                                          .prot = prot,
                                          .object = file,
                                          .bytes = bytes });
}

// --- the fault decision, case by case (the drawing in vm/fault.c) --------------------------------

TEST(no_area_kills)
{
    vm_begin();
    struct aspace *as = space_new(2);
    static const uint64 wild[] = { 0,          8,          BASE - 1,  BASE + 2 * PGSIZE,
                                   0x80000000, 0x87fffff8, TRAPFRAME, TRAMPOLINE,
                                   MAXVA - 1,  MAXVA,      1UL << 39, 1UL << 47,
                                   1UL << 63,  -PGSIZE,    -1UL,      0xffffffc080200000 };
    for (size_t i = 0; i < sizeof(wild) / sizeof(wild[0]); i++) {
        CHECK_EQ(vm_fault(as, wild[i], ACCESS_READ), -EFAULT);
        CHECK_EQ(vm_fault(as, wild[i], ACCESS_WRITE), -EFAULT);
        CHECK_EQ(vm_fault(as, wild[i], ACCESS_EXEC), -EFAULT);
    }
    CHECK_EQ(frames_in_use(FRAME_TABLE), 1);
    aspace_put(as);
    vm_end();
}

// Where the kernel's half begins no entry is a user's, whatever its tables hold.
TEST(addresses_beyond_user_space)
{
    vm_begin();
    struct aspace *as = space_new(1);
    store_byte(as, BASE, 1);
    CHECK(entry(as, BASE) != 0);
    CHECK_EQ(entry(as, MAXVA + BASE), 0);
    CHECK_EQ(entry(as, (1UL << 39) + BASE), 0);
    CHECK_EQ(refs(as, (1UL << 63) + BASE), 0);
    aspace_put(as);
    vm_end();
}

TEST(load_of_an_empty_page_shares_the_zero_frame)
{
    vm_begin();
    struct aspace *as = space_new(2);
    CHECK_EQ(load_byte(as, BASE + 5), 0);
    CHECK(pte_frame(entry(as, BASE)) == zero_frame);
    CHECK(entry(as, BASE) & PTE_COW);
    CHECK_EQ(frames_in_use(FRAME_USER), 0);
    CHECK_EQ(store_byte(as, BASE + 5, 9), 0);
    CHECK(pte_frame(entry(as, BASE)) != zero_frame);
    CHECK_EQ(load_byte(as, BASE + 5), 9);
    CHECK_EQ(load_byte(as, BASE + 6), 0);
    aspace_put(as);
    vm_end();
}

TEST(store_to_an_empty_page_makes_one)
{
    vm_begin();
    struct aspace *as = space_new(2);
    CHECK_EQ(store_byte(as, BASE + PGSIZE, 7), 0);
    CHECK_EQ(refs(as, BASE + PGSIZE), 1);
    CHECK_EQ(entry(as, BASE + PGSIZE) & (PTE_W | PTE_A | PTE_D | PTE_X | PTE_COW),
             PTE_W | PTE_A | PTE_D);
    CHECK_EQ(entry(as, BASE), 0);
    CHECK_EQ(load_byte(as, BASE + PGSIZE + 1), 0);
    aspace_put(as);
    vm_end();
}

TEST(second_fault_on_a_good_entry_changes_nothing)
{
    vm_begin();
    struct aspace *as = space_new(1);
    store_byte(as, BASE, 1);
    pte_t before = entry(as, BASE);
    CHECK_EQ(vm_fault(as, BASE, ACCESS_WRITE), 0);
    CHECK_EQ(vm_fault(as, BASE, ACCESS_READ), 0);
    CHECK_EQ(entry(as, BASE), before);
    aspace_put(as);
    vm_end();
}

// Hazards 1 and 2: the page's own rights are kept, and text is never written.
TEST(text_stays_text)
{
    vm_begin();
    struct object *file = file_new(2);
    struct aspace *as = space_new(0);
    CHECK_EQ(map(as, BASE, 2, PROT_READ | PROT_EXEC, file, 2 * PGSIZE), 0);
    CHECK_EQ(load_byte(as, BASE + 100), file_byte(0, 100));
    CHECK_EQ(entry(as, BASE) & (PTE_R | PTE_W | PTE_X | PTE_COW), PTE_R | PTE_X);
    CHECK_EQ(store_byte(as, BASE, 1), -EFAULT);
    CHECK_EQ(store_byte(as, BASE + PGSIZE, 1), -EFAULT); // not yet loaded
    struct aspace *child = aspace_fork(as);
    CHECK_EQ(store_byte(child, BASE, 1), -EFAULT);
    CHECK_EQ(store_byte(as, BASE, 1), -EFAULT);
    CHECK_EQ(copyout(child, BASE, "x", 1), -EFAULT);
    CHECK_EQ(entry(child, BASE) & (PTE_R | PTE_W | PTE_X | PTE_COW), PTE_R | PTE_X);
    CHECK_EQ(load_byte(child, BASE + 100), file_byte(0, 100));
    aspace_put(child);
    aspace_put(as);
    file_drop(file);
    vm_end();
}

TEST(data_is_never_executable)
{
    vm_begin();
    struct aspace *as = space_new(1);
    CHECK_EQ(vm_fault(as, BASE, ACCESS_EXEC), -EFAULT);
    store_byte(as, BASE, 1);
    struct aspace *child = aspace_fork(as);
    CHECK_EQ(vm_fault(child, BASE, ACCESS_EXEC), -EFAULT);
    store_byte(child, BASE, 2);
    CHECK(!(entry(child, BASE) & PTE_X) && !(entry(as, BASE) & PTE_X));
    CHECK_EQ(map(as, BASE + PGSIZE, 1, PROT_WRITE | PROT_EXEC, NULL, 0), -EACCES);
    aspace_put(child);
    aspace_put(as);
    vm_end();
}

// Hazard 6: a load of a private file page does not let anybody write to the file's frame.
TEST(private_file_page)
{
    vm_begin();
    struct object *file = file_new(1);
    struct aspace *as = space_new(0);
    CHECK_EQ(map(as, BASE, 1, PROT_READ | PROT_WRITE, file, PGSIZE), 0);
    CHECK_EQ(load_byte(as, BASE + 3), file_byte(0, 3));
    CHECK_EQ(entry(as, BASE) & (PTE_W | PTE_COW), PTE_COW);
    CHECK_EQ(store_byte(as, BASE + 3, 99), 0);
    CHECK_EQ(load_byte(as, BASE + 3), 99);
    CHECK_EQ(load_byte(as, BASE + 4), file_byte(0, 4));
    aspace_put(as);
    file_drop(file); // sees whether the file's page was changed
    vm_end();
}

TEST(file_that_ends_within_a_page)
{
    vm_begin();
    struct object *file = file_new(2);
    struct aspace *as = space_new(0);
    CHECK_EQ(map(as, BASE, 3, PROT_READ | PROT_WRITE, file, PGSIZE + 10), 0);
    CHECK_EQ(load_byte(as, BASE + PGSIZE + 9), file_byte(1, 9));
    CHECK_EQ(load_byte(as, BASE + PGSIZE + 10), 0);
    CHECK_EQ(load_byte(as, BASE + 2 * PGSIZE), 0);
    CHECK_EQ(store_byte(as, BASE + PGSIZE - 1, 1), 0);
    aspace_put(as);
    file_drop(file);
    vm_end();
}

// --- copy on write -------------------------------------------------------------------------------

TEST(fork_shares_and_stores_copy)
{
    vm_begin();
    struct aspace *parent = space_new(4);
    store_byte(parent, BASE, 1);
    parent->root->active = 5; // harts 0 and 2 run it
    host_flushed = 0;
    struct aspace *child = aspace_fork(parent);
    CHECK_EQ(host_flushed & 5, 5); // hazard 15: the parent's harts forget that they may store
    CHECK_EQ(refs(parent, BASE), 2);
    CHECK(entry(parent, BASE) & PTE_COW && !(entry(parent, BASE) & PTE_W));
    CHECK_EQ(entry(child, BASE), entry(parent, BASE));
    host_flushed = 0;
    CHECK_EQ(store_byte(parent, BASE, 2), 0);
    CHECK_EQ(host_flushed & 5, 5); // the old frame is forgotten before it is dropped
    CHECK_EQ(load_byte(child, BASE), 1);
    CHECK_EQ(refs(parent, BASE), 1);
    CHECK_EQ(refs(child, BASE), 1);
    // The last owner takes the page back without a copy.
    struct frame *before = pte_frame(entry(child, BASE));
    uint64 copies = fault_counts.cow_copies;
    CHECK_EQ(store_byte(child, BASE, 3), 0);
    CHECK(pte_frame(entry(child, BASE)) == before);
    CHECK_EQ(fault_counts.cow_copies, copies);
    CHECK_EQ(load_byte(parent, BASE), 2);
    parent->root->active = 0;
    aspace_put(child);
    aspace_put(parent);
    vm_end();
}

// Hazard 3: the child of a child whose pages are copy-on-write already.
TEST(grandchildren)
{
    vm_begin();
    struct aspace *g[5] = { space_new(2) };
    store_byte(g[0], BASE, 10);
    for (int i = 1; i < 5; i++)
        g[i] = aspace_fork(g[i - 1]);
    CHECK_EQ(refs(g[4], BASE), 5);
    for (int i = 4; i >= 0; i--)
        CHECK_EQ(store_byte(g[i], BASE, (uchar)(20 + i)), 0);
    for (int i = 0; i < 5; i++)
        CHECK_EQ(load_byte(g[i], BASE), 20 + i);
    for (int i = 0; i < 5; i++)
        aspace_put(g[i]);
    vm_end();
}

// Hazard 13: the entry names the copy only when the copy is complete.
static struct aspace *watched;

static void entry_still_old(void *dst, const void *src)
{
    CHECK(frame_page(pte_frame(*pte_find(watched->root, BASE))) == src);
}

TEST(published_after_the_copy)
{
    vm_begin();
    watched = space_new(1);
    store_byte(watched, BASE, 1);
    struct aspace *child = aspace_fork(watched);
    host_before_copy = entry_still_old;
    CHECK_EQ(store_byte(watched, BASE, 2), 0);
    host_before_copy = NULL;
    aspace_put(child);
    aspace_put(watched);
    vm_end();
}

// Hazard 12: the last two owners store at the same moment; and many times more.
#define RACERS HOST_HARTS
static struct aspace *racer[RACERS];

static void race_stores(int hart)
{
    for (uint64 page = 0; page < 64; page++)
        CHECK_EQ(store_byte(racer[hart], BASE + page * PGSIZE + (uint64)hart, (uchar)hart), 0);
}

TEST(owners_store_at_the_same_moment)
{
    vm_begin();
    for (int round = 0; round < 30; round++) {
        racer[0] = space_new(64);
        for (uint64 page = 0; page < 64; page++)
            store_byte(racer[0], BASE + page * PGSIZE + RACERS, 77);
        for (int i = 1; i < RACERS; i++)
            racer[i] = aspace_fork(racer[0]);
        host_run_harts(RACERS, race_stores);
        for (int i = 0; i < RACERS; i++) {
            for (uint64 page = 0; page < 64; page++) {
                CHECK_EQ(refs(racer[i], BASE + page * PGSIZE), 1);
                CHECK_EQ(load_byte(racer[i], BASE + page * PGSIZE + RACERS), 77);
                for (int k = 0; k < RACERS; k++)
                    CHECK_EQ(load_byte(racer[i], BASE + page * PGSIZE + (uint64)k), k == i ? i : 0);
            }
        }
        CHECK_EQ(host_audit(), 0);
        for (int i = 0; i < RACERS; i++)
            aspace_put(racer[i]);
    }
    vm_end();
}

// Spaces that are forked, written, shrunk and dropped at random, each beside an array that says
// what it must contain.
#define SPACES 6
#define PAGES  12

static struct aspace *space[SPACES];
static int model[SPACES][PAGES]; // first byte of the page; -1: not mapped

static void drop_space(int i)
{
    aspace_put(space[i]);
    space[i] = NULL;
}

static void random_fork(int from, int to)
{
    if (space[to])
        drop_space(to);
    space[to] = aspace_fork(space[from]);
    CHECK(space[to] != NULL);
    memcpy(model[to], model[from], sizeof(model[to]));
}

static void random_unmap(int i, int page)
{
    uint64 va = BASE + (uint64)page * PGSIZE;

    if (model[i][page] >= 0) {
        CHECK_EQ(aspace_munmap(space[i], va, PGSIZE), 0);
        model[i][page] = -1;
    } else {
        CHECK_EQ(map(space[i], va, 1, PROT_READ | PROT_WRITE, NULL, 0), 0);
        model[i][page] = 0;
    }
}

static void random_touch(int i, int page)
{
    uint64 va = BASE + (uint64)page * PGSIZE;
    uchar value = (uchar)test_random_below(256);
    int want = model[i][page];

    CHECK_EQ(load_byte(space[i], va), want < 0 ? -EFAULT : want);
    if (test_random_below(2))
        CHECK_EQ(store_byte(space[i], va, value), want < 0 ? -EFAULT : 0);
    else
        CHECK_EQ(copyout(space[i], va, &value, 1), want < 0 ? -EFAULT : 0);
    if (want >= 0)
        model[i][page] = value;
}

static void random_step(void)
{
    int i = (int)test_random_below(SPACES), page = (int)test_random_below(PAGES);

    if (!space[i]) {
        space[i] = space_new(PAGES);
        memset(model[i], 0, sizeof(model[i]));
        return;
    }
    switch (test_random_below(8)) {
    case 0: random_fork(i, (i + 1 + (int)test_random_below(SPACES - 1)) % SPACES); break;
    case 1: random_unmap(i, page); break;
    case 2:
        aspace_discard(space[i], BASE + (uint64)page * PGSIZE, PGSIZE);
        if (model[i][page] >= 0)
            model[i][page] = 0;
        break;
    case 3:
        if (test_random_below(4) == 0)
            drop_space(i);
        break;
    default: random_touch(i, page); break;
    }
}

TEST(random_family)
{
    vm_begin();
    for (int step = 0; step < 20000; step++) {
        random_step();
        if (step % 50 == 0)
            CHECK_EQ(host_audit(), 0);
    }
    for (int i = 0; i < SPACES; i++) {
        for (int page = 0; space[i] && page < PAGES; page++)
            CHECK_EQ(load_byte(space[i], BASE + (uint64)page * PGSIZE),
                     model[i][page] < 0 ? -EFAULT : model[i][page]);
        if (space[i])
            drop_space(i);
    }
    vm_end();
}

// Hazard 10: more than 65,535 sharers of one frame.
TEST(many_sharers)
{
    vm_begin();
    struct aspace *as = space_new(70000);
    for (uint64 page = 0; page < 70000; page += 512)
        CHECK_EQ(load_byte(as, BASE + page * PGSIZE), 0);
    for (uint64 page = 0; page < 70000; page++)
        if (!entry(as, BASE + page * PGSIZE))
            CHECK_EQ(vm_fault(as, BASE + page * PGSIZE, ACCESS_READ), 0);
    CHECK_EQ(frame_refs(zero_frame), 70001);
    CHECK_EQ(store_byte(as, BASE + 69999 * PGSIZE, 1), 0);
    CHECK_EQ(load_byte(as, BASE), 0);
    aspace_put(as);
    vm_end();
}

// --- no memory -----------------------------------------------------------------------------------

// Hazard 9: fork that fails at each allocation in turn leaves the parent as it was.
TEST(fork_fails_at_each_allocation)
{
    vm_begin();
    struct aspace *parent = space_new(1200); // three leaf tables
    for (uint64 page = 0; page < 1200; page += 300)
        store_byte(parent, BASE + page * PGSIZE, (uchar)(page / 300 + 1));
    CHECK_EQ(map(parent, 0x40000000, 4, PROT_READ | PROT_WRITE, NULL, 0), 0);
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
    struct object *file = file_new(1);
    for (int kind = 0; kind < 3; kind++) {
        struct aspace *as = space_new(kind < 2 ? 1 : 0), *child = NULL;
        if (kind == 1) {
            store_byte(as, BASE, 5);
            child = aspace_fork(as);
        }
        if (kind == 2)
            CHECK_EQ(map(as, BASE, 1, PROT_READ | PROT_WRITE, file, 100), 0);
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
    file_drop(file);
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
    CHECK_EQ(aspace_populate(as, BASE - PGSIZE, 2 * PGSIZE, true), -EFAULT);
    aspace_put(as);
    vm_end();
}

// --- rights and shapes
// -----------------------------------------------------------------------------

// Hazard 6: mprotect(+W) gives no W to a page that others have.
TEST(protect_does_not_break_sharing)
{
    vm_begin();
    struct aspace *as = space_new(2);
    store_byte(as, BASE, 1);
    struct aspace *child = aspace_fork(as);
    CHECK_EQ(aspace_protect(child, BASE, PGSIZE, PROT_READ), 0);
    CHECK_EQ(store_byte(child, BASE, 9), -EFAULT);
    CHECK_EQ(copyout(child, BASE, "x", 1), -EFAULT);
    CHECK_EQ(aspace_protect(child, BASE, PGSIZE, PROT_READ | PROT_WRITE), 0);
    CHECK(!(entry(child, BASE) & PTE_W));
    CHECK_EQ(store_byte(child, BASE, 2), 0);
    CHECK_EQ(load_byte(as, BASE), 1);
    CHECK_EQ(aspace_protect(as, BASE, 4 * PGSIZE, PROT_READ), -ENOMEM); // a part is not mapped
    CHECK_EQ(aspace_protect(as, BASE, PGSIZE, PROT_WRITE | PROT_EXEC), -EACCES);
    CHECK_EQ(aspace_protect(as, BASE + 1, PGSIZE, PROT_READ), -EINVAL);
    aspace_put(child);
    aspace_put(as);
    vm_end();
}

// Hazard 14: the heap shrinks over shared pages and grows again: zeros, and the child keeps its
// own.
TEST(heap_shrinks_and_regrows)
{
    vm_begin();
    struct aspace *as = space_new(0);
    aspace_set_heap(as, BASE);
    CHECK_EQ(aspace_brk(as, BASE + 3 * PGSIZE + 100), BASE + 3 * PGSIZE + 100);
    for (uint64 page = 0; page < 4; page++)
        CHECK_EQ(store_byte(as, BASE + page * PGSIZE, 5), 0);
    CHECK_EQ(store_byte(as, BASE + 4 * PGSIZE, 5), -EFAULT);
    struct aspace *child = aspace_fork(as);
    CHECK_EQ(aspace_brk(as, BASE + PGSIZE), BASE + PGSIZE);
    CHECK_EQ(store_byte(as, BASE + PGSIZE, 5), -EFAULT);
    CHECK_EQ(aspace_brk(as, BASE + 4 * PGSIZE), BASE + 4 * PGSIZE);
    CHECK_EQ(load_byte(as, BASE), 5);
    CHECK_EQ(load_byte(as, BASE + PGSIZE), 0);
    CHECK_EQ(load_byte(child, BASE + PGSIZE), 5);
    CHECK_EQ(aspace_brk(as, BASE - 1), BASE + 4 * PGSIZE); // below the heap: nothing happens
    CHECK_EQ(aspace_brk(as, 1UL << 40), BASE + 4 * PGSIZE);
    CHECK_EQ(aspace_brk(as, -PGSIZE), BASE + 4 * PGSIZE);
    CHECK_EQ(map(as, BASE + 6 * PGSIZE, 1, PROT_READ, NULL, 0), 0);
    CHECK_EQ(aspace_brk(as, BASE + 7 * PGSIZE), BASE + 4 * PGSIZE); // runs into another area
    CHECK_EQ(aspace_brk(as, BASE), BASE);
    CHECK_EQ(load_byte(as, BASE), -EFAULT);
    aspace_put(child);
    aspace_put(as);
    vm_end();
}

TEST(map_refuses_nonsense)
{
    vm_begin();
    struct aspace *as = space_new(2);
    CHECK_EQ(map(as, BASE + PGSIZE, 2, PROT_READ, NULL, 0), -EINVAL); // overlap
    CHECK_EQ(map(as, 0, 1, PROT_READ, NULL, 0), -EINVAL);             // page 0
    CHECK_EQ(map(as, TRAPFRAME, 1, PROT_READ, NULL, 0), -EINVAL);
    CHECK_EQ(map(as, 0x3000000000, 1UL << 28, PROT_READ, NULL, 0), -EINVAL);
    CHECK_EQ(aspace_mmap(as, 0, 0, PROT_READ, false), -EINVAL);
    CHECK_EQ(aspace_mmap(as, 0, 1UL << 40, PROT_READ, false), -ENOMEM);
    CHECK_EQ(aspace_mmap(as, 0, -1UL, PROT_READ, false), -ENOMEM);
    CHECK_EQ(aspace_mmap(as, 123, PGSIZE, PROT_READ, true), -EINVAL);
    CHECK_EQ(aspace_munmap(as, 0, -1UL), -EINVAL);
    int64 at = aspace_mmap(as, 0, 3 * PGSIZE, PROT_READ | PROT_WRITE, false);
    CHECK(at > 0 && at % PGSIZE == 0);
    CHECK_EQ(store_byte(as, (uint64)at + 2 * PGSIZE, 1), 0);
    CHECK_EQ(aspace_munmap(as, (uint64)at, 3 * PGSIZE), 0);
    CHECK_EQ(load_byte(as, (uint64)at), -EFAULT);
    aspace_put(as);
    vm_end();
}

// --- user copies (hazards 4 and 5)
// -----------------------------------------------------------------

TEST(copies_over_pages)
{
    static uchar out[3 * PGSIZE], in[3 * PGSIZE];

    vm_begin();
    struct aspace *as = space_new(4);
    for (size_t i = 0; i < sizeof(out); i++)
        out[i] = (uchar)(i * 13);
    store_byte(as, BASE + PGSIZE, 1);
    struct aspace *child = aspace_fork(as);
    for (int i = 0; i < 50; i++) {
        uint64 va = BASE + test_random_below(PGSIZE);
        size_t n = 1 + test_random_below(sizeof(out));
        CHECK_EQ(copyout(child, va, out, n), 0); // COW, lazy and private pages in one go
        CHECK_EQ(copyin(child, in, va, n), 0);
        CHECK(memcmp(in, out, n) == 0);
    }
    CHECK_EQ(load_byte(as, BASE + PGSIZE), 1);
    CHECK_EQ(load_byte(as, BASE + PGSIZE + 1), 0);
    aspace_put(child);
    aspace_put(as);
    vm_end();
}

TEST(copies_at_bad_addresses)
{
    static const uint64 bad[] = { 0,
                                  BASE - 1,
                                  BASE + 2 * PGSIZE - 3,
                                  TRAPFRAME - 1,
                                  TRAPFRAME,
                                  MAXVA - 2,
                                  MAXVA,
                                  1UL << 47,
                                  -4UL,
                                  0x80000000,
                                  0xffffffc080200000 };
    char buf[8] = "abcdefg";

    vm_begin();
    struct aspace *as = space_new(2);
    memset(buf, 'x', sizeof(buf));
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        CHECK_EQ(copyin(as, buf, bad[i], sizeof(buf)), -EFAULT);
        CHECK_EQ(copyout(as, bad[i], buf, sizeof(buf)), -EFAULT);
    }
    CHECK_EQ(copyin(as, buf, 0, 0), 0);
    CHECK_EQ(copyinstr(as, buf, 0, sizeof(buf)), -EFAULT);
    CHECK_EQ(copyinstr(as, buf, -1UL, sizeof(buf)), -EFAULT);
    aspace_put(as);
    vm_end();
}

TEST(strings_from_users)
{
    char got[64];

    vm_begin();
    struct aspace *as = space_new(2);
    CHECK_EQ(copyinstr(as, got, BASE, sizeof(got)), 0); // a lazy page: an empty string
    CHECK_EQ(copyout(as, BASE + PGSIZE - 3, "across", 7), 0);
    CHECK_EQ(copyinstr(as, got, BASE + PGSIZE - 3, sizeof(got)), 6);
    CHECK(strcmp(got, "across") == 0);
    CHECK_EQ(copyinstr(as, got, BASE + PGSIZE - 3, 7), 6);
    CHECK_EQ(copyinstr(as, got, BASE + PGSIZE - 3, 6), -ENAMETOOLONG);
    CHECK_EQ(copyout(as, BASE + 2 * PGSIZE - 4, "end!", 4), 0); // no NUL before the area's end
    CHECK_EQ(copyinstr(as, got, BASE + 2 * PGSIZE - 4, sizeof(got)), -EFAULT);
    aspace_put(as);
    vm_end();
}

// --- areas against a map of bytes
// ------------------------------------------------------------------

#define SLOTS 64

static void check_areas(const struct areas *as, const uchar *taken)
{
    uint64 end = 0;

    for (unsigned i = 0; i < as->n; i++) {
        CHECK(as->area[i].start < as->area[i].end && as->area[i].start >= end);
        end = as->area[i].end;
        CHECK(as->area[i].bytes <= end - as->area[i].start);
    }
    for (uint64 s = 0; s < SLOTS; s++) {
        struct area *a = areas_find(as, (s + 1) * PGSIZE + 5);
        CHECK_EQ(a != NULL, taken[s] != 0);
        CHECK(!a || a->prot == taken[s]);
        // What belongs to a page of the object never moves within it.
        CHECK(!a || !a->object || a->offset - a->start == 100 * PGSIZE);
    }
}

TEST(areas_at_random)
{
    vm_begin();
    struct object *file = file_new(1);
    struct areas as = { 0 };
    uchar taken[SLOTS] = { 0 };
    for (int step = 0; step < 20000; step++) {
        uint64 from = test_random_below(SLOTS), n = 1 + test_random_below(8);
        if (from + n > SLOTS)
            continue;
        uint64 start = (from + 1) * PGSIZE, end = start + n * PGSIZE;
        bool free = true;
        for (uint64 s = from; s < from + n; s++)
            free &= !taken[s];
        CHECK_EQ(areas_free(&as, start, end), free);
        CHECK_EQ(areas_reserve(&as, 2), 0);
        uchar kind = (uchar)(1 + test_random_below(3));
        if (free) {
            object_get(file);
            areas_insert(&as, &(struct area){ .start = start,
                                              .end = end,
                                              .prot = kind,
                                              .object = file,
                                              .offset = start + 100 * PGSIZE,
                                              .bytes = end - start });
            memset(taken + from, kind, n);
        } else if (test_random_below(4) == 0) {
            areas_split(&as, start);
        } else {
            areas_cut(&as, start, end);
            memset(taken + from, 0, n);
        }
        check_areas(&as, taken);
        CHECK_EQ(file->refs, 1 + as.n);
        uint64 room = areas_find_room(&as, n * PGSIZE, PGSIZE, (SLOTS + 1) * PGSIZE);
        CHECK(room == 0 || areas_free(&as, room, room + n * PGSIZE));
    }
    areas_clear(&as);
    file_drop(file);
    vm_end();
}
