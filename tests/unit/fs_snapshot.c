// Snapshots: what they hold, what they cost, and what a rollback makes of the live files.

#include "errno.h"
#include "fs/shrink.h"
#include "fs/tx.h"
#include "fs_test.h"

static uint64 dirty_seed = 77;

// What the snapshot holds stays, whatever becomes of the live files, through a remount.
static void picture(bool classic)
{
    make_volume(2048, classic);
    make_tree(30, 9000);
    EXPECT_EQ(snapshot_create(vol, "one"), 0);
    for (int i = 0; i < 30; i += 2) {
        char path[64];
        snprintf(path, sizeof path, "/d/file%d", i);
        fill_file(path, 7000, dirty_seed);
    }
    fill_file("/d/new", 100, 1);
    expect_tree("/.snapshots/one", 30, 9000);
    EXPECT(!exists("/.snapshots/one/d/new"));
    remount();
    expect_tree("/.snapshots/one", 30, 9000);
    EXPECT_EQ(unlink_path("/d/new"), 0);
    remove_tree(30);
    expect_tree("/.snapshots/one", 30, 9000);
    remount();
    expect_tree("/.snapshots/one", 30, 9000);
    EXPECT_EQ(snapshot_delete(vol, "one"), 0);
    EXPECT(!exists("/.snapshots/one"));
    unmount_volume();
    mem_disk_free(&disk);
}

static void test_picture(void)
{
    picture(false);
    picture(true);
}

// All space comes back to the last block when the last reference goes, in any order.
static void test_exact_space(void)
{
    make_volume(4096, false);
    sync_volume();
    uint64 empty = free_blocks();
    for (int order = 0; order < 4; order++) {
        make_tree(100, 6000);
        EXPECT_EQ(snapshot_create(vol, "a"), 0);
        fill_file("/d/file3", 6000, dirty_seed);
        fill_file("/big", 2000000, 5);
        EXPECT_EQ(snapshot_create(vol, "b"), 0);
        if (order & 1)
            EXPECT_EQ(snapshot_delete(vol, "a"), 0);
        EXPECT_EQ(unlink_path("/big"), 0);
        remove_tree(100);
        if (order & 2)
            remount();
        EXPECT_EQ(snapshot_delete(vol, "b"), 0);
        if (!(order & 1))
            EXPECT_EQ(snapshot_delete(vol, "a"), 0);
        sync_volume();
        EXPECT_EQ(free_blocks(), empty);
        check_image();
    }
    unmount_volume();
    mem_disk_free(&disk);
}

static uint64 writes_of_a_snapshot(int files)
{
    make_volume(16384, false);
    make_tree(files, 5000);
    sync_volume();
    uint64 before = disk.writes;
    EXPECT_EQ(snapshot_create(vol, "s"), 0);
    uint64 writes = disk.writes - before;
    unmount_volume();
    mem_disk_free(&disk);
    return writes;
}

// A snapshot and a clone cost the same for a small volume and a large one.
static void test_constant_cost(void)
{
    uint64 small = writes_of_a_snapshot(2), large = writes_of_a_snapshot(3000);
    printf("# a snapshot writes %lu blocks; of 3000 files %lu\n", small, large);
    EXPECT(large <= small + 4 && large < 20);
}

static void test_names(void)
{
    struct snapshot_info info;
    uint32 id = 0;
    char path[64];
    char longest[65];
    memset(longest, 'n', 64);
    longest[64] = '\0';
    make_volume(1024, false);
    EXPECT_EQ(snapshot_create(vol, ""), -EINVAL);
    EXPECT_EQ(snapshot_create(vol, "."), -EINVAL);
    EXPECT_EQ(snapshot_create(vol, ".."), -EINVAL);
    EXPECT_EQ(snapshot_create(vol, "a/b"), -EINVAL);
    EXPECT_EQ(snapshot_create(vol, "two\nlines"), -EINVAL);
    EXPECT_EQ(snapshot_create(vol, "\x1b[2J"), -EINVAL);
    EXPECT_EQ(snapshot_create(vol, "gone\x7f"), -EINVAL);
    EXPECT_EQ(snapshot_create(vol, "Stra\xc3\x9f"
                                   "e"),
              0);
    EXPECT_EQ(snapshot_delete(vol, "Stra\xc3\x9f"
                                   "e"),
              0);
    EXPECT_EQ(snapshot_create(vol, longest), -ENAMETOOLONG);
    EXPECT_EQ(snapshot_create(vol, longest + 1), 0);
    EXPECT_EQ(snapshot_create(vol, longest + 1), -EEXIST);
    EXPECT_EQ(snapshot_delete(vol, longest + 1), 0);
    EXPECT_EQ(snapshot_delete(vol, "none"), -ENOENT);
    EXPECT_EQ(snapshot_rollback(vol, "none"), -ENOENT);
    for (int i = 0; i < 40; i++) {
        snprintf(path, sizeof path, "s%d", i);
        EXPECT_EQ(snapshot_create(vol, path), 0);
    }
    for (int i = 0; i < 40; i++) {
        EXPECT_EQ(snapshot_next(vol, &id, &info), 1);
        snprintf(path, sizeof path, "s%d", i);
        EXPECT(strcmp(info.name, path) == 0);
    }
    EXPECT_EQ(snapshot_next(vol, &id, &info), 0);
    for (int i = 0; i < 40; i++) {
        snprintf(path, sizeof path, "s%d", i);
        EXPECT_EQ(snapshot_delete(vol, path), 0);
    }
    unmount_volume();
    mem_disk_free(&disk);
}

