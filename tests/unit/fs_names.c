// Moving names, symbolic links, modes and times; and what many names cost.

#include "errno.h"
#include "fs_test.h"

static int move(const char *old, const char *new)
{
    return path_rename(root, old, root, new, 0);
}

static void begin(bool classic)
{
    make_volume(1024, classic);
}

static void end(void)
{
    unmount_volume();
    mem_disk_free(&disk);
}

static void make_dir(const char *path)
{
    EXPECT_EQ(path_mkdir(root, path, 0755), 0);
}

static struct inode_info info_of(const char *path)
{
    struct inode_info info;
    struct inode *ino;
    EXPECT_EQ(path_lookup_link(root, path, &ino), 0);
    inode_info(ino, &info);
    inode_put(ino);
    return info;
}

// Where a path of directories leads, by its inode number.
static uint64 number_of(const char *path)
{
    return info_of(path).ino;
}

static void test_rename_files(void)
{
    begin(false);
    make_dir("/d");
    fill_file("/a", 5000, 1);
    fill_file("/b", 100, 2);
    EXPECT_EQ(move("/a", "/c"), 0);
    EXPECT(!exists("/a"));
    expect_file("/c", 5000, 1);
    EXPECT_EQ(move("/c", "/d/c"), 0);
    expect_file("/d/c", 5000, 1);
    EXPECT_EQ(move("/b", "/d/c"), 0);
    expect_file("/d/c", 100, 2);
    EXPECT(!exists("/b") && !exists("/c"));
    EXPECT_EQ(info_of("/d/c").nlink, 1);
    EXPECT_EQ(path_link(root, "/d/c", root, "/e"), 0);
    EXPECT_EQ(move("/e", "/d/c"), 0); // two names of one file: both stay
    EXPECT_EQ(info_of("/e").nlink, 2);
    end();
}

static void test_rename_directories(void)
{
    begin(false);
    make_dir("/a");
    make_dir("/a/b");
    make_dir("/a/b/c");
    make_dir("/x");
    fill_file("/a/b/f", 10, 1);
    EXPECT_EQ(move("/a/b", "/x/y"), 0);
    EXPECT_EQ(number_of("/x/y/.."), number_of("/x"));
    EXPECT_EQ(info_of("/a").nlink, 2);
    EXPECT_EQ(info_of("/x").nlink, 3);
    expect_file("/x/y/c/../f", 10, 1);
    make_dir("/a/e");
    EXPECT_EQ(move("/x/y", "/a/e"), 0); // over an empty one
    EXPECT_EQ(info_of("/a").nlink, 3);
    EXPECT_EQ(info_of("/x").nlink, 2);
    EXPECT_EQ(number_of("/a/e/.."), number_of("/a"));
    EXPECT_EQ(move("/a/e/c/", "/a/e/longer-name/"), 0); // in the same directory
    EXPECT_EQ(move("/a/e/longer-name", "/q"), 0);
    EXPECT_EQ(number_of("/q/.."), number_of("/"));
    unmount_volume();
    mount_volume();
    expect_file("/a/e/f", 10, 1);
    end();
}

static void test_rename_refused(void)
{
    begin(false);
    make_dir("/d");
    make_dir("/d/sub");
    make_dir("/d/sub/deep");
    make_dir("/e");
    fill_file("/f", 1, 1);
    fill_file("/g", 1, 2);
    fill_file("/e/f", 1, 3);
    static const struct {
        const char *old, *new;
        int err;
    } cases[] = {
        { "/none", "/x", -ENOENT },
        { "/none", "/f", -ENOENT },
        { "/f", "/none/x", -ENOENT },
        { "/f/x", "/y", -ENOTDIR },
        { "/f", "/f/x", -ENOTDIR },
        { "/f", "/d", -EISDIR },
        { "/d", "/f", -ENOTDIR },
        { "/d", "/e", -ENOTEMPTY },
        { "/d/sub/deep", "/d", -ENOTEMPTY },
        { "/d/sub/deep", "/d/sub", -ENOTEMPTY },
        { "/d", "/d/x", -EINVAL },
        { "/d", "/d/sub", -EINVAL },
        { "/d", "/d/sub/deep/x", -EINVAL },
        { "/d", "/d/sub/deep/../x", -EINVAL },
        { "/f/", "/x", -ENOTDIR },
        { "/f", "/x/", -ENOTDIR },
        { "/f", "/g/", -ENOTDIR },
        { "/", "/x", -EBUSY },
        { "/d", "/", -EBUSY },
        { "/d/.", "/x", -EBUSY },
        { "/d/..", "/x", -EBUSY },
        { "/d", "/e/.", -EBUSY },
        { "/d", "/e/..", -EBUSY },
        { "", "/x", -ENOENT },
        { "/f", "", -ENOENT },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int err = move(cases[i].old, cases[i].new);
        if (err != cases[i].err)
            test_fail(__FILE__, __LINE__, "rename %s %s is %d, not %d", cases[i].old, cases[i].new,
                      err, cases[i].err);
    }
    EXPECT_EQ(path_rename(root, "/f", root, "/g", RENAME_NOREPLACE), -EEXIST);
    EXPECT_EQ(path_rename(root, "/f", root, "/d/..", RENAME_NOREPLACE), -EEXIST);
    EXPECT_EQ(path_rename(root, "/f", root, "/none", RENAME_EXCHANGE), -ENOENT);
    EXPECT_EQ(path_rename(root, "/d", root, "/d/sub/deep", RENAME_EXCHANGE), -EINVAL);
    EXPECT_EQ(path_rename(root, "/d/sub/deep", root, "/d", RENAME_EXCHANGE), -EINVAL);
    EXPECT_EQ(path_rename(root, "/f", root, "/x", 3), -EINVAL);
    EXPECT_EQ(path_rename(root, "/f", root, "/x", 4), -EINVAL);
    EXPECT_EQ(move("/d", "/d"), 0);
    EXPECT_EQ(move("/f", "//f"), 0);
    expect_file("/f", 1, 1);
    expect_file("/g", 1, 2);
    expect_file("/e/f", 1, 3);
    EXPECT_EQ(path_rename(root, "/f", root, "/h", RENAME_NOREPLACE), 0);
    expect_file("/h", 1, 1);
    end();
}

