// Random operations beside a model, with remounts, evictions and full disks.
//
// The environment's STEPS makes the tests longer.

#include "fs_model.h"

// Some steps, a remount or a sync now and then, a comparison each time.
static void run(uint64 seed, uint64 nblocks, bool classic)
{
    uint64 steps = test_number("STEPS", 3000);
    make_volume(nblocks, classic);
    model_begin(seed, classic);
    uint64 empty = free_blocks();
    for (uint64 i = 1; i <= steps; i++) {
        model_step();
        EXPECT(host_no_locks());
        if (i % 37 == 0)
            EXPECT_EQ(volume_sync(vol), 0);
        if (i % 101 == 0) {
            model_compare();
            model_remount();
            model_compare();
        }
    }
    model_compare();
    model_clear();
    EXPECT_EQ(volume_sync(vol), 0);
    EXPECT_EQ(free_blocks(), empty);
    model_end();
    unmount_volume();
    mem_disk_free(&disk);
}

static void test_long_names(void)
{
    for (uint64 i = 1; i <= 4; i++)
        run(test_seed(i), 4096, false);
}

static void test_classic(void)
{
    for (uint64 i = 11; i <= 14; i++)
        run(test_seed(i), 4096, true);
}

static void test_small_disk(void)
{
    for (uint64 i = 21; i <= 28; i++)
        run(test_seed(i), 400, i % 2);
}

static const struct test tests[] = {
    { "long-names", test_long_names },
    { "classic", test_classic },
    { "small-disk", test_small_disk },
};

int main(int argc, char **argv)
{
    return run_tests(argc, argv, 16384, tests, sizeof tests / sizeof tests[0]);
}
