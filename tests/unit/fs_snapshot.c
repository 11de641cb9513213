// Snapshots and clones: what they hold, what they share, and that all comes back.

#include "errno.h"
#include "fs/shrink.h"
#include "fs/tx.h"
#include "fs_test.h"

static uint64 dirty_seed = 77;

static void sync_volume(void)
{
    EXPECT_EQ(volume_sync(vol), 0);
}

static void make_tree(int files, size_t bytes)
{
    char path[64];
    EXPECT_EQ(path_mkdir(root, "/d", 0755), 0);
    for (int i = 0; i < files; i++) {
        snprintf(path, sizeof path, "/d/file%d", i);
        fill_file(path, bytes, (uint64)i);
    }
}

static void expect_tree(const char *below, int files, size_t bytes)
{
    char path[96];
    for (int i = 0; i < files; i++) {
        snprintf(path, sizeof path, "%s/d/file%d", below, i);
        expect_file(path, bytes, (uint64)i);
    }
}

static void remove_tree(int files)
{
    char path[64];
    for (int i = 0; i < files; i++) {
        snprintf(path, sizeof path, "/d/file%d", i);
        EXPECT_EQ(unlink_path(path), 0);
    }
    EXPECT_EQ(unlink_path("/d"), 0);
}

static void remount(void)
{
    unmount_volume();
    mount_volume();
}

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

// Paths into snapshots and out of them; nothing there can be changed.
static void make_snapshots(int from, int to)
{
    char name[16];
    for (int i = from; i < to; i++) {
        snprintf(name, sizeof name, "s%d", i);
        EXPECT_EQ(snapshot_create(vol, name), 0);
    }
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
    make_snapshots(0, N);
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
    make_snapshots(N, N + N / 3); // each takes the lowest id that is free
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
    make_snapshots(0, 40);
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

// --- clones -----------------------------------------------------------------------------------

static void clone_file(const char *to, const char *from)
{
    struct inode *dst = create_file(to), *src = open_file(from);
    EXPECT_EQ(inode_clone(dst, src), 0);
    inode_put(dst);
    inode_put(src);
}

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
        clone_file("/b", "/a");
        EXPECT(free_blocks() + 20 >= before);
        expect_file("/b", 3000000, 1);
        write_file("/a", page, sizeof page);
        expect_file("/b", 3000000, 1);
        clone_file("/a", "/b"); // over what it was
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
    clone_file("/g", "/f");
    clone_file("/h", "/f");
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
    clone_file("/g", "/.snapshots/s/f");
    EXPECT_EQ(snapshot_delete(vol, "s"), 0);
    expect_file("/g", 2000000, 4);
    remount();
    expect_file("/g", 2000000, 4);
    unmount_volume();
    mem_disk_free(&disk);
}

// --- scrub ------------------------------------------------------------------------------------

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

// --- full disks -------------------------------------------------------------------------------

// Fills the volume to the last block.
static void fill_up(void)
{
    static unsigned char page[FS_BLOCK];
    struct inode *ino = create_file("/filler");
    for (uint64 off = 0;; off += sizeof page) {
        int64 n = inode_write(ino, page, off, sizeof page);
        if (n == -ENOSPC)
            break;
        EXPECT_EQ(n, sizeof page);
    }
    inode_put(ino);
}

// Everything is shared and nothing is free: still all can be cut and removed, and snapshots
// deleted.
static void full_and_shared(bool first_snapshot)
{
    char path[64];
    make_volume(2500, false);
    sync_volume();
    uint64 empty = free_blocks();
    make_tree(200, 9000);
    fill_file("/long", 1500000, 9);
    EXPECT_EQ(snapshot_create(vol, "s"), 0);
    fill_up();
    EXPECT_EQ(snapshot_create(vol, "t"), -ENOSPC);
    struct inode *ino = open_file("/long");
    for (uint64 size = 1400001; size > 100000; size -= 99999)
        EXPECT_EQ(inode_truncate(ino, size), 0);
    inode_put(ino);
    for (int i = 0; i < 100; i++) {
        snprintf(path, sizeof path, "/d/file%d", i);
        ino = open_file(path);
        EXPECT_EQ(inode_truncate(ino, 5001), 0);
        inode_put(ino);
    }
    if (first_snapshot)
        EXPECT_EQ(snapshot_delete(vol, "s"), 0);
    remove_tree(200);
    EXPECT_EQ(unlink_path("/long"), 0);
    EXPECT_EQ(unlink_path("/filler"), 0);
    if (!first_snapshot)
        EXPECT_EQ(snapshot_delete(vol, "s"), 0);
    sync_volume();
    EXPECT_EQ(free_blocks(), empty);
    unmount_volume();
    mem_disk_free(&disk);
}

static void test_full_and_shared(void)
{
    full_and_shared(false);
    full_and_shared(true);
}