static void test_rename_exchange(void)
{
    begin(false);
    make_dir("/d");
    make_dir("/d/sub");
    fill_file("/d/sub/x", 10, 1);
    fill_file("/f", 20, 2);
    EXPECT_EQ(path_rename(root, "/f", root, "/d/sub", RENAME_EXCHANGE), 0);
    expect_file("/f/x", 10, 1);
    expect_file("/d/sub", 20, 2);
    EXPECT_EQ(number_of("/f/.."), number_of("/"));
    EXPECT_EQ(info_of("/d").nlink, 2);
    EXPECT_EQ(info_of("/").nlink, 4);
    make_dir("/d/other");
    EXPECT_EQ(path_rename(root, "/f", root, "/d/other", RENAME_EXCHANGE), 0);
    EXPECT_EQ(number_of("/d/other/.."), number_of("/d"));
    EXPECT_EQ(number_of("/f/.."), number_of("/"));
    expect_file("/d/other/x", 10, 1);
    EXPECT_EQ(path_rename(root, "/d/sub", root, "/d/other", RENAME_EXCHANGE), 0);
    expect_file("/d/sub/x", 10, 1);
    end();
}

// What is replaced while open goes with its last user, after a cut too.
static void test_rename_over_open(void)
{
    begin(false);
    fill_file("/old", 100, 1);
    EXPECT_EQ(volume_sync(vol), 0);
    uint64 empty = free_blocks();
    fill_file("/big", 200000, 2);
    struct inode *open = open_file("/big");
    EXPECT_EQ(move("/old", "/big"), 0);
    char c;
    EXPECT_EQ(inode_read(open, &c, 199999, 1), 1);
    EXPECT_EQ(volume_sync(vol), 0);
    EXPECT(free_blocks() < empty - 40);
    expect_file("/big", 100, 1);
    inode_put(open);
    EXPECT_EQ(volume_sync(vol), 0);
    EXPECT_EQ(free_blocks(), empty);
    make_dir("/d");
    make_dir("/e");
    open = open_file("/e");
    EXPECT_EQ(move("/d", "/e"), 0);
    struct inode *x;
    EXPECT_EQ(path_open(open, "x", true, false, REGULAR, 0, &x), -ENOENT);
    EXPECT_EQ(path_rename(root, "/big", open, "x", 0), -ENOENT);
    EXPECT_EQ(path_rename(open, "x", root, "/x", 0), -ENOENT);
    inode_put(open);
    end();
}

// Fills the disk to the last block.
static void fill_disk(void)
{
    static char buf[20000];
    uint64 n = 0;
    struct inode *ino = create_file("/filler");
    int64 done;
    while ((done = inode_write(ino, buf, n, sizeof buf)) > 0)
        n += (uint64)done;
    EXPECT_EQ(done, -ENOSPC);
    inode_put(ino);
}

// On a full disk names move, as long as no directory needs another page.
static void test_rename_on_full_disk(void)
{
    char old[32], new[256];
    begin(false);
    make_dir("/d");
    make_dir("/e");
    for (int i = 0; i < 20; i++) {
        snprintf(old, sizeof old, "/d/%d", i);
        fill_file(old, 10, (uint64)i);
    }
    fill_disk();
    for (int round = 0; round < 30; round++) {
        for (int i = 0; i < 20; i++) {
            snprintf(old, sizeof old, "/%c/%d", round % 2 ? 'e' : 'd', i);
            snprintf(new, sizeof new, "/%c/%d", round % 2 ? 'd' : 'e', i);
            EXPECT_EQ(move(old, new), 0);
        }
    }
    int err = 0, n = 0;
    for (; n < 20 && !err; n++) { // longer names: one page does not hold them all
        snprintf(old, sizeof old, "/d/%d", n);
        snprintf(new, sizeof new, "/e/%0240d", n);
        err = move(old, new);
    }
    EXPECT_EQ(err, -ENOSPC);
    EXPECT(n > 10);
    for (int i = n; i < 18; i += 2) {
        snprintf(old, sizeof old, "/d/%d", i);
        snprintf(new, sizeof new, "/d/%d", i + 1);
        EXPECT_EQ(move(old, new), 0);
        expect_file(new, 10, (uint64)i);
    }
    EXPECT_EQ(move("/e", "/d/e"), 0);
    end();
}

static const struct test tests[] = {
    { "rename-files", test_rename_files },
    { "rename-directories", test_rename_directories },
    { "rename-refused", test_rename_refused },
    { "rename-exchange", test_rename_exchange },
    { "rename-over-what-is-open", test_rename_over_open },
    { "rename-on-a-full-disk", test_rename_on_full_disk },
};

int main(int argc, char **argv)
{
    return run_tests(argc, argv, 16384, tests, sizeof tests / sizeof tests[0]);
}
