// kernel/vm: tables shared by fork, parked, sealed, taken back and copied (vm/table.h).
#include <string.h>
#include "vm_space.h"

#define MIB   (1UL << 20)
#define GIB   (1UL << 30)
#define LARGE GIB // where large areas begin: at a table of every level

static struct aspace *large_space(uint64 pages)
{
    struct aspace *as = space_new(1);
    CHECK_EQ(space_map(as, LARGE, pages, PROT_READ | PROT_WRITE, NULL, 0), 0);
    return as;
}

static bool hardware_finds(struct aspace *as, uint64 va)
{
    return pte_find(as->root, va) != NULL;
}

TEST(fork_parks_a_whole_table)
{
    vm_begin();
    struct aspace *parent = large_space(1024);
    store_byte(parent, LARGE, 1);
    store_byte(parent, LARGE + 4 * MIB - PGSIZE, 2);
    parent->root->active = 5;
    size_t tables_before = host_tables();
    host_flushed = 0;
    struct aspace *child = aspace_fork(parent);
    CHECK_EQ(host_flushed & 5, 5); // nobody stores through what is parked
    CHECK_EQ(tables(parent, LARGE), 2);
    CHECK(!hardware_finds(parent, LARGE) && !hardware_finds(child, LARGE));
    CHECK_EQ(refs(parent, LARGE), 1);           // counted once, by the table
    CHECK_EQ(host_tables(), tables_before + 2); // a root and a middle table
    CHECK_EQ(host_audit(), 0);
    parent->root->active = 0;
    aspace_put(child);
    aspace_put(parent);
    vm_end();
}

TEST(the_last_sharer_takes_the_table_back)
{
    vm_begin();
    struct aspace *parent = large_space(512);
    store_byte(parent, LARGE, 1);
    aspace_put(aspace_fork(parent));
    size_t free = frames_free();
    CHECK_EQ(store_byte(parent, LARGE, 2), 0);
    CHECK_EQ(frames_free(), free); // nothing was copied
    CHECK_EQ(tables(parent, LARGE), 1);
    aspace_put(parent);
    vm_end();
}

TEST(a_store_copies_one_table_and_one_page)
{
    vm_begin();
    struct aspace *parent = large_space(1024);
    for (uint64 page = 0; page < 1024; page += 64)
        store_byte(parent, LARGE + page * PGSIZE, 1);
    struct aspace *child = aspace_fork(parent);
    size_t user = frames_in_use(FRAME_USER), used = host_tables();
    CHECK_EQ(store_byte(child, LARGE, 2), 0);
    CHECK_EQ(frames_in_use(FRAME_USER), user + 1);
    CHECK_EQ(host_tables(), used + 1);
    CHECK_EQ(tables(parent, LARGE), 1);
    CHECK_EQ(tables(parent, LARGE + 2 * MIB), 2);
    CHECK_EQ(refs(parent, LARGE + 64 * PGSIZE), 2);
    CHECK_EQ(refs(parent, LARGE), 1);
    CHECK(!(entry(parent, LARGE) & PTE_W)); // the old table has lost W too
    CHECK_EQ(load_byte(parent, LARGE), 1);
    CHECK_EQ(load_byte(child, LARGE), 2);
    CHECK_EQ(host_audit(), 0);
    aspace_put(child);
    aspace_put(parent);
    vm_end();
}

TEST(loads_seal_and_copy_nothing)
{
    vm_begin();
    struct aspace *parent = large_space(512), *child;
    for (uint64 page = 0; page < 511; page++)
        store_byte(parent, LARGE + page * PGSIZE, (uchar)page);
    child = aspace_fork(parent);
    size_t free = frames_free();
    uint64 faults = fault_counts.faults;
    for (uint64 page = 0; page < 511; page++) {
        CHECK_EQ(load_byte(child, LARGE + page * PGSIZE), (uchar)page);
        CHECK_EQ(load_byte(parent, LARGE + page * PGSIZE), (uchar)page);
    }
    CHECK_EQ(fault_counts.faults, faults + 2); // one each
    CHECK_EQ(frames_free(), free);
    CHECK_EQ(tables(child, LARGE), 2);
    CHECK_EQ(host_audit(), 0);
    // A store of one that has the table mapped: its harts forget the way through the old one.
    child->root->active = 2;
    host_flushed = 0;
    CHECK_EQ(store_byte(child, LARGE + 511 * PGSIZE, 99), 0); // to an empty page: no other fence
    CHECK_EQ(host_flushed & 2, 2);
    CHECK_EQ(store_byte(child, LARGE, 100), 0);
    CHECK_EQ(load_byte(parent, LARGE + 511 * PGSIZE), 0);
    CHECK_EQ(load_byte(parent, LARGE), 0);
    CHECK_EQ(store_byte(parent, LARGE + PGSIZE, 101), 0);
    CHECK_EQ(load_byte(child, LARGE + PGSIZE), 1);
    child->root->active = 0;
    aspace_put(parent);
    aspace_put(child);
    vm_end();
}

