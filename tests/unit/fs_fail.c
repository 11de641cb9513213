// Failures: every allocation, every block read and written fails in turn; then the device stays
// broken for a while. Nothing panics, nothing is lost that was committed, no memory is lost, and
// once the cause is gone all works.

#include "errno.h"
#include "fs/commit.h"
#include "fs_test.h"

static bool work_on_file(void)
{
    static char data[40000], back[40000];
    struct inode *ino;
    if (path_open(root, "/new/file", true, false, REGULAR, 0, &ino) != 0)
        return false;
    bool good = inode_write(ino, data, 0, sizeof data) == sizeof data;
    good &= inode_write(ino, "x", 100, 1) == 1;
    good &= inode_truncate(ino, 10000) == 0;
    good &= inode_read(ino, back, 0, sizeof back) == 10000;
    inode_put(ino);
    return good;
}

static bool read_old_file(void)
{
    static char back[40000];
    struct inode *ino;
    if (path_lookup(root, "/old/file", &ino) != 0)
        return false;
    bool good = inode_read(ino, back, 0, sizeof back) == 30000;
    inode_put(ino);
    return good;
}

static bool list_new(void)
{
    struct inode *dir;
    struct dir_entry e;
    uint64 pos = 0;
    int more;
    if (path_lookup(root, "/new", &dir) != 0)
        return false;
    while ((more = dir_next(dir, &pos, &e)) == 1)
        ;
    inode_put(dir);
    return more == 0;
}

// Names that move: over another, and a directory that goes to another and back.
static bool move_names(void)
{
    host_reclaim_all();
    bool good = path_mkdir(root, "/new/sub", 0755) == 0;
    good &= path_symlink(root, "new/file", "/soft") == 0;
    good &= path_rename(root, "/other", root, "/soft", 0) == 0;
    host_reclaim_all();
    good &= path_rename(root, "/new/sub", root, "/moved", 0) == 0;
    good &= path_rename(root, "/soft", root, "/moved", PATH_EXCHANGE) == 0;
    host_reclaim_all();
    good &= path_rename(root, "/soft", root, "/new/sub", 0) == 0;
    good &= path_rename(root, "/moved", root, "/other", 0) == 0;
    good &= unlink_path("/new/sub") == 0;
    return good;
}

// A bit of everything, any of which may fail.  => true: nothing did
static bool scenario(void)
{
    bool good = path_mkdir(root, "/new", 0755) == 0;
    good &= work_on_file();
    good &= path_link(root, "/new/file", root, "/other") == 0;
    good &= move_names();
    good &= volume_sync(vol) == 0;
    host_reclaim_all();
    good &= read_old_file();
    good &= unlink_path("/new/file") == 0;
    good &= unlink_path("/other") == 0;
    good &= list_new();
    good &= unlink_path("/new") == 0;
    good &= volume_sync(vol) == 0;
    return good;
}

static void clean_up(void)
{
    unlink_path("/soft");
    unlink_path("/moved");
    unlink_path("/new/sub");
    unlink_path("/new/file");
    unlink_path("/other");
    unlink_path("/new");
    EXPECT_EQ(volume_sync(vol), 0);
}

static void prepare(void)
{
    make_volume(1000, false);
    EXPECT_EQ(path_mkdir(root, "/old", 0755), 0);
    fill_file("/old/file", 30000, 7);
    EXPECT_EQ(volume_sync(vol), 0);
}

static void expect_whole(uint64 free)
{
    expect_file("/old/file", 30000, 7);
    EXPECT(!exists("/new"));
    EXPECT(!exists("/other"));
    EXPECT_EQ(free_blocks(), free);
    EXPECT(scenario());
    unmount_volume();
    mount_volume();
}