// Overwriting shared pages takes room; when there is none the write says so and nothing is lost.
static void test_full_and_overwritten(void)
{
    static unsigned char page[FS_BLOCK];
    make_volume(1024, false);
    fill_file("/f", 1500000, 2);
    EXPECT_EQ(snapshot_create(vol, "s"), 0);
    fill_up();
    struct inode *ino = open_file("/f");
    EXPECT_EQ(inode_write(ino, page, 0, sizeof page), -ENOSPC);
    inode_put(ino);
    EXPECT_EQ(unlink_path("/filler"), 0);
    expect_file("/f", 1500000, 2);
    expect_file("/.snapshots/s/f", 1500000, 2);
    fill_file("/f", 1500000, 3);
    expect_file("/.snapshots/s/f", 1500000, 2);
    unmount_volume();
    mem_disk_free(&disk);
}

// --- the room that is kept back ------------------------------------------------------------------

static void write_page(const char *path, uint64 page)
{
    struct inode *ino = open_file(path);
    EXPECT_EQ(inode_write(ino, "changed", page * FS_BLOCK, 7), 7);
    inode_put(ino);
}

// Shares, in one of many ways, and ends it all; `big` and `small` keep their size.
static void share_and_end(uint64 random)
{
    const char *file = random & 1 ? "/big" : "/small";
    uint64 pages = random & 1 ? 300 : 3;
    if (random & 2)
        EXPECT_EQ(snapshot_create(vol, "s"), 0);
    clone_file("/c1", file);
    if (random & 4)
        write_page(random & 8 ? "/c1" : file, (random >> 16) % pages);
    if (random & 16)
        clone_file("/c2", "/c1");
    if (random & 32)
        remount();
    if (random & 64)
        EXPECT_EQ(snapshot_create(vol, "t"), 0);
    EXPECT_EQ(unlink_path("/c1"), 0);
    if (random & 128)
        remount();
    if (random & 16)
        EXPECT_EQ(unlink_path("/c2"), 0);
    if (random & 64)
        EXPECT_EQ(snapshot_delete(vol, "t"), 0);
    if (random & 2)
        EXPECT_EQ(snapshot_delete(vol, "s"), 0);
    sync_volume();
}

static void test_room_comes_back(void)
{
    uint64 state = 1 + dirty_seed;
    make_volume(4096, false);
    make_tree(200, 5000);
    fill_file("/big", 300 * FS_BLOCK, 1);
    fill_file("/small", 3 * FS_BLOCK, 2);
    EXPECT_EQ(snapshot_create(vol, "s"), 0); // the page of records stays
    EXPECT_EQ(snapshot_delete(vol, "s"), 0);
    sync_volume();
    uint64 before = free_blocks();
    for (int i = 0; i < 300; i++) {
        share_and_end(random_next(&state));
        EXPECT_EQ(free_blocks(), before);
    }
    clone_file("/clone", "/small"); // what it keeps back depends on what it shares
    EXPECT(before - free_blocks() < 20);
    unmount_volume();
    mem_disk_free(&disk);
}

// Ways to share and to end it; afterwards /f and /g have as many blocks as before.
#define F_BYTES (40 * FS_BLOCK)

static void clone_f(void)
{
    clone_file("/c", "/f");
}

static void remove_clone(void)
{
    EXPECT_EQ(unlink_path("/c"), 0);
}

static void overwrite_clone(void)
{
    fill_file("/c", F_BYTES, 5);
    remove_clone();
}

static void overwrite_both(void)
{
    fill_file("/f", F_BYTES, 6);
    overwrite_clone();
}

static void clone_over(void)
{
    clone_file("/g", "/f");
}

static void overwrite_source(void)
{
    fill_file("/f", F_BYTES, 7);
}

static void overwrite_copy(void)
{
    fill_file("/g", F_BYTES, 8);
}

static void take_s(void)
{
    EXPECT_EQ(snapshot_create(vol, "s"), 0);
}

static void delete_s(void)
{
    EXPECT_EQ(snapshot_delete(vol, "s"), 0);
}

static void overwrite_and_delete(void)
{
    fill_file("/f", F_BYTES, 9);
    fill_file("/g", F_BYTES, 9);
    delete_s();
}

static void roll_back_and_delete(void)
{
    fill_file("/f", F_BYTES, 10);
    fill_file("/new", 9000, 10);
    EXPECT_EQ(snapshot_rollback(vol, "s"), 0);
    inode_put(root);
    root = volume_root(vol);
    delete_s();
}

static void take_s_and_t(void)
{
    take_s();
    fill_file("/f", F_BYTES / 2, 11);
    EXPECT_EQ(snapshot_create(vol, "t"), 0);
    clone_over();
}

static void roll_back_twice(void)
{
    EXPECT_EQ(snapshot_rollback(vol, "t"), 0);
    EXPECT_EQ(snapshot_rollback(vol, "s"), 0);
    inode_put(root);
    root = volume_root(vol);
    EXPECT_EQ(snapshot_delete(vol, "t"), 0);
    delete_s();
}

static const struct ending {
    const char *name;
    void (*share)(void), (*end)(void);
} endings[] = {
    { "a clone is removed", clone_f, remove_clone },
    { "a clone is overwritten and removed", clone_f, overwrite_clone },
    { "a clone and its source are overwritten", clone_f, overwrite_both },
    { "a source is overwritten", clone_over, overwrite_source },
    { "a copy is overwritten", clone_over, overwrite_copy },
    { "a snapshot is deleted", take_s, delete_s },
    { "all is overwritten, a snapshot deleted", take_s, overwrite_and_delete },
    { "a rollback", take_s, roll_back_and_delete },
    { "two snapshots and rollbacks", take_s_and_t, roll_back_twice },
};

