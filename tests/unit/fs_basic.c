// The file system's calls, one by one.

#include "errno.h"
#include "fs_test.h"

static void test_empty(void)
{
    make_volume(1024, false);
    unmount_volume();
    mount_volume();
    EXPECT(!exists("/x"));
    unmount_volume();
    mem_disk_free(&disk);
}

static void test_write_read(void)
{
    make_volume(1024, false);
    fill_file("/a", 100, 1);
    fill_file("/b", 5000, 2);
    fill_file("/c", 300000, 3);
    expect_file("/a", 100, 1);
    unmount_volume();
    mount_volume();
    expect_file("/a", 100, 1);
    expect_file("/b", 5000, 2);
    expect_file("/c", 300000, 3);
    unmount_volume();
    mem_disk_free(&disk);
}

static void test_dirs(void)
{
    char buf[64];
    make_volume(1024, false);
    EXPECT_EQ(path_mkdir(root, "/d", 0755), 0);
    EXPECT_EQ(path_mkdir(root, "/d", 0755), -EEXIST);
    EXPECT_EQ(path_mkdir(root, "d/e/", 0755), 0);
    EXPECT_EQ(path_mkdir(root, "x/e", 0755), -ENOENT);
    fill_file("/d/e/f", 10, 1);
    expect_file("//d/./e/../e//f", 10, 1);
    EXPECT_EQ(path_mkdir(root, "/d/e/f/g", 0755), -ENOTDIR);
    struct inode *e = open_file("/d/e");
    EXPECT_EQ(path_of(e, buf, sizeof buf), 5);
    EXPECT(strcmp(buf, "/d/e") == 0);
    EXPECT_EQ(path_of(e, buf, 4), -ERANGE);
    EXPECT_EQ(path_of(root, buf, sizeof buf), 2);
    EXPECT_EQ(unlink_path("/d/e"), -ENOTEMPTY);
    EXPECT_EQ(unlink_path("/d/e/."), -EINVAL);
    EXPECT_EQ(unlink_path("/d/e/.."), -EINVAL);
    EXPECT_EQ(unlink_path("/"), -EBUSY);
    EXPECT_EQ(path_unlink(root, "/d/e", UNLINK_FILE), -EISDIR);
    EXPECT_EQ(path_unlink(root, "/d/e/f", UNLINK_DIR), -ENOTDIR);
    EXPECT_EQ(unlink_path("/d/e/f"), 0);
    EXPECT_EQ(unlink_path("/d/e"), 0);
    // A removed directory: nothing can be found in it or made in it.
    struct inode *x;
    EXPECT_EQ(path_open(e, "x", true, false, REGULAR, 0, &x), -ENOENT);
    EXPECT_EQ(path_lookup(e, "..", &x), -ENOENT);
    inode_put(e);
    unmount_volume();
    mem_disk_free(&disk);
}

static const struct test tests[] = {
    { "empty volume", test_empty },
    { "write and read", test_write_read },
    { "directories", test_dirs },
};

int main(int argc, char **argv)
{
    return run_tests(argc, argv, 16384, tests, sizeof tests / sizeof tests[0]);
}
