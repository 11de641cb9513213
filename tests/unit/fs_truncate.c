// Cutting files when something goes wrong in the middle, or somebody comes in between.

#include "errno.h"
#include "fs_test.h"

#define PAGES 600UL // so that there are several pointer blocks

static void write_byte(struct inode *ino, uint64 page, char c)
{
    EXPECT_EQ(inode_write(ino, &c, page * FS_BLOCK, 1), 1);
}

static void expect_byte(struct inode *ino, uint64 page, char c)
{
    char got;
    EXPECT_EQ(inode_read(ino, &got, page * FS_BLOCK, 1), 1);
    EXPECT_EQ(got, c);
}

static struct inode *large_file_not_in_memory(void)
{
    make_volume(2048, false);
    fill_file("/f", PAGES * FS_BLOCK, 1);
    unmount_volume();
    mount_volume();
    return open_file("/f");
}

// A cut that fails has taken some of the pages away.  What is written there afterwards is kept.
static void test_failed_and_written_to(void)
{
    bool failed = true;
    int failures = 0;
    host_quiet = true;
    for (uint64 n = 1; failed; n++) {
        struct inode *ino = large_file_not_in_memory();
        write_byte(ino, PAGES - 1, 'a');
        disk.fail_read = n;
        int err = inode_truncate(ino, 10 * FS_BLOCK);
        failed = disk.fail_read == 0;
        disk.fail_read = 0;
        EXPECT_EQ(err, failed ? -EIO : 0);
        failures += failed;
        write_byte(ino, PAGES - 1, 'b');
        expect_byte(ino, PAGES - 1, 'b');
        EXPECT_EQ(inode_sync(ino), 0);
        inode_put(ino);
        unmount_volume();
        mount_volume();
        ino = open_file("/f");
        expect_byte(ino, PAGES - 1, 'b');
        inode_put(ino);
        unmount_volume();
        mem_disk_free(&disk);
    }
    host_quiet = false;
    EXPECT(failures > 1);
}

static const struct test tests[] = {
    { "failed-and-written-to", test_failed_and_written_to },
};

int main(int argc, char **argv)
{
    return run_tests(argc, argv, 8192, tests, sizeof tests / sizeof tests[0]);
}