static void test_no_memory(void)
{
    prepare();
    uint64 free = free_blocks();
    bool reached = true;
    long n = 1;
    for (; reached; n++) {
        host_reclaim_all();
        host_fail_after(n);
        scenario();
        reached = host_failed();
        host_fail_after(0);
        clean_up();
        expect_whole(free);
    }
    EXPECT(n > 30);
    unmount_volume();
    mem_disk_free(&disk);
}

static void test_no_memory_at_mount(void)
{
    prepare();
    inode_put(root);
    EXPECT_EQ(volume_unmount(vol), 0);
    int err = -ENOMEM;
    long n = 1;
    for (; err == -ENOMEM; n++) {
        host_fail_after(n);
        err = volume_mount(&disk.dev, &vol);
        host_fail_after(0);
    }
    EXPECT_EQ(err, 0);
    EXPECT(n > 5);
    root = volume_root(vol);
    expect_file("/old/file", 30000, 7);
    unmount_volume();
    mem_disk_free(&disk);
}

// The n-th block read fails, alone or with all that follow.
static void test_reads_fail(void)
{
    prepare();
    uint64 free = free_blocks();
    host_quiet = true;
    for (int on = 0; on < 2; on++) {
        bool reached = true;
        for (uint64 n = 1; reached; n++) {
            host_reclaim_all();
            disk.fail_read = n;
            disk.failing_on = on;
            scenario();
            reached = on ? disk.fail_read == 1 : disk.fail_read == 0;
            disk.fail_read = 0;
            clean_up();
            expect_whole(free);
        }
    }
    host_quiet = false;
    unmount_volume();
    mem_disk_free(&disk);
}

// The n-th block written fails.  A volume that has become read-only is mounted again.
static void test_writes_fail(void)
{
    prepare();
    uint64 free = free_blocks();
    int read_only = 0;
    host_quiet = true;
    for (int on = 0; on < 2; on++) {
        bool reached = true;
        for (uint64 n = 1; reached; n++) {
            disk.fail_write = n;
            disk.failing_on = on;
            scenario();
            reached = on ? disk.fail_write == 1 : disk.fail_write == 0;
            disk.fail_write = 0;
            if (volume_sync(vol) == -EROFS) {
                read_only++;
                inode_put(root);
                EXPECT_EQ(volume_unmount(vol), -EROFS);
                check_image();
                mount_volume();
            }
            clean_up();
            expect_whole(free);
        }
    }
    host_quiet = false;
    EXPECT(read_only > 0);
    unmount_volume();
    mem_disk_free(&disk);
}

// While no block can be written all stays readable, what is committed and what is not; then all is
// well.
static void test_no_writes(void)
{
    prepare();
    host_quiet = true;
    disk.fail_write = 1;
    disk.failing_on = true;
    for (int round = 0; round < 5; round++) {
        EXPECT_EQ(path_mkdir(root, "/new", 0755), 0);
        fill_file("/new/file", 70000, (uint64)round);
        EXPECT_EQ(volume_sync(vol), -EIO);
        host_reclaim_all();
        expect_file("/old/file", 30000, 7);
        expect_file("/new/file", 70000, (uint64)round);
        EXPECT_EQ(unlink_path("/new/file"), 0);
        EXPECT_EQ(unlink_path("/new"), 0);
        host_clock_ahead += 60;
        volume_tick(vol);
        host_reclaim_all();
        expect_file("/old/file", 30000, 7);
    }
    disk.fail_write = 0;
    host_quiet = false;
    expect_whole(free_blocks());
    unmount_volume();
    mem_disk_free(&disk);
}

// A superblock slot cannot be read: the other may be the older one, so nothing is written.
static void test_slot_fails(void)
{
    prepare();
    unmount_volume();
    host_quiet = true;
    for (uint64 n = 1; n <= 2; n++) {
        disk.fail_read = n;
        mount_volume();
        EXPECT_EQ(path_mkdir(root, "/new", 0755), -EROFS);
        EXPECT_EQ(volume_sync(vol), 0);
        unmount_volume();
    }
    host_quiet = false;
    mount_volume();
    expect_whole(free_blocks());
    unmount_volume();
    mem_disk_free(&disk);
}