static bool has_snapshot(int i)
{
    char path[32];
    snprintf(path, sizeof path, "/.snapshots/s%d", i);
    return exists(path);
}

// The listed ids ascend.  => how many there are
static int count_snapshots(void)
{
    struct snapshot_info info;
    uint32 id = 0, last = 0;
    int n = 0;
    for (; snapshot_next(vol, &id, &info) == 1; n++) {
        EXPECT(id > last && info.id == id);
        last = id;
    }
    return n;
}

// So many that their records, and what memory has of them, take several pages.
static void test_many(void)
{
    enum { N = 600 };
    char name[16];
    struct snapshot_info info;
    make_volume(4096, false);
    make_tree(2, 5000);
    take_snapshots(0, N);
    for (int i = 0; i < N; i += 3) {
        snprintf(name, sizeof name, "s%d", i);
        EXPECT_EQ(snapshot_delete(vol, name), 0);
        EXPECT_EQ(snapshot_delete(vol, name), -ENOENT);
    }
    for (int round = 0; round < 2; round++) {
        volume_shrink(vol);
        size_t objects = host_objects_in_use();
        EXPECT_EQ(count_snapshots(), N - N / 3);
        for (int i = 0; i < N; i++)
            EXPECT_EQ(has_snapshot(i), i % 3 != 0);
        check_audit();
        volume_shrink(vol); // the tables that were looked into go
        EXPECT_EQ(host_objects_in_use(), objects);
        for (int i = 0; i < N; i++)
            EXPECT_EQ(has_snapshot(i), i % 3 != 0);
        remount();
    }
    take_snapshots(N, N + N / 3); // each takes the lowest id that is free
    for (uint32 i = 0, id; i < N; i += 3) {
        id = i;
        EXPECT_EQ(snapshot_next(vol, &id, &info), 1);
        EXPECT_EQ(id, i + 1);
        snprintf(name, sizeof name, "s%u", N + i / 3);
        EXPECT_EQ(strcmp(info.name, name), 0);
    }
    EXPECT_EQ(snapshot_create(vol, "last"), 0);
    EXPECT_EQ(count_snapshots(), N + 1);
    unmount_volume();
    mem_disk_free(&disk);
}

// Spoils every copy of the page of records that begins with this id.
static void spoil_records(uint32 id, const char *name)
{
    for (uint64 b = FS_FIRST_BLOCK; b < disk.dev.nblocks; b++) {
        struct disk_snapshot *rec = (struct disk_snapshot *)(disk.data + b * FS_BLOCK);
        if (rec->id == id && strcmp(rec->name, name) == 0)
            rec->time_ns ^= 1;
    }
}

// What of the records can be read is of use; the others are not written over.
static void test_damaged_records(void)
{
    struct inode *ino;
    make_volume(2048, false);
    take_snapshots(0, 40);
    unmount_volume();
    spoil_records(16, "s15");
    host_quiet = true;
    mount_volume();
    EXPECT(has_snapshot(14) && !has_snapshot(15) && !has_snapshot(30) && has_snapshot(31));
    EXPECT_EQ(path_lookup(root, "/.snapshots/s15", &ino), -EIO);
    EXPECT_EQ(path_lookup(root, "/.snapshots/none", &ino), -EIO);
    EXPECT_EQ(snapshot_create(vol, "s15"), -EIO); // it may be there
    EXPECT_EQ(snapshot_delete(vol, "s31"), 0);
    EXPECT_EQ(count_snapshots(), 23);
    host_quiet = false;
    drop_volume();
}

