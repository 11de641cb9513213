// kernel/vm: copy on write, between two, three and many spaces, and against a model.
#include <string.h>
#include "vm_space.h"

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
        CHECK_EQ(space_map(space[i], va, 1, PROT_READ | PROT_WRITE, NULL, 0), 0);
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
