// Others who come in between: whatever a call lets go of, between any two of its steps, somebody else
// changes the volume, or the time for a commit has come.

#include "errno.h"
#include "fs_test.h"

static void tick(void)
{
    host_clock_ahead += 10;
    volume_tick(vol);
}

// Repeats `round` with `other` at each place where the call in it holds no lock.
static void at_each_place(void (*round)(void), void (*other)(void), long least)
{
    long n = 1;
    for (bool reached = true; reached; n++) {
        make_volume(512, false);
        host_switch_after(n, other);
        round();
        reached = host_switched();
        host_switch_after(0, NULL);
        unmount_volume();
        mem_disk_free(&disk);
    }
    EXPECT(n > least);
}

static void delete_snapshot(void)
{
    fill_file("/f", 50000, 1);
    EXPECT_EQ(snapshot_create(vol, "s"), 0);
    fill_file("/f", 50000, 2);
    EXPECT_EQ(snapshot_delete(vol, "s"), 0);
    EXPECT(!exists("/.snapshots/s"));
}

static void test_delete(void)
{
    at_each_place(delete_snapshot, tick, 10);
}

static const struct test tests[] = {
    { "delete", test_delete },
};

int main(int argc, char **argv)
{
    return run_tests(argc, argv, 4096, tests, sizeof tests / sizeof tests[0]);
}
