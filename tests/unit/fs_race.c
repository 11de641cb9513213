// Others who come in between: whatever a call lets go of, between any two of its steps, somebody
// else changes the volume, or the time for a commit has come.

#include "errno.h"
#include "fs/tree.h"
#include "fs_test.h"
#include "riscv/lockorder.h"

static void tick(void)
{
    host_clock_ahead += 10;
    volume_tick(vol);
}

// One round in which `other` comes in at the n-th such place, on the volume that has been made.
// => false: there are fewer
static bool run_round(void (*round)(void), void (*other)(void), enum lock_rank most, long n)
{
    host_switch_after(n, most, other);
    round();
    bool reached = host_switched();
    host_switch_after(0, RANK_NONE, NULL);
    unmount_volume();
    mem_disk_free(&disk);
    return reached;
}

// Repeats `round` with `other` at each place where the call in it holds no lock.
static void at_each_place(void (*round)(void), void (*other)(void), long least)
{
    long n = 1;
    for (bool reached = true; reached; n++) {
        make_volume(512, false);
        reached = run_round(round, other, RANK_NONE, n);
    }
    EXPECT(n > least);
}

static void delete_snapshot(void)
{
    fill_file("/f", 50000, 1);
    EXPECT_EQ(snapshot_create(vol, "s"), 0);
    fill_file("/f", 50000, 2);
    EXPECT_EQ(snapshot_delete(vol, "s"), 0);
    EXPECT(!exists("/.snapshots/s"));
}

static void test_delete(void)
{
    at_each_place(delete_snapshot, tick, 10);
}

// --- rolling back ------------------------------------------------------------------------------

static void new_root(void)
{
    inode_put(root);
    root = volume_root(vol);
}

// To a snapshot with a file without names.
static void roll_back(void)
{
    struct inode *gone = create_file("/gone");
    EXPECT_EQ(inode_write(gone, "lost", 0, 4), 4);
    EXPECT_EQ(unlink_path("/gone"), 0);
    fill_file("/f", 9000, 1);
    EXPECT_EQ(snapshot_create(vol, "s"), 0);
    inode_put(gone);
    fill_file("/f", 9000, 2);
    EXPECT_EQ(snapshot_rollback(vol, "s"), 0);
    new_root();
    expect_file("/f", 9000, 1);
}

// A commit, and the power goes.
static void tick_and_look(void)
{
    tick();
    check_image();
}

static void test_rollback(void)
{
    at_each_place(roll_back, tick_and_look, 10);
}

static struct inode *held;

// Somebody removes a file that is open, among what may be the files of the snapshot by now.
static void unlink_open(void)
{
    struct inode *top = volume_root(vol);
    EXPECT_EQ(path_open(top, "/held", true, false, REGULAR, 0, &held), 0);
    EXPECT_EQ(path_unlink(top, "/held", UNLINK_FILE), 0);
    inode_put(top);
}

static void roll_back_meanwhile(void)
{
    char byte;
    held = NULL;
    roll_back();
    if (held == NULL)
        return;
    EXPECT_EQ(inode_read(held, &byte, 0, 1), 0);
    inode_put(held);
}

static void test_rollback_and_orphans(void)
{
    at_each_place(roll_back_meanwhile, unlink_open, 10);
}

// --- room that is being given back -------------------------------------------------------------

static bool of_snapshot; // room is being given back as soon as the snapshot is gone, else:
static bool wanted;      // it is being given back, so there must be some

static void make_file(void)
{
    static const char pages[30 * FS_BLOCK];
    struct inode *top = volume_root(vol), *ino = NULL;
    wanted = wanted || (of_snapshot && !exists("/.snapshots/s"));
    int err = path_open(top, "/made", true, false, REGULAR, 0, &ino);
    int64 n = err ? err : inode_write(ino, pages, 0, sizeof pages);
    if (ino != NULL)
        inode_put(ino);
    inode_put(top);
    if (wanted)
        EXPECT_EQ(n, sizeof pages);
}

