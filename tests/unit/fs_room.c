// The room that is kept back for removals while something is shared: full disks, and that it comes
// back.

#include "errno.h"
#include "fs/tx.h"
#include "fs_test.h"

static uint64 dirty_seed = 77;

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
    clone_path("/c1", file);
    if (random & 4)
        write_page(random & 8 ? "/c1" : file, (random >> 16) % pages);
    if (random & 16)
        clone_path("/c2", "/c1");
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
    clone_path("/clone", "/small"); // what it keeps back depends on what it shares
    EXPECT(before - free_blocks() < 20);
    unmount_volume();
    mem_disk_free(&disk);
}

// Ways to share and to end it; afterwards /f and /g have as many blocks as before.
#define F_BYTES (40 * FS_BLOCK)

static void clone_f(void)
{
    clone_path("/c", "/f");
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
    clone_path("/g", "/f");
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
    take_snapshots(N, N + 1);
    EXPECT_EQ(snapshot_delete(vol, "s84"), 0);
    sync_volume();
    before = free_blocks();
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < N; i++) {
            take_snapshots(i, i + 1);
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
