// Clones of files: what they share, and that all comes back.

#include "errno.h"
#include "fs_test.h"

static void test_clone(void)
{
    char page[4096];
    make_volume(4096, false);
    sync_volume();
    uint64 empty = free_blocks();
    memset(page, 'x', sizeof page);
    for (int round = 0; round < 2; round++) {
        fill_file("/a", 3000000, 1);
        sync_volume();
        uint64 before = free_blocks();
        clone_path("/b", "/a");
        EXPECT(free_blocks() + 20 >= before);
        expect_file("/b", 3000000, 1);
        write_file("/a", page, sizeof page);
        expect_file("/b", 3000000, 1);
        clone_path("/a", "/b"); // over what it was
        expect_file("/a", 3000000, 1);
        struct inode *b = open_file("/b");
        EXPECT_EQ(inode_truncate(b, 1000001), 0);
        EXPECT_EQ(inode_write(b, page, 2000000, 10), 10);
        inode_put(b);
        expect_file("/a", 3000000, 1);
        if (round == 1)
            remount();
        EXPECT_EQ(unlink_path("/a"), 0);
        EXPECT_EQ(unlink_path("/b"), 0);
        sync_volume();
        EXPECT_EQ(free_blocks(), empty);
        check_image();
    }
    unmount_volume();
    mem_disk_free(&disk);
}

// A clone becomes durable by age, as every change does.
static void test_clone_ages(void)
{
    struct volume_info before, after;
    make_volume(1024, false);
    fill_file("/f", 100000, 1);
    clone_path("/g", "/f");
    clone_path("/h", "/f");
    volume_info(vol, &before);
    host_clock_ahead += 10;
    volume_tick(vol);
    volume_info(vol, &after);
    EXPECT(after.generation > before.generation);
    unmount_volume();
    mem_disk_free(&disk);
}

static void test_clone_errors(void)
{
    make_volume(1024, false);
    struct inode *f = create_file("/f"), *g = create_file("/g");
    EXPECT_EQ(inode_clone(f, f), 0);
    EXPECT_EQ(inode_clone(root, f), -EISDIR);
    EXPECT_EQ(inode_clone(f, root), -EISDIR);
    EXPECT_EQ(inode_clone(f, g), 0); // nothing to share
    EXPECT_EQ(snapshot_create(vol, "s"), 0);
    inode_put(f);
    f = open_file("/.snapshots/s/f");
    EXPECT_EQ(inode_clone(f, g), -EROFS);
    EXPECT_EQ(inode_clone(g, f), 0); // out of a snapshot
    inode_put(f);
    inode_put(g);
    unmount_volume();
    mem_disk_free(&disk);
}

// A file is taken out of a snapshot that goes afterwards.
static void test_clone_from_snapshot(void)
{
    make_volume(2048, false);
    fill_file("/f", 2000000, 4);
    EXPECT_EQ(snapshot_create(vol, "s"), 0);
    EXPECT_EQ(unlink_path("/f"), 0);
    clone_path("/g", "/.snapshots/s/f");
    EXPECT_EQ(snapshot_delete(vol, "s"), 0);
    expect_file("/g", 2000000, 4);
    remount();
    expect_file("/g", 2000000, 4);
    unmount_volume();
    mem_disk_free(&disk);
}

static const struct test tests[] = {
    { "clone", test_clone },
    { "clone-ages", test_clone_ages },
    { "clone-errors", test_clone_errors },
    { "clone-from-a-snapshot", test_clone_from_snapshot },
};

int main(int argc, char **argv)
{
    return run_tests(argc, argv, 32768, tests, sizeof tests / sizeof tests[0]);
}
