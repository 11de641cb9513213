// Random operations beside a model, with remounts, evictions and full disks.
//
//     fs_random [NAME]              all, with the seeds below
//     SEED=n STEPS=n fs_random NAME     one seed
//
// Each test tells its seeds; a failure is repeated by the command that it prints.

#include "fs_model.h"

static void announce(const char *name, uint64 seed, uint64 steps)
{
    printf("# repeat: SEED=%lu STEPS=%lu fs_random '%s'\n", seed, steps, name);
    fflush(stdout);
}

static uint64 from_environment(const char *name, uint64 otherwise)
{
    const char *text = getenv(name);
    return text != NULL ? strtoull(text, NULL, 10) : otherwise;
}

// Some steps, a remount or a sync now and then, a comparison each time.
static void run(const char *name, uint64 seed, uint64 nblocks, bool classic)
{
    uint64 steps = from_environment("STEPS", 3000);
    seed = from_environment("SEED", seed);
    announce(name, seed, steps);
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
    for (uint64 seed = 1; seed <= 4; seed++)
        run("long names", seed, 4096, false);
}

static void test_classic(void)
{
    for (uint64 seed = 11; seed <= 14; seed++)
        run("classic", seed, 4096, true);
}

static void test_small_disk(void)
{
    for (uint64 seed = 21; seed <= 28; seed++)
        run("small disk", seed, 400, seed % 2);
}

static const struct test tests[] = {
    { "long names", test_long_names },
    { "classic", test_classic },
    { "small disk", test_small_disk },
};

int main(int argc, char **argv)
{
    return run_tests(argc, argv, 16384, tests, sizeof tests / sizeof tests[0]);
}