TEST(a_gibibyte_is_one_entry)
{
    vm_begin();
    struct aspace *parent = large_space(GIB / PGSIZE);
    for (uint64 at = 0; at < GIB; at += 64 * MIB)
        store_byte(parent, LARGE + at, 1);
    size_t used = host_tables();
    struct aspace *child = aspace_fork(parent);
    CHECK_EQ(host_tables(), used + 1); // the root
    CHECK_EQ(store_byte(child, LARGE, 2), 0);
    CHECK_EQ(host_tables(), used + 3);
    CHECK_EQ(host_audit(), 0);
    CHECK_EQ(load_byte(parent, LARGE), 1);
    CHECK_EQ(tables(parent, LARGE + 64 * MIB), 2);
    aspace_put(parent);
    CHECK_EQ(load_byte(child, LARGE + 64 * MIB), 1);
    CHECK_EQ(tables(child, LARGE + 64 * MIB), 1);
    aspace_put(child);
    vm_end();
}

// A copy by the kernel into what the hardware cannot reach goes by the same decision.
TEST(user_copies_own_the_path)
{
    vm_begin();
    struct aspace *parent = large_space(512);
    store_byte(parent, LARGE, 1);
    struct aspace *child = aspace_fork(parent);
    uchar two = 2, got;
    CHECK_EQ(copyout(child, LARGE, &two, 1), 0);
    CHECK_EQ(copyin(parent, &got, LARGE, 1), 0);
    CHECK_EQ(got, 1);
    CHECK_EQ(load_byte(child, LARGE), 2);
    aspace_put(child);
    aspace_put(parent);
    vm_end();
}

// Every change of a shared range fails without harm when the copy of a table cannot be had.
TEST(changes_of_shared_tables_fail_whole)
{
    vm_begin();
    struct aspace *parent = large_space(1024);
    for (uint64 page = 0; page < 1024; page += 8)
        store_byte(parent, LARGE + page * PGSIZE, 7);
    uint64 mid = LARGE + MIB, len = 2 * MIB;
    for (int change = 0; change < 3; change++) {
        struct aspace *child = aspace_fork(parent);
        int err = -ENOMEM;
        for (long n = 1; err; n++) {
            host_fail_kalloc(n);
            err = change == 0   ? aspace_munmap(child, mid, len)
                  : change == 1 ? aspace_discard(child, mid, len)
                                : aspace_protect(child, mid, len, PROT_READ);
            host_fail_kalloc(0);
            CHECK(err == 0 || err == -ENOMEM);
            CHECK_EQ(host_audit(), 0);
            CHECK_EQ(load_byte(child, mid), err ? 7 : change == 0 ? -EFAULT : change == 1 ? 0 : 7);
            CHECK(n < 20);
        }
        CHECK_EQ(load_byte(child, mid + len), 7);
        CHECK_EQ(load_byte(parent, mid), 7);
        CHECK_EQ(store_byte(child, mid, 1), change == 0 ? -EFAULT : change == 1 ? 0 : -EFAULT);
        aspace_put(child);
    }
    aspace_put(parent);
    vm_end();
}

// --- sharers on several harts ---------------------------------------------------------------------

static struct aspace *sharer[HOST_HARTS];

static void share_race(int hart)
{
    struct aspace *as = sharer[hart];
    for (uint64 page = (uint64)hart; page < 1024; page += 61) {
        uint64 va = LARGE + page * PGSIZE;
        CHECK_EQ(load_byte(as, va), page % 4 ? 0 : (uchar)page);
        CHECK_EQ(store_byte(as, va, (uchar)(page + (uint64)hart)), 0);
        if (page % 5 == 0) {
            struct aspace *grandchild = aspace_fork(as);
            CHECK_EQ(store_byte(grandchild, va, 1), 0);
            CHECK_EQ(load_byte(as, va), (uchar)(page + (uint64)hart));
            aspace_put(grandchild);
        }
    }
    if (hart % 2)
        aspace_put(as);
}

