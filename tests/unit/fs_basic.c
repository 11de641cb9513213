// The file system's calls, one by one.

#include "errno.h"
#include "fs.h"
#include "fs_test.h"
#include "mem/frame.h"

static void test_empty(void)
{
    make_volume(1024, false);
    unmount_volume();
    mount_volume();
    EXPECT(!exists("/x"));
    unmount_volume();
    mem_disk_free(&disk);
}

// A volume is made over another, whichever of the superblock's places that used last.
static void test_format_again(void)
{
    make_volume(256, false);
    for (int commits = 0; commits < 5; commits++) {
        fill_file("/old", 1000, 1);
        EXPECT_EQ(volume_sync(vol), 0);
        inode_put(root);
        EXPECT_EQ(volume_unmount(vol), 0);
        EXPECT_EQ(volume_format(&disk.dev, 256, false), 0);
        mount_volume();
        EXPECT(!exists("/old"));
        for (int i = 0; i < commits; i++) {
            fill_file("/old", 2000, (uint64)i);
            EXPECT_EQ(volume_sync(vol), 0);
        }
    }
    unmount_volume();
    mem_disk_free(&disk);
}

// Whichever of its writes fails: what is there afterwards is whole, and once the first superblock is on its
// way the old volume is none any more, in neither place.
static void test_format_fails(void)
{
    bool fails = true;
    host_quiet = true;
    for (uint64 n = 1; fails; n++) {
        make_volume(256, false);
        for (uint64 i = 0; i < 2; i++) {
            fill_file("/old", 1000, i);
            EXPECT_EQ(volume_sync(vol), 0);
        }
        inode_put(root);
        EXPECT_EQ(volume_unmount(vol), 0);
        disk.fail_write = n;
        int err = volume_format(&disk.dev, 256, false);
        disk.fail_write = 0;
        fails = err != 0;
        err = volume_mount(&disk.dev, &vol);
        EXPECT_EQ(err, fails && n > FS_FIRST_BLOCK ? -EINVAL : 0);
        if (!err)
            EXPECT_EQ(volume_unmount(vol), 0);
        mem_disk_free(&disk);
    }
    host_quiet = false;
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

static void test_links(void)
{
    struct inode_info info;
    make_volume(1024, false);
    fill_file("/a", 10, 1);
    EXPECT_EQ(path_mkdir(root, "/d", 0755), 0);
    EXPECT_EQ(path_link(root, "/a", root, "/d/b"), 0);
    EXPECT_EQ(path_link(root, "/a", root, "/d/b"), -EEXIST);
    EXPECT_EQ(path_link(root, "/d", root, "/e"), -EPERM);
    EXPECT_EQ(path_link(root, "/x", root, "/e"), -ENOENT);
    EXPECT_EQ(path_link(root, "/a", root, "/x/e"), -ENOENT);
    struct inode *ino = open_file("/d/b");
    inode_info(ino, &info);
    EXPECT_EQ(info.nlink, 2);
    EXPECT_EQ(unlink_path("/a"), 0);
    inode_info(ino, &info);
    EXPECT_EQ(info.nlink, 1);
    inode_put(ino);
    expect_file("/d/b", 10, 1);
    ino = open_file("/d");
    inode_info(ino, &info);
    EXPECT_EQ(info.nlink, 2);
    inode_put(ino);
    unmount_volume();
    mem_disk_free(&disk);
}

static void test_open_flags(void)
{
    struct inode *a, *b;
    make_volume(1024, false);
    EXPECT_EQ(path_open(root, "/a", false, false, REGULAR, 0, &a), -ENOENT);
    EXPECT_EQ(path_open(root, "/a/", true, false, REGULAR, 0, &a), -EISDIR);
    EXPECT_EQ(path_open(root, "", true, false, REGULAR, 0, &a), -ENOENT);
    EXPECT_EQ(path_open(root, "/a", true, true, REGULAR, 0, &a), 0);
    EXPECT_EQ(path_open(root, "/a", true, true, REGULAR, 0, &b), -EEXIST);
    EXPECT_EQ(path_open(root, "a", true, false, REGULAR, 0, &b), 0);
    EXPECT(a == b);
    EXPECT_EQ(path_open(root, "/a/", false, false, REGULAR, 0, &b), -ENOTDIR);
    EXPECT_EQ(path_open(root, "/", true, true, REGULAR, 0, &b), -EEXIST);
    inode_put(a);
    inode_put(a);
    EXPECT_EQ(path_open(root, "/dev", true, false, DEVICE, 0x501, &a), 0);
    inode_put(a);
    unmount_volume();
    mount_volume();
    a = open_file("/dev");
    EXPECT_EQ(inode_mode(a), DEVICE);
    EXPECT_EQ(inode_rdev(a), 0x501);
    EXPECT_EQ(inode_read(a, &b, 0, 1), -EINVAL);
    inode_put(a);
    unmount_volume();
    mem_disk_free(&disk);
}

static void test_long_names(void)
{
    static char name[300], path[5000];
    struct inode *ino;
    make_volume(1024, false);
    memset(name, 'n', 255);
    fill_file(name, 10, 1);
    expect_file(name, 10, 1);
    name[255] = 'n';
    EXPECT_EQ(path_lookup(root, name, &ino), -ENAMETOOLONG);
    EXPECT_EQ(path_mkdir(root, name, 0755), -ENAMETOOLONG);
    memset(path, '/', PATH_LONGEST - 1);
    EXPECT_EQ(path_lookup(root, path, &ino), 0);
    inode_put(ino);
    path[PATH_LONGEST - 1] = '/';
    EXPECT_EQ(path_lookup(root, path, &ino), -ENAMETOOLONG);
    unmount_volume();
    mem_disk_free(&disk);
}

// Holes, and offsets as far as they go: each page costs itself and the blocks above it.
static void test_sparse(void)
{
    static char page[FS_BLOCK];
    static const uint64 offsets[] = { 0, 5UL << 20, 3UL << 30, 1UL << 40, FS_SIZE_MAX - 6 };
    struct inode_info info;
    make_volume(1024, false);
    uint64 empty = free_blocks();
    struct inode *ino = create_file("/sparse");
    for (size_t i = 0; i < sizeof offsets / sizeof offsets[0]; i++)
        EXPECT_EQ(inode_write(ino, "kine", offsets[i], 4), 4);
    EXPECT_EQ(inode_write(ino, "kine", FS_SIZE_MAX - 2, 4), 2);
    EXPECT_EQ(inode_write(ino, "kine", FS_SIZE_MAX, 4), -EFBIG);
    EXPECT_EQ(inode_truncate(ino, FS_SIZE_MAX + 1), -EFBIG);
    inode_put(ino);
    unmount_volume();
    mount_volume();
    ino = open_file("/sparse");
    for (size_t i = 0; i < sizeof offsets / sizeof offsets[0]; i++) {
        EXPECT_EQ(inode_read(ino, page, offsets[i], 4), 4);
        EXPECT(memcmp(page, "kine", 4) == 0);
    }
    EXPECT_EQ(inode_read(ino, page, 7UL << 20, sizeof page), sizeof page);
    EXPECT(page[0] == 0 && page[FS_BLOCK - 1] == 0);
    EXPECT_EQ(inode_truncate(ino, 6UL << 20), 0);
    EXPECT_EQ(inode_truncate(ino, 1UL << 41), 0);
    EXPECT_EQ(inode_read(ino, page, 1UL << 40, 4), 4);
    EXPECT(memcmp(page, "\0\0\0", 4) == 0);
    EXPECT_EQ(inode_truncate(ino, 4), 0);
    inode_info(ino, &info);
    EXPECT_EQ(info.blocks, 1);
    EXPECT_EQ(inode_truncate(ino, 0), 0);
    inode_put(ino);
    EXPECT_EQ(unlink_path("/sparse"), 0);
    EXPECT_EQ(volume_sync(vol), 0);
    EXPECT_EQ(free_blocks(), empty);
    unmount_volume();
    mem_disk_free(&disk);
}

static void test_append(void)
{
    uint64 off;
    char back[8];
    make_volume(1024, true);
    struct inode *ino = create_file("/log");
    EXPECT_EQ(inode_append(ino, "one", 3, &off), 3);
    EXPECT_EQ(off, 0);
    EXPECT_EQ(inode_append(ino, "two", 3, &off), 3);
    EXPECT_EQ(off, 3);
    EXPECT_EQ(inode_read(ino, back, 0, sizeof back), 6);
    EXPECT(memcmp(back, "onetwo", 6) == 0);
    EXPECT_EQ(inode_sync(ino), 0);
    inode_put(ino);
    unmount_volume();
    mem_disk_free(&disk);
}

// Numbers are given out lowest first; a page of the table without inodes is given back.
static void test_inode_numbers(void)
{
    char name[32];
    struct inode_info info;
    make_volume(1024, false);
    uint64 empty = free_blocks();
    for (int i = 2; i < 200; i++) {
        snprintf(name, sizeof name, "/%d", i);
        fill_file(name, 0, 0);
    }
    EXPECT_EQ(unlink_path("/50"), 0);
    EXPECT_EQ(unlink_path("/20"), 0);
    for (int n = 0; n < 3; n++) {
        static const uint64 wanted[] = { 20, 50, 200 };
        snprintf(name, sizeof name, "/again%d", n);
        struct inode *ino = create_file(name);
        inode_info(ino, &info);
        EXPECT_EQ(info.ino, wanted[n]);
        inode_put(ino);
        if (n == 1) { // the numbers are known after a mount too
            unmount_volume();
            mount_volume();
        }
    }
    for (int i = 2; i < 200; i++) {
        snprintf(name, sizeof name, "/%d", i);
        if (i != 20 && i != 50)
            EXPECT_EQ(unlink_path(name), 0);
    }
    for (int n = 0; n < 3; n++) {
        snprintf(name, sizeof name, "/again%d", n);
        EXPECT_EQ(unlink_path(name), 0);
    }
    EXPECT_EQ(volume_sync(vol), 0);
    EXPECT_EQ(free_blocks(), empty);
    unmount_volume();
    mem_disk_free(&disk);
}

// A directory so large that its index is made anew several times.
static void test_large_directory(void)
{
    enum { N = 20000 };
    char name[32];
    make_volume(8192, false);
    EXPECT_EQ(path_mkdir(root, "/d", 0755), 0);
    fill_file("/f", 1, 1);
    for (int i = 0; i < N; i++) {
        snprintf(name, sizeof name, "/d/name-%d", i);
        EXPECT_EQ(path_link(root, "/f", root, name), 0);
    }
    for (int i = 0; i < N; i += 2) {
        snprintf(name, sizeof name, "/d/name-%d", i);
        EXPECT_EQ(unlink_path(name), 0);
    }
    for (int i = 0; i < N; i++) {
        snprintf(name, sizeof name, "/d/name-%d", i);
        EXPECT_EQ(exists(name), i % 2 == 1);
    }
    unmount_volume();
    mount_volume();
    struct inode *dir = open_file("/d");
    struct dir_entry e;
    uint64 pos = 0;
    int names = 0;
    while (dir_next(dir, &pos, &e) == 1)
        names++;
    EXPECT_EQ(names, N / 2 + 2);
    inode_put(dir);
    unmount_volume();
    mem_disk_free(&disk);
}

static void test_classic(void)
{
    static struct dirent d[128];
    struct inode *ino;
    make_volume(1024, true);
    fill_file("/abcdefghijklmnopqrst", 10, 1);
    expect_file("/abcdefghijklmn", 10, 1);
    expect_file("/abcdefghijklmnXYZ", 10, 1);
    EXPECT_EQ(path_open(root, "/abcdefghijklmn9", true, true, REGULAR, 0, &ino), -EEXIST);
    ino = open_file("/abcdefghijklmno");
    EXPECT_EQ(inode_write(ino, "x", 11, 1), -EINVAL);
    EXPECT_EQ(inode_truncate(ino, 11), -EINVAL);
    EXPECT_EQ(inode_write(ino, "x", 10, 1), 1);
    inode_put(ino);
    EXPECT_EQ(path_mkdir(root, "/d", 0755), 0);
    // Records of 16 bytes, in any portions.
    EXPECT_EQ(inode_read(root, d, 0, sizeof d), sizeof d);
    EXPECT(d[0].inum == 1 && strcmp(d[0].name, ".") == 0);
    EXPECT(d[1].inum == 1 && strcmp(d[1].name, "..") == 0);
    EXPECT(d[2].inum == 2 && memcmp(d[2].name, "abcdefghijklmn", 14) == 0);
    EXPECT(d[3].inum == 3 && strcmp(d[3].name, "d") == 0);
    EXPECT_EQ(d[4].inum, 0);
    EXPECT_EQ(inode_read(root, d, 34, 7), 7);
    EXPECT(memcmp(d, "abcdefg", 7) == 0);
    EXPECT_EQ(inode_read(root, d, sizeof d, 16), 0);
    EXPECT_EQ(inode_write(root, "x", 0, 1), -EISDIR);
    unmount_volume();
    mem_disk_free(&disk);
}

static void test_directory_is_no_file(void)
{
    char c;
    make_volume(1024, false);
    EXPECT_EQ(inode_read(root, &c, 0, 1), -EISDIR);
    EXPECT_EQ(inode_write(root, &c, 0, 1), -EISDIR);
    EXPECT_EQ(inode_truncate(root, 0), -EISDIR);
    unmount_volume();
    mem_disk_free(&disk);
}

// A frame that somebody holds, as a program does that was started from the file, keeps its bytes.
static void test_held_page(void)
{
    struct frame *held;
    make_volume(1024, false);
    fill_file("/program", 5000, 1);
    struct inode *ino = open_file("/program");
    EXPECT_EQ(object_page(inode_object(ino), 0, &held), 0);
    char *bytes = frame_page(held);
    char first = bytes[0];
    EXPECT_EQ(inode_write(ino, "changed", 0, 7), 7);
    EXPECT_EQ(bytes[0], first);
    EXPECT_EQ(volume_sync(vol), 0);
    EXPECT_EQ(inode_truncate(ino, 0), 0);
    inode_put(ino);
    EXPECT_EQ(unlink_path("/program"), 0);
    EXPECT_EQ(bytes[0], first);
    frame_put(held);
    unmount_volume();
    mem_disk_free(&disk);
}

// A write to a page that somebody holds, for whose copy there is no memory: the page and its holders are as
// they were.
static void test_held_page_without_memory(void)
{
    struct frame *held;
    make_volume(1024, false);
    fill_file("/program", 5000, 1);
    struct inode *ino = open_file("/program");
    EXPECT_EQ(object_page(inode_object(ino), 0, &held), 0);
    uint32 holders = frame_refs(held);
    for (long n = 1;; n++) {
        host_fail_after(n);
        int64 done = inode_write(ino, "changed", 0, 7);
        host_fail_after(0);
        if (done == 7)
            break;
        EXPECT_EQ(done, -ENOMEM);
        EXPECT_EQ(frame_refs(held), holders);
        expect_file("/program", 5000, 1);
    }
    EXPECT_EQ(frame_refs(held), 1);
    frame_put(held);
    inode_put(ino);
    unmount_volume();
    mem_disk_free(&disk);
}

// What is old is committed without being asked.
static void test_tick(void)
{
    struct volume_info info;
    make_volume(1024, false);
    volume_info(vol, &info);
    uint64 before = info.generation;
    fill_file("/a", 10, 1);
    volume_tick(vol);
    volume_info(vol, &info);
    EXPECT_EQ(info.generation, before);
    host_clock_ahead += 60;
    volume_tick(vol);
    volume_info(vol, &info);
    EXPECT_EQ(info.generation, before + 1);
    host_clock_ahead += 60;
    volume_tick(vol);
    volume_info(vol, &info);
    EXPECT_EQ(info.generation, before + 1);
    unmount_volume();
    mem_disk_free(&disk);
}

// The lowest number is given out, and finding it does not cost more where there are many files: the
// pages of the inode table are not read again and again.
static void test_many_inodes(void)
{
    char name[32];
    make_volume(4096, false);
    for (int i = 0; i < 3000; i++) {
        snprintf(name, sizeof name, "/f%d", i);
        inode_put(create_file(name));
    }
    EXPECT_EQ(volume_sync(vol), 0);
    uint64 most = 0;
    for (int i = 0; i < 60; i++) {
        struct inode_info info;
        snprintf(name, sizeof name, "/f%d", i * 50);
        EXPECT_EQ(unlink_path(name), 0);
        host_reclaim_all();
        inode_put(create_file(name)); // takes the number that is free
        snprintf(name, sizeof name, "/new%d", i);
        uint64 reads = disk.reads;
        struct inode *ino = create_file(name); // goes behind them all
        if (i > 0 && disk.reads - reads > most)
            most = disk.reads - reads;
        inode_info(ino, &info);
        EXPECT_EQ(info.ino, 3002 + i);
        inode_put(ino);
    }
    printf("# at most %lu blocks read for a new file\n", most);
    EXPECT(most < 60);
    unmount_volume();
    mem_disk_free(&disk);
}

// Reading from front to back takes few requests, and no block twice; reading here and there brings
// in nothing that was not asked for.
static void test_read_ahead(void)
{
    static unsigned char buf[FS_BLOCK];
    make_volume(1024, false);
    fill_file("/f", 1 << 20, 1);
    unmount_volume();
    mount_volume();
    struct inode *ino = open_file("/f");
    uint64 blocks = disk.reads, requests = disk.requests;
    for (uint64 off = 0; off < 1 << 20; off += sizeof buf)
        EXPECT_EQ(inode_read(ino, buf, off, sizeof buf), sizeof buf);
    blocks = disk.reads - blocks;
    requests = disk.requests - requests;
    printf("# 1 MiB: %lu blocks in %lu requests\n", blocks, requests);
    EXPECT_EQ(blocks, 257);
    EXPECT(requests <= 24);
    inode_put(ino);
    expect_file("/f", 1 << 20, 1);
    unmount_volume();
    mount_volume();
    ino = open_file("/f");
    blocks = disk.reads;
    for (uint64 i = 0; i < 256; i += 9)
        EXPECT_EQ(inode_read(ino, buf, (i * 101 % 256) * FS_BLOCK, 1), 1);
    EXPECT_EQ(disk.reads - blocks, 30 + 3); // the beginning brings three pages more
    inode_put(ino);
    unmount_volume();
    mem_disk_free(&disk);
}

// How much a commit writes: 16 MiB in a row cost at most 1.1 times that.
static void test_write_volume(void)
{
    make_volume(8192, false);
    EXPECT_EQ(volume_sync(vol), 0);
    uint64 before = disk.writes;
    fill_file("/big", 16 << 20, 1);
    EXPECT_EQ(volume_sync(vol), 0);
    EXPECT((disk.writes - before) * 10 <= 4096 * 11);
    unmount_volume();
    mem_disk_free(&disk);
}

static const struct test tests[] = {
    { "empty-volume", test_empty },
    { "format-again", test_format_again },
    { "format-fails", test_format_fails },
    { "write-and-read", test_write_read },
    { "directories", test_dirs },
    { "links", test_links },
    { "open-and-create", test_open_flags },
    { "long-names", test_long_names },
    { "holes-and-far-offsets", test_sparse },
    { "append", test_append },
    { "inode-numbers", test_inode_numbers },
    { "large-directory", test_large_directory },
    { "classic-volume", test_classic },
    { "a-directory-is-no-file", test_directory_is_no_file },
    { "held-page", test_held_page },
    { "held-page-without-memory", test_held_page_without_memory },
    { "commit-by-age", test_tick },
    { "many-inodes", test_many_inodes },
    { "read-ahead", test_read_ahead },
    { "blocks-written", test_write_volume },
};

int main(int argc, char **argv)
{
    return run_tests(argc, argv, 16384, tests, sizeof tests / sizeof tests[0]);
}
