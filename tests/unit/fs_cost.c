// What names cost in a directory of few and in one of very many, counted in steps: the blocks of
// straight code of the file system and the cache that are entered.  The figures are the same on
// every machine and under any load.
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

// There are `have` names: makes more, to n.  What is made last counts, with all that the directory's
// growth costs on the way.
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

static const struct test tests[] = { { "names", test_names } };

int main(int argc, char **argv)
{
    return run_tests(argc, argv, 32768, tests, sizeof tests / sizeof tests[0]);
}