enum { PLAINLY, REMOUNTED, CUT, WAYS };

// The power goes, and all that was not committed.
static void cut_power(void)
{
    size_t bytes = disk.dev.nblocks * FS_BLOCK;
    sync_volume();
    void *was = malloc(bytes);
    memcpy(was, disk.data, bytes);
    fill_file("/lost", 20000, 1);
    unmount_volume();
    memcpy(disk.data, was, bytes);
    free(was);
    mount_volume();
}

static void share_and_end_so(const struct ending *e, int way)
{
    sync_volume();
    uint64 before = free_blocks();
    e->share();
    if (way == REMOUNTED)
        remount();
    if (way == CUT)
        cut_power();
    e->end();
    if (way == CUT)
        cut_power();
    sync_volume();
    if (free_blocks() != before)
        test_fail(__FILE__, __LINE__, "%s (%d): %lu blocks are free, %lu were", e->name, way,
                  free_blocks(), before);
}

// A volume with the files, so full that `left` blocks are left; `old`: beside a snapshot of some.
static void make_shared_volume(uint64 left, bool old)
{
    make_volume(1500, false);
    make_tree(60, 5000);
    EXPECT_EQ(snapshot_create(vol, "keep"), 0); // the page of records stays
    if (!old)
        EXPECT_EQ(snapshot_delete(vol, "keep"), 0);
    EXPECT_EQ(path_mkdir(root, "/young", 0755), 0);
    fill_file("/young/file", 600000, 3);
    fill_file("/f", F_BYTES, 1);
    fill_file("/g", F_BYTES, 2);
    fill_file("/full", 1, 4);
    sync_volume();
    if (free_blocks() > left)
        fill_file("/full", (free_blocks() - left) * FS_BLOCK, 4);
}

static void test_each_ending(void)
{
    for (int old = 0; old < 2; old++) {
        for (uint64 left = 230; left < 10000; left *= 30) {
            make_shared_volume(left, old);
            for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++)
                for (int way = PLAINLY; way < WAYS; way++)
                    share_and_end_so(&endings[i], way);
            unmount_volume();
            mem_disk_free(&disk);
        }
    }
}

// What is kept back for copying a block falls when it is copied: df shows nothing of it.
static void test_room_follows_copies(void)
{
    char path[64];
    make_volume(8192, false);
    make_tree(2000, 100);
    EXPECT_EQ(snapshot_create(vol, "s"), 0);
    sync_volume();
    uint64 before = free_blocks(), kept = tx_removals(vol);
    for (int i = 0; i < 2000; i += 2) {
        snprintf(path, sizeof path, "/d/file%d", i);
        EXPECT_EQ(unlink_path(path), 0);
    }
    sync_volume();
    EXPECT(free_blocks() + 5 >= before + 1000); // and 1,000 files need no room any more
    EXPECT(tx_removals(vol) < kept - 1000);
    unmount_volume();
    mem_disk_free(&disk);
}

// More snapshots than there are ages; they go in any order.
static void test_more_than_ages(void)
{
    enum { N = AGES_MAX + 20 };
    char name[16];
    uint64 state = 5, before;
    bool there[N];
    make_volume(4096, false);
    make_tree(10, 5000);
    make_snapshots(N, N + 1);
    EXPECT_EQ(snapshot_delete(vol, "s84"), 0);
    sync_volume();
    before = free_blocks();
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < N; i++) {
            make_snapshots(i, i + 1);
            fill_file("/d/file3", 5000, (uint64)i);
            there[i] = true;
        }
        remount();
        for (int left = N; left > 0;) {
            int i = (int)(random_next(&state) % N);
            if (!there[i])
                continue;
            snprintf(name, sizeof name, "s%d", i);
            if (random_next(&state) % 8 == 0) {
                EXPECT_EQ(snapshot_rollback(vol, name), 0);
                inode_put(root);
                root = volume_root(vol);
            }
            EXPECT_EQ(snapshot_delete(vol, name), 0);
            there[i] = false;
            left--;
            if (left % 10 == 0) {
                sync_volume();
                check_image();
            }
        }
        sync_volume();
        EXPECT_EQ(free_blocks(), before);
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
    { "clone", test_clone },
    { "clone-ages", test_clone_ages },
    { "clone-errors", test_clone_errors },
    { "clone-from-a-snapshot", test_clone_from_snapshot },
    { "scrub", test_scrub },
    { "full-and-shared", test_full_and_shared },
    { "full-and-overwritten", test_full_and_overwritten },
    { "room-comes-back", test_room_comes_back },
    { "room-comes-back-from-each", test_each_ending },
    { "room-follows-copies", test_room_follows_copies },
    { "room-of-many-snapshots", test_more_than_ages },
};

int main(int argc, char **argv)
{
    return run_tests(argc, argv, 32768, tests, sizeof tests / sizeof tests[0]);
}