// Paths into snapshots and out of them; nothing there can be changed.
static void test_paths(void)
{
    char text[64];
    struct dir_entry e;
    uint64 pos = 0;
    struct inode *ino, *dir;
    make_volume(1024, false);
    make_tree(2, 100);
    EXPECT_EQ(snapshot_create(vol, "s"), 0);
    EXPECT_EQ(snapshot_create(vol, "t"), 0);
    dir = open_file("/.snapshots/s/d");
    EXPECT_EQ(path_of(dir, text, sizeof text), sizeof "/.snapshots/s/d");
    EXPECT(strcmp(text, "/.snapshots/s/d") == 0);
    EXPECT_EQ(path_lookup(dir, "../../t/d/file1", &ino), 0);
    inode_put(ino);
    EXPECT_EQ(path_lookup(dir, "../../../d/file1", &ino), 0);
    EXPECT_EQ(inode_write(ino, "x", 0, 1), 1);
    inode_put(ino);
    EXPECT_EQ(path_lookup(dir, "file1", &ino), 0);
    EXPECT_EQ(inode_write(ino, "x", 0, 1), -EROFS);
    EXPECT_EQ(inode_truncate(ino, 0), -EROFS);
    EXPECT_EQ(inode_truncate(ino, 500), -EROFS);
    EXPECT_EQ(inode_set_mode(ino, 0600), -EROFS);
    EXPECT_EQ(inode_set_mtime(ino, MTIME_NOW), -EROFS);
    inode_put(ino);
    EXPECT_EQ(path_unlink(dir, "file1", UNLINK_FILE), -EROFS);
    EXPECT_EQ(path_mkdir(dir, "new", 0755), -EROFS);
    EXPECT_EQ(path_open(dir, "new", true, false, REGULAR, 0, &ino), -EROFS);
    EXPECT_EQ(path_link(dir, "file1", dir, "file9"), -EROFS);
    EXPECT(path_link(root, "/d/file1", dir, "file9") != 0);
    EXPECT_EQ(path_symlink(dir, "file1", "file9"), -EROFS);
    EXPECT_EQ(path_rename(dir, "file0", dir, "file1", 0), -EROFS);
    EXPECT_EQ(path_rename(dir, "file1", dir, "file9", 0), -EROFS);
    EXPECT_EQ(path_rename(dir, "file1", root, "/file9", 0), -EXDEV);
    EXPECT_EQ(path_rename(root, "/d", dir, "d", 0), -EXDEV);
    EXPECT_EQ(path_rename(root, "/d", root, "/.snapshots", 0), -EROFS);
    EXPECT_EQ(path_rename(root, "/.snapshots", root, "/d/x", 0), -EROFS);
    inode_put(dir);
    EXPECT_EQ(path_mkdir(root, "/.snapshots", 0755), -EROFS);
    EXPECT_EQ(path_mkdir(root, "/.snapshots/u", 0755), -EROFS);
    EXPECT_EQ(path_unlink(root, "/.snapshots/s", UNLINK_DIR), -EROFS);
    EXPECT_EQ(path_unlink(root, "/.snapshots", UNLINK_ANY), -EROFS);
    dir = open_file("/.snapshots");
    static const char *const names[] = { ".", "..", "s", "t" };
    for (int i = 0; i < 4; i++) {
        EXPECT_EQ(dir_next(dir, &pos, &e), 1);
        EXPECT(strcmp(e.name, names[i]) == 0);
    }
    EXPECT_EQ(dir_next(dir, &pos, &e), 0);
    inode_put(dir);
    unmount_volume();
    mem_disk_free(&disk);
}

// A file of a deleted snapshot that is open stays readable; its space comes back at the last put,
// or after the next mount.
static void test_delete_in_use(void)
{
    char byte;
    make_volume(1024, false);
    sync_volume();
    uint64 empty = free_blocks();
    fill_file("/f", 400000, 3);
    EXPECT_EQ(snapshot_create(vol, "s"), 0);
    struct inode *ino = open_file("/.snapshots/s/f");
    EXPECT_EQ(unlink_path("/f"), 0);
    EXPECT_EQ(snapshot_delete(vol, "s"), 0);
    EXPECT_EQ(snapshot_create(vol, "s"), 0); // the name is free again
    EXPECT_EQ(inode_read(ino, &byte, 399999, 1), 1);
    EXPECT(free_blocks() < empty - 90);
    sync_volume();
    check_image();
    inode_put(ino);
    EXPECT_EQ(snapshot_delete(vol, "s"), 0);
    sync_volume();
    EXPECT_EQ(free_blocks(), empty);
    unmount_volume();
    mem_disk_free(&disk);
}