TEST(sharers_race)
{
    vm_begin();
    for (int round = 0; round < 30; round++) {
        struct aspace *first = large_space(1024);
        for (uint64 page = 0; page < 1024; page += 4)
            store_byte(first, LARGE + page * PGSIZE, (uchar)page);
        sharer[0] = first;
        for (int i = 1; i < HOST_HARTS; i++)
            sharer[i] = aspace_fork(first);
        host_run_harts(HOST_HARTS, share_race);
        CHECK_EQ(host_audit(), 0);
        for (int i = 0; i < HOST_HARTS; i += 2)
            aspace_put(sharer[i]);
        CHECK_EQ(host_tables(), 0);
    }
    vm_end();
}

// --- large spaces at random, beside a model --------------------------------------------------------

#define SPACES 5
#define SLOTS  24 // pages that the test looks at: some in one leaf table, some far apart

static struct aspace *space[SPACES];
static struct slot {
    int value; // first byte; -1: not mapped
    uint32 prot;
} model[SPACES][SLOTS];

static uint64 slot_va(int slot)
{
    static const uint64 step[] = { 0, PGSIZE, 511 * PGSIZE, 2 * MIB, 2 * MIB + PGSIZE, 7 * MIB };
    return LARGE + (uint64)(slot / 6) * (GIB / 2) + step[slot % 6];
}

static void start_space(int i)
{
    space[i] = large_space(2 * GIB / PGSIZE);
    for (int s = 0; s < SLOTS; s++)
        model[i][s] = (struct slot){ 0, PROT_READ | PROT_WRITE };
}

static void drop_space(int i)
{
    aspace_put(space[i]);
    space[i] = NULL;
}

static void fork_space(int from, int to)
{
    if (space[to])
        drop_space(to);
    space[to] = aspace_fork(space[from]);
    CHECK(space[to] != NULL);
    memcpy(model[to], model[from], sizeof model[to]);
}

static int loads(const struct slot *s)
{
    return s->value >= 0 && s->prot & PROT_READ ? s->value : -EFAULT;
}

static void touch(int i, int s)
{
    struct slot *want = &model[i][s];
    uchar value = (uchar)test_random_below(256);
    if (test_random_below(2)) {
        CHECK_EQ(load_byte(space[i], slot_va(s)), loads(want));
        return;
    }
    bool may = want->value >= 0 && want->prot & PROT_WRITE;
    CHECK_EQ(store_byte(space[i], slot_va(s), value), may ? 0 : -EFAULT);
    if (may)
        want->value = value;
}

static bool all_mapped(int i, int from, int to)
{
    for (int s = from; s <= to; s++)
        if (model[i][s].value < 0)
            return false;
    return true;
}

// One change of all that lies between two slots.
static void change_range(int i)
{
    int from = (int)test_random_below(SLOTS),
        to = from + (int)test_random_below((uint64)(SLOTS - from));
    uint64 start = slot_va(from), len = slot_va(to) + PGSIZE - start;
    uint64 what = test_random_below(8);
    if (what == 0) {
        CHECK_EQ(aspace_munmap(space[i], start, len), 0);
        for (int s = from; s <= to; s++)
            model[i][s].value = -1;
    } else if (what < 4) {
        int err = aspace_discard(space[i], start, len);
        CHECK(err == 0 || !all_mapped(i, from, to));
        for (int s = from; s <= to; s++)
            if (model[i][s].value > 0)
                model[i][s].value = 0;
    } else if (all_mapped(i, from, to)) {
        uint32 prot = what < 6 ? PROT_READ | PROT_WRITE : what < 7 ? PROT_READ : 0;
        CHECK_EQ(aspace_protect(space[i], start, len, prot), 0);
        for (int s = from; s <= to; s++)
            model[i][s].prot = prot;
    }
}

static void step(void)
{
    int i = (int)test_random_below(SPACES);
    if (!space[i]) {
        start_space(i);
        return;
    }
    switch (test_random_below(16)) {
    case 0:
    case 1: fork_space(i, (i + 1 + (int)test_random_below(SPACES - 1)) % SPACES); break;
    case 2: change_range(i); break;
    case 3:
        if (test_random_below(3) == 0)
            drop_space(i);
        break;
    default: touch(i, (int)test_random_below(SLOTS)); break;
    }
}

TEST(large_spaces_at_random)
{
    vm_begin();
    for (int n = 0; n < 30000; n++) {
        step();
        if (n % 50 == 0)
            CHECK_EQ(host_audit(), 0);
    }
    for (int i = 0; i < SPACES; i++) {
        for (int s = 0; space[i] && s < SLOTS; s++)
            CHECK_EQ(load_byte(space[i], slot_va(s)), loads(&model[i][s]));
        if (space[i])
            drop_space(i);
    }
    vm_end();
}
