// A scrub finds what is damaged; one that cannot go on says so, and leaves nothing behind.

#include "errno.h"
#include "fs_test.h"

static void make_snapshots(void)
{
    char name[32];
    make_volume(512, false);
    for (int i = 0; i < 20; i++) {
        snprintf(name, sizeof name, "/f%d", i);
        fill_file(name, 9000, 1);
    }
    EXPECT_EQ(snapshot_create(vol, "a"), 0);
    fill_file("/f1", 9000, 2);
    EXPECT_EQ(snapshot_create(vol, "b"), 0);
    fill_file("/f1", 9000, 3);
    EXPECT_EQ(volume_sync(vol), 0);
}

static void remove_all(void)
{
    char name[32];
    for (int i = 0; i < 20; i++) {
        snprintf(name, sizeof name, "/f%d", i);
        EXPECT_EQ(unlink_path(name), 0);
    }
    EXPECT_EQ(snapshot_delete(vol, "a"), 0);
    EXPECT_EQ(snapshot_delete(vol, "b"), 0);
    EXPECT_EQ(volume_sync(vol), 0);
}

// Everything is read once; a bit that has changed is found, wherever it is, in whatever is shared.
static void test_scrub(void)
{
    struct scrub_result result;
    make_volume(1024, false);
    make_tree(20, 9000);
    fill_file("/big", 1500000, 1);
    EXPECT_EQ(snapshot_create(vol, "s"), 0);
    EXPECT_EQ(snapshot_create(vol, "t"), 0);
    fill_file("/big", 4096, 2);
    sync_volume();
    EXPECT_EQ(volume_scrub(vol, &result), 0);
    EXPECT_EQ(result.damaged, 0);
    EXPECT(result.blocks > 400 && result.blocks < 550);
    remount();
    struct check_result used;
    check_volume(&disk.dev, &used);
    EXPECT_EQ(volume_scrub(vol, &result), 0);
    // All but the page of records, which is only in memory since the scrub has one there.
    EXPECT_EQ(result.blocks, used.used - FS_FIRST_BLOCK - 1);
    uint64 found = 0, hit = 0;
    host_quiet = true;
    for (uint64 b = FS_FIRST_BLOCK; b < 1024; b += 7) {
        disk.data[b * FS_BLOCK + b] ^= 1;
        volume_scrub(vol, &result);
        hit += result.damaged > 0;
        found += result.damaged;
        disk.data[b * FS_BLOCK + b] ^= 1;
    }
    host_quiet = false;
    printf("# %lu blocks damaged, %lu found\n", hit, found);
    EXPECT(hit > 60 && found == hit);
    drop_volume();
}

// Whichever allocation fails: if the scrub ends well it has read everything.
static void test_no_memory(void)
{
    struct scrub_result result;
    bool reached = true;
    make_snapshots();
    remount();
    EXPECT_EQ(volume_scrub(vol, &result), 0);
    uint64 all = result.blocks;
    for (long n = 1; reached; n++) {
        remount();
        host_fail_after(n);
        int err = volume_scrub(vol, &result);
        reached = host_failed();
        host_fail_after(0);
        EXPECT(err == -ENOMEM || (err == 0 && result.blocks == all));
    }
    remove_all();
    unmount_volume();
    mem_disk_free(&disk);
}

// The picture that it reads cannot be written, for now: the space comes back.
static void test_no_writes(void)
{
    struct scrub_result result;
    host_quiet = true;
    make_volume(512, false);
    EXPECT_EQ(volume_sync(vol), 0);
    uint64 empty = free_blocks();
    fill_file("/f", 200000, 1);
    disk.fail_write = 3;
    EXPECT_EQ(volume_scrub(vol, &result), -EIO);
    EXPECT_EQ(unlink_path("/f"), 0);
    EXPECT_EQ(volume_sync(vol), 0);
    EXPECT_EQ(free_blocks(), empty);
    host_quiet = false;
    unmount_volume();
    mem_disk_free(&disk);
}

static const struct test tests[] = {
    { "scrub", test_scrub },
    { "no-memory", test_no_memory },
    { "no-writes", test_no_writes },
};

int main(int argc, char **argv)
{
    return run_tests(argc, argv, 4096, tests, sizeof tests / sizeof tests[0]);
}