// The power goes while a deleted snapshot is in use: the next mount gives it back.
static void test_delete_and_cut(void)
{
    make_volume(1024, false);
    sync_volume();
    uint64 empty = free_blocks();
    fill_file("/f", 400000, 3);
    EXPECT_EQ(snapshot_create(vol, "s"), 0);
    struct inode *ino = open_file("/.snapshots/s/f");
    EXPECT_EQ(unlink_path("/f"), 0);
    EXPECT_EQ(snapshot_delete(vol, "s"), 0);
    sync_volume();
    unsigned char *image = malloc(1024 * FS_BLOCK);
    memcpy(image, disk.data, 1024 * FS_BLOCK);
    inode_put(ino);
    unmount_volume();
    memcpy(disk.data, image, 1024 * FS_BLOCK);
    free(image);
    check_image();
    mount_volume();
    sync_volume();
    EXPECT_EQ(free_blocks(), empty);
    unmount_volume();
    mem_disk_free(&disk);
}

static void test_rollback(void)
{
    make_volume(2048, false);
    sync_volume();
    uint64 empty = free_blocks();
    for (int round = 0; round < 3; round++) {
        make_tree(20, 9000);
        struct inode *orphan = create_file("/gone");
        EXPECT_EQ(inode_write(orphan, "lost", 0, 4), 4);
        EXPECT_EQ(unlink_path("/gone"), 0);
        EXPECT_EQ(snapshot_create(vol, "s"), 0);
        sync_volume();
        uint64 pictured = free_blocks();
        fill_file("/d/file1", 5000, dirty_seed);
        fill_file("/later", 50000, 1);
        EXPECT_EQ(path_mkdir(root, "/other", 0755), 0);
        struct inode *open = open_file("/later"), *cwd = open_file("/other");
        struct inode *same = open_file("/d"), *text = open_file("/d/file2");
        EXPECT_EQ(snapshot_rollback(vol, "s"), 0);
        // The new files are the old ones...
        inode_put(root);
        root = volume_root(vol);
        expect_tree("", 20, 9000);
        EXPECT(!exists("/later"));
        // ...and what was open is as it was, but cannot be changed.
        char buf[8];
        EXPECT_EQ(inode_read(open, buf, 0, 8), 8);
        EXPECT_EQ(inode_write(open, buf, 0, 8), -EROFS);
        EXPECT_EQ(path_mkdir(cwd, "x", 0755), -EROFS);
        EXPECT_EQ(path_mkdir(cwd, "/x", 0755), 0);
        // What is the same in the snapshot is the file, or directory, that it was.
        EXPECT(open_file("/d/file2") == text);
        inode_put(text);
        EXPECT_EQ(path_mkdir(same, "y", 0755), 0);
        EXPECT_EQ(unlink_path("/d/y"), 0);
        EXPECT_EQ(inode_read(orphan, buf, 0, 4), 4);
        inode_put(orphan);
        inode_put(open);
        inode_put(cwd);
        inode_put(same);
        // It keeps nothing of what was replaced; /x has some blocks.
        sync_volume();
        EXPECT(free_blocks() + 8 >= pictured);
        inode_put(text);
        if (round == 1)
            remount();
        EXPECT_EQ(unlink_path("/x"), 0);
        expect_tree("", 20, 9000);
        expect_tree("/.snapshots/s", 20, 9000);
        EXPECT_EQ(snapshot_delete(vol, "s"), 0);
        remove_tree(20);
        sync_volume();
        EXPECT_EQ(free_blocks(), empty);
        check_image();
    }
    unmount_volume();
    mem_disk_free(&disk);
}

static const struct test tests[] = {
    { "picture", test_picture },
    { "exact-space", test_exact_space },
    { "constant-cost", test_constant_cost },
    { "names", test_names },
    { "many", test_many },
    { "damaged-records", test_damaged_records },
    { "paths", test_paths },
    { "deleted-while-in-use", test_delete_in_use },
    { "deleted-and-cut", test_delete_and_cut },
    { "rollback", test_rollback },
};

int main(int argc, char **argv)
{
    return run_tests(argc, argv, 32768, tests, sizeof tests / sizeof tests[0]);
}