static void test_flush_fails(void)
{
    prepare();
    host_quiet = true;
    disk.fail_flush = true;
    EXPECT_EQ(path_mkdir(root, "/new", 0755), 0);
    EXPECT_EQ(volume_sync(vol), -EIO);
    disk.fail_flush = false;
    host_quiet = false;
    EXPECT_EQ(volume_sync(vol), 0);
    unmount_volume();
    mount_volume();
    EXPECT(exists("/new"));
    unmount_volume();
    mem_disk_free(&disk);
}

// --- making a snapshot -------------------------------------------------------------------------

// It is there or it is not; a second try makes it, and no id is lost.
static void test_snapshot_and_no_memory(void)
{
    struct snapshot_info info;
    bool reached = true;
    long n = 1;
    for (; reached; n++) {
        uint32 id = 0;
        prepare();
        host_reclaim_all();
        host_fail_after(n);
        int err = snapshot_create(vol, "s");
        reached = host_failed();
        host_fail_after(0);
        bool made = exists("/.snapshots/s");
        EXPECT(made || err == -ENOMEM);
        EXPECT_EQ(snapshot_create(vol, "s"), made ? -EEXIST : 0);
        EXPECT(snapshot_next(vol, &id, &info) == 1 && id == 1);
        EXPECT_EQ(snapshot_next(vol, &id, &info), 0);
        unmount_volume();
        mem_disk_free(&disk);
    }
    EXPECT(n > 3);
}

// --- rolling back ------------------------------------------------------------------------------

// A snapshot with a file without names in it.
static uint64 prepare_rollback(void)
{
    prepare();
    uint64 free = free_blocks();
    struct inode *gone = create_file("/gone");
    EXPECT_EQ(inode_write(gone, "lost", 0, 4), 4);
    EXPECT_EQ(unlink_path("/gone"), 0);
    EXPECT_EQ(snapshot_create(vol, "s"), 0);
    inode_put(gone);
    fill_file("/old/file", 30000, 8);
    fill_file("/late", 200000, 9);
    host_reclaim_all();
    return free;
}

// The volume is writable again: nothing is left of what went wrong, and all space comes back.
static void finish_rollback(int err, uint64 free)
{
    inode_put(root);
    root = volume_root(vol);
    bool done = !exists("/late");
    EXPECT(done || err != 0);
    EXPECT_EQ(unlink_path("/late"), done ? -ENOENT : 0);
    fill_file("/old/file", 30000, 7);
    EXPECT_EQ(snapshot_delete(vol, "s"), 0);
    EXPECT_EQ(volume_sync(vol), 0);
    EXPECT_EQ(free_blocks(), free);
    unmount_volume();
    mem_disk_free(&disk);
}

static void test_rollback_and_no_memory(void)
{
    bool reached = true;
    long n = 1;
    for (; reached; n++) {
        uint64 free = prepare_rollback();
        host_fail_after(n);
        int err = snapshot_rollback(vol, "s");
        reached = host_failed();
        host_fail_after(0);
        finish_rollback(err, free);
    }
    EXPECT(n > 5);
}

static void test_rollback_and_no_writes(void)
{
    bool reached = true;
    host_quiet = true;
    for (uint64 n = 1; reached; n++) {
        uint64 free = prepare_rollback();
        disk.fail_write = n;
        int err = snapshot_rollback(vol, "s");
        reached = disk.fail_write == 0;
        disk.fail_write = 0;
        if (volume_sync(vol) == -EROFS) {
            inode_put(root);
            EXPECT_EQ(volume_unmount(vol), -EROFS);
            check_image();
            mount_volume();
        }
        finish_rollback(err, free);
    }
    host_quiet = false;
}

// --- deleting a snapshot -----------------------------------------------------------------------

static const char *small_file(int i)
{
    static char name[32];
    snprintf(name, sizeof name, "/old/%d", i);
    return name;
}