// Full to the last block.
static void fill_disk(void)
{
    static const char page[FS_BLOCK];
    struct inode *ino = create_file("/filler");
    for (uint64 off = 0; inode_write(ino, page, off, sizeof page) > 0; off += sizeof page)
        ;
    inode_put(ino);
    EXPECT_EQ(volume_sync(vol), 0);
}

static void give_back_file(void)
{
    struct inode *ino = open_file("/filler");
    EXPECT_EQ(unlink_path("/filler"), 0);
    EXPECT_EQ(volume_sync(vol), 0);
    wanted = true;
    inode_put(ino);
}

static void give_back_snapshot(void)
{
    EXPECT_EQ(snapshot_delete(vol, "s"), 0);
}

// At each place in `round`, of which `least` there are at the least, somebody else needs room.
static void need_room_meanwhile(void (*round)(void), bool snapshot, long least)
{
    long n = 1;
    for (bool reached = true; reached; n++) {
        make_volume(400, false);
        tree_drops_at_once = 8;
        if (snapshot) {
            fill_file("/f", 100 * FS_BLOCK, 1);
            EXPECT_EQ(snapshot_create(vol, "s"), 0);
            EXPECT_EQ(unlink_path("/f"), 0);
        }
        fill_disk();
        wanted = false;
        of_snapshot = snapshot;
        reached = run_round(round, make_file, RANK_INODE, n);
    }
    EXPECT(n > least);
}

static void test_room_of_file(void)
{
    need_room_meanwhile(give_back_file, false, 10);
}

static void test_room_of_snapshot(void)
{
    need_room_meanwhile(give_back_snapshot, true, 10);
}

// The snapshot is deleted while a file of it is open; when that is closed nobody has given it back
// yet.
static void test_room_of_what_was_in_use(void)
{
    make_volume(400, false);
    fill_file("/f", 100 * FS_BLOCK, 1);
    EXPECT_EQ(snapshot_create(vol, "s"), 0);
    struct inode *ino = open_file("/.snapshots/s/f");
    EXPECT_EQ(unlink_path("/f"), 0);
    EXPECT_EQ(snapshot_delete(vol, "s"), 0);
    fill_disk();
    EXPECT_EQ(path_mkdir(root, "/d", 0755), -ENOSPC);
    inode_put(ino);
    EXPECT_EQ(path_mkdir(root, "/d", 0755), 0);
    unmount_volume();
    mem_disk_free(&disk);
}

// --- the audit ---------------------------------------------------------------------------------

// A directory that has been searched often enough to have an index.
static void search_directory(void)
{
    EXPECT_EQ(path_mkdir(root, "/d", 0755), 0);
    inode_put(create_file("/d/file"));
    for (int i = 0; i < 10; i++)
        EXPECT(!exists("/d/none"));
}

static void remove_directory(void)
{
    EXPECT_EQ(unlink_path("/d/file"), 0);
    EXPECT_EQ(path_unlink(root, "/d", UNLINK_DIR), 0);
    tick();
}

// What it finds while others work is not exact, but nothing it reads has been freed, and it asks
// for the locks of all that it reads.
static void test_audit(void)
{
    long n = 1;
    for (bool reached = true; reached; n++) {
        make_volume(512, false);
        search_directory();
        host_switch_after(n, RANK_NONE, remove_directory);
        host_audit();
        reached = host_switched();
        host_switch_after(0, RANK_NONE, NULL);
        EXPECT_EQ(host_audit(), 0);
        unmount_volume();
        mem_disk_free(&disk);
    }
    EXPECT(n > 3);
}

static const struct test tests[] = {
    { "delete", test_delete },
    { "rollback", test_rollback },
    { "rollback-and-files-without-names", test_rollback_and_orphans },
    { "room-of-a-file", test_room_of_file },
    { "room-of-a-snapshot", test_room_of_snapshot },
    { "room-of-what-was-in-use", test_room_of_what_was_in_use },
    { "audit", test_audit },
};

int main(int argc, char **argv)
{
    return run_tests(argc, argv, 4096, tests, sizeof tests / sizeof tests[0]);
}
