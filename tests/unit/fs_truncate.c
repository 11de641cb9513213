// Cutting files when something goes wrong in the middle, or somebody comes in between.

#include "errno.h"
#include "fs_test.h"
#include "riscv/lockorder.h"

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
    make_volume(4096, false);
    fill_file("/before", 700 * FS_BLOCK, 1); // so that two pages have the counts of its blocks
    fill_file("/f", PAGES * FS_BLOCK, 1);
    unmount_volume();
    mount_volume();
    return open_file("/f");
}

// A cut that fails has taken some of the pages away.  What is written there afterwards is kept.
static void failed_and_written_to(bool evict)
{
    bool failed = true;
    int failures = 0;
    host_quiet = true;
    for (uint64 n = 1; failed; n++) {
        struct inode *ino = large_file_not_in_memory();
        write_byte(ino, PAGES - 1, 'a');
        if (evict) { // the counts of blocks must be read too
            EXPECT_EQ(inode_sync(ino), 0);
            host_reclaim_all();
        }
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

static void test_failed_and_written_to(void)
{
    failed_and_written_to(false);
    failed_and_written_to(true);
}

static unsigned char *image;

// A commit, and what the disk holds if the power goes behind it.
static void commit_and_cut(void)
{
    host_clock_ahead += 10;
    volume_tick(vol);
    memcpy(image, disk.data, disk.dev.nblocks * FS_BLOCK);
}

static void expect_old_or_new(uint64 size, uint64 cut)
{
    struct inode_info info;
    struct inode *ino = open_file("/f");
    inode_info(ino, &info);
    inode_put(ino);
    EXPECT(info.size == size || info.size == cut);
    expect_file("/f", info.size, 1);
}

// Wherever a commit comes in between, the file is as it was or as it becomes.
static void test_one_step(void)
{
    enum { SIZE = 12000, CUT = 5000, BLOCKS = 256 };
    bool reached = true;
    image = malloc(BLOCKS * FS_BLOCK);
    for (long n = 1; reached; n++) {
        make_volume(BLOCKS, false);
        fill_file("/f", SIZE, 1);
        memcpy(image, disk.data, BLOCKS * FS_BLOCK);
        struct inode *ino = open_file("/f");
        host_switch_after(n, RANK_FS_COMMIT, commit_and_cut);
        EXPECT_EQ(inode_truncate(ino, CUT), 0);
        reached = host_switched();
        host_switch_after(0, RANK_NONE, NULL);
        inode_put(ino);
        unmount_volume();
        if (reached) {
            memcpy(disk.data, image, BLOCKS * FS_BLOCK);
            mount_volume();
            expect_old_or_new(SIZE, CUT);
            unmount_volume();
        }
        mem_disk_free(&disk);
    }
    free(image);
}

static const struct test tests[] = {
    { "failed-and-written-to", test_failed_and_written_to },
    { "one-step", test_one_step },
};

int main(int argc, char **argv)
{
    return run_tests(argc, argv, 8192, tests, sizeof tests / sizeof tests[0]);
}