// A snapshot that is the only one to name some files, large and small.
static uint64 prepare_deletion(void)
{
    prepare();
    uint64 free = free_blocks();
    for (int i = 0; i < 20; i++)
        fill_file(small_file(i), 2000, (uint64)i);
    fill_file("/large", 2000000, 8);
    EXPECT_EQ(snapshot_create(vol, "s"), 0);
    for (int i = 0; i < 20; i++)
        EXPECT_EQ(unlink_path(small_file(i)), 0);
    EXPECT_EQ(unlink_path("/large"), 0);
    EXPECT_EQ(volume_sync(vol), 0);
    host_reclaim_all();
    return free;
}

// What could not be given back is whole on the disk, and the next mount gives it back.
static void finish_deletion(uint64 free)
{
    EXPECT_EQ(commit(vol), 0);
    check_image();
    unmount_volume();
    mount_volume();
    EXPECT(!exists("/.snapshots/s"));
    expect_file("/old/file", 30000, 7);
    EXPECT_EQ(volume_sync(vol), 0);
    EXPECT_EQ(free_blocks(), free);
    unmount_volume();
    mem_disk_free(&disk);
}

static void test_deletion_and_no_memory(void)
{
    bool reached = true;
    long n = 1;
    for (; reached; n++) {
        uint64 free = prepare_deletion();
        host_fail_after(n);
        int err = snapshot_delete(vol, "s");
        reached = host_failed();
        host_fail_after(0);
        if (err)
            EXPECT_EQ(snapshot_delete(vol, "s"), 0);
        finish_deletion(free);
    }
    EXPECT(n > 8);
}

static void test_deletion_and_no_reads(void)
{
    bool reached = true;
    uint64 n = 1;
    host_quiet = true;
    for (; reached; n++) {
        uint64 free = prepare_deletion();
        disk.fail_read = n;
        int err = snapshot_delete(vol, "s");
        reached = disk.fail_read == 0;
        disk.fail_read = 0;
        if (err)
            EXPECT_EQ(snapshot_delete(vol, "s"), 0);
        finish_deletion(free);
    }
    host_quiet = false;
    EXPECT(n > 4);
}

// A device that is read-only gives files, and refuses changes.
static void test_read_only(void)
{
    prepare();
    unmount_volume();
    disk.dev.read_only = true;
    mount_volume();
    expect_file("/old/file", 30000, 7);
    EXPECT_EQ(path_mkdir(root, "/new", 0755), -EROFS);
    EXPECT_EQ(unlink_path("/old/file"), -EROFS);
    EXPECT_EQ(volume_sync(vol), 0);
    unmount_volume();
    mem_disk_free(&disk);
}

// Little memory: what does not fit is committed and evicted, and read back.
static void test_little_memory(void)
{
    make_volume(4096, false);
    fill_file("/big", 12 << 20, 5);
    expect_file("/big", 12 << 20, 5);
    unmount_volume();
    mem_disk_free(&disk);
}

static const struct test tests[] = {
    { "no-memory", test_no_memory },
    { "no-memory-at-mount", test_no_memory_at_mount },
    { "reads-fail", test_reads_fail },
    { "writes-fail", test_writes_fail },
    { "no-writes", test_no_writes },
    { "flush-fails", test_flush_fails },
    { "slot-fails", test_slot_fails },
    { "read-only-device", test_read_only },
    { "little-memory", test_little_memory },
    { "snapshot-and-no-memory", test_snapshot_and_no_memory },
    { "rollback-and-no-memory", test_rollback_and_no_memory },
    { "rollback-and-no-writes", test_rollback_and_no_writes },
    { "deletion-and-no-memory", test_deletion_and_no_memory },
    { "deletion-and-no-reads", test_deletion_and_no_reads },
};

int main(int argc, char **argv)
{
    return run_tests(argc, argv, 1024, tests, sizeof tests / sizeof tests[0]);
}
