// Where the reference counts lie: what a commit writes does not grow with the volume.

#include "errno.h"
#include "fs_test.h"

#define GROUP     1024 // blocks
#define FILES     110
#define FILE_SIZE (1UL << 20)

static const char *file_name(int i)
{
    static char name[32];
    snprintf(name, sizeof name, "/file-%d", i);
    return name;
}

// => blocks that the commit of a small change has written
static uint64 cost_of_a_change(int i)
{
    struct inode *ino;
    EXPECT_EQ(path_lookup(root, file_name(i), &ino), 0);
    EXPECT_EQ(inode_write(ino, "x", 0, 1), 1);
    inode_put(ino);
    uint64 before = disk.writes;
    EXPECT_EQ(volume_sync(vol), 0);
    return disk.writes - before;
}

// On a volume of 32 groups that has been filled bit by bit, so that each page of counts was written
// at another time.  A page of counts that moves gives its old block back, which changes a page of
// counts: that must not go on through all of them.
static void test_small_change(void)
{
    make_volume(32 * GROUP, false);
    uint64 empty = free_blocks();
    for (int i = 0; i < FILES; i++) {
        fill_file(file_name(i), FILE_SIZE, (uint64)i);
        EXPECT_EQ(volume_sync(vol), 0);
    }
    for (int round = 0; round < 3; round++)
        for (int i = 0; i < FILES; i++)
            EXPECT(cost_of_a_change(i) < 16);
    for (int i = 0; i < FILES; i++)
        EXPECT_EQ(unlink_path(file_name(i)), 0);
    EXPECT_EQ(volume_sync(vol), 0);
    EXPECT_EQ(free_blocks(), empty);
    unmount_volume();
    mem_disk_free(&disk);
}

// => how many files of a group's size and less there was room for
static int fill_up(void)
{
    static char data[FS_BLOCK];
    int n = 0;
    for (bool room = true; room; n++) {
        struct inode *ino = create_file(file_name(n));
        uint64 off = 0;
        int64 got = 1;
        for (; off < GROUP * FS_BLOCK && got > 0; off += FS_BLOCK)
            got = inode_write(ino, data, off, sizeof data);
        EXPECT(got == FS_BLOCK || got == -ENOSPC);
        room = got > 0;
        inode_put(ino);
    }
    return n;
}

// What is kept for the counts is there for files as well, when nothing else is left; and comes back.
static void test_full(void)
{
    make_volume(16 * GROUP, false);
    uint64 empty = free_blocks();
    for (int round = 0; round < 3; round++) {
        EXPECT_EQ(fill_up(), 16);
        EXPECT(free_blocks() < 8);
        for (int i = 0; i < 16; i++)
            EXPECT_EQ(unlink_path(file_name((i * 7 + round) % 16)), 0);
        EXPECT_EQ(volume_sync(vol), 0);
        EXPECT_EQ(free_blocks(), empty);
    }
    unmount_volume();
    mem_disk_free(&disk);
}

static const struct test tests[] = {
    { "small-change", test_small_change },
    { "full", test_full },
};

int main(int argc, char **argv)
{
    return run_tests(argc, argv, 4096, tests, sizeof tests / sizeof tests[0]);
}
