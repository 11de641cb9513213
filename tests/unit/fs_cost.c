// What names cost in a directory of few and in one of very many, and snapshots beside few and many,
// counted in steps: the blocks of straight code of the file system and the cache that are entered.
// The figures are the same on every machine and under any load.
//
//     test_fs_cost                 among 50,000 names and 500,000
//     NAMES=1000000 test_fs_cost   among a tenth of so many and so many

#include "fs_test.h"

static uint64 steps;

void __sanitizer_cov_trace_pc(void); // the compiler has put a call into each block
void __sanitizer_cov_trace_pc(void)
{
    steps++;
}

static void create(const char *path)
{
    inode_put(create_file(path));
}

static void find(const char *path)
{
    EXPECT(exists(path));
}

static void take_away(const char *path)
{
    EXPECT_EQ(unlink_path(path), 0);
}

// Does it with the names from `from` to `to` - 1.  => steps for each, in the mean
static uint64 cost_of(void (*fn)(const char *path), uint64 from, uint64 to)
{
    char path[32];
    uint64 before = steps;
    for (uint64 i = from; i < to; i++) {
        snprintf(path, sizeof path, "/d/name-%lu", i);
        fn(path);
    }
    return (steps - before) / (to - from);
}

struct costs {
    uint64 create, find, remove;
};

// There are `have` names: makes more, to n.  What is made last counts, with all that the
// directory's growth costs on the way.
static struct costs costs_among(uint64 have, uint64 n)
{
    struct costs c;
    cost_of(create, have, n / 2);
    c.create = cost_of(create, n / 2, n);
    c.find = cost_of(find, n / 2, n / 2 + 1000);
    c.remove = cost_of(take_away, n - 1000, n);
    cost_of(create, n - 1000, n);
    printf("# among %7lu names: %lu steps to make one, %lu to find, %lu to remove\n", n, c.create,
           c.find, c.remove);
    return c;
}

static void test_names(void)
{
    uint64 many = test_number("NAMES", 500000);
    make_volume(many / 8, false);
    EXPECT_EQ(path_mkdir(root, "/d", 0755), 0);
    struct costs small = costs_among(0, many / 10), large = costs_among(many / 10, many);
    EXPECT(4 * large.create <= 5 * small.create);
    EXPECT(4 * large.find <= 5 * small.find);
    EXPECT(4 * large.remove <= 5 * small.remove);
    drop_volume();
}

// --- snapshots --------------------------------------------------------------------------------

static void take_snapshot(const char *name)
{
    EXPECT_EQ(snapshot_create(vol, name + 3), 0);
}

static void look_into(const char *name)
{
    char path[48];
    snprintf(path, sizeof path, "/.snapshots/%s/d", name + 3);
    EXPECT(exists(path));
}

static void delete_snapshot(const char *name)
{
    EXPECT_EQ(snapshot_delete(vol, name + 3), 0);
}

// => steps for each entry of /.snapshots
static uint64 cost_of_list(void)
{
    struct snapshot_info info;
    uint64 before = steps, n = 0;
    for (uint32 id = 0; snapshot_next(vol, &id, &info) == 1; n++)
        ;
    return (steps - before) / n;
}

struct snapshot_costs {
    uint64 create, look, list, remove;
};

// There are `have` snapshots: makes more, to n.
static struct snapshot_costs snapshot_costs_among(uint64 have, uint64 n)
{
    struct snapshot_costs c;
    cost_of(take_snapshot, have, n - 100);
    c.create = cost_of(take_snapshot, n - 100, n);
    c.list = cost_of_list();
    c.look = cost_of(look_into, n - 200, n);
    cost_of(look_into, have, n - 200);
    c.remove = cost_of(delete_snapshot, n - 100, n);
    cost_of(take_snapshot, n - 100, n);
    printf("# among %4lu snapshots: %lu steps to make one, %lu to look into one, %lu to list one, "
           "%lu to "
           "delete one\n",
           n, c.create, c.look, c.list, c.remove);
    return c;
}

static void test_snapshots(void)
{
    make_volume(16384, false);
    EXPECT_EQ(path_mkdir(root, "/d", 0755), 0);
    struct snapshot_costs few = snapshot_costs_among(0, 300);
    struct snapshot_costs many = snapshot_costs_among(300, 6000);
    EXPECT(2 * many.create <= 3 * few.create);
    EXPECT(2 * many.look <= 3 * few.look);
    EXPECT(2 * many.list <= 3 * few.list);
    EXPECT(2 * many.remove <= 3 * few.remove);
    drop_volume();
}

// --- breath -----------------------------------------------------------------------------------

// Steps between two breaths, and with a spinlock held, at the most.
static uint64 breath_at, spin_at, longest, longest_spin;

static void watch(enum host_moment moment)
{
    uint64 since = steps - (moment == HOST_SPUN ? spin_at : breath_at);
    uint64 *most = moment == HOST_SPUN ? &longest_spin : &longest;
    if (moment == HOST_SPINS)
        spin_at = steps;
    else
        *most = since > *most ? since : *most;
    if (moment == HOST_BREATHES)
        breath_at = steps;
}

// What grows with the files in memory is done in pieces.
static void expect_breath(const char *what, void (*fn)(void))
{
    longest = longest_spin = 0;
    breath_at = steps;
    host_watch = watch;
    fn();
    watch(HOST_BREATHES);
    host_watch = NULL;
    printf("# %s: %lu steps without a breath, %lu with a spinlock\n", what, longest, longest_spin);
    EXPECT(longest < 10000);
    EXPECT(longest_spin < 1000);
}

static void delete_and_forget(void)
{
    EXPECT_EQ(snapshot_delete(vol, "s"), 0);
}

static void cut_big(void)
{
    struct inode *ino = open_file("/big");
    EXPECT_EQ(inode_truncate(ino, 5000), 0);
    inode_put(ino);
}

static void create_two(void)
{
    create("/d/one");
    create("/d/two");
}

static void look_at_snapshot(const char *name)
{
    char path[48];
    snprintf(path, sizeof path, "/.snapshots/s%s", name);
    EXPECT(exists(path));
}

static void test_breath(void)
{
    make_volume(65536, false);
    EXPECT_EQ(path_mkdir(root, "/d", 0755), 0);
    cost_of(create, 0, 60000);
    expect_breath("a commit", sync_volume);
    EXPECT_EQ(snapshot_create(vol, "s"), 0);
    cost_of(look_at_snapshot, 0, 4000);
    cost_of(create, 60000, 90000);
    expect_breath("an audit", check_audit);
    expect_breath("a snapshot is deleted", delete_and_forget);
    fill_file("/big", 40 << 20, 1);
    expect_breath("a file of 40 MiB is cut", cut_big);
    unmount_volume();
    mount_volume();
    take_away("/d/name-0");
    expect_breath("the first number behind all that are in use", create_two);
    drop_volume();
}

static const struct test tests[] = {
    { "names", test_names },
    { "snapshots", test_snapshots },
    { "breath", test_breath },
};

int main(int argc, char **argv)
{
    return run_tests(argc, argv, 32768, tests, sizeof tests / sizeof tests[0]);
}
