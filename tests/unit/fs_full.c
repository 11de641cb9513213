// A full disk: ENOSPC at the write, never at the commit; removing always works; all comes back
// (HAZARDS 25, 26).

#include "errno.h"
#include "fs_test.h"

// Writes to a new file until nothing more goes in.  => bytes written; 0 if not even the file fits
static size_t write_until_full(const char *path)
{
    static char buf[20000];
    struct inode *ino;
    size_t n = 0;
    int64 done;
    int err = path_open(root, path, true, false, REGULAR, 0, &ino);
    if (err) {
        EXPECT_EQ(err, -ENOSPC);
        return 0;
    }
    while ((done = inode_write(ino, buf, n, sizeof buf)) > 0)
        n += (size_t)done;
    EXPECT_EQ(done, -ENOSPC);
    inode_put(ino);
    return n;
}

static void test_fill_and_delete(void)
{
    make_volume(1000, false);
    uint64 empty = free_blocks();
    size_t first = 0;
    for (int round = 0; round < 20; round++) {
        size_t n = write_until_full("/big");
        EXPECT(free_blocks() <= 3);
        if (round == 0)
            first = n;
        EXPECT_EQ(n, first);
        EXPECT_EQ(unlink_path("/big"), 0);
        EXPECT_EQ(free_blocks(), empty);
    }
    unmount_volume();
    mem_disk_free(&disk);
}

// What is shown as free can be written, but for the pointer blocks.
static void test_free_is_free(void)
{
    make_volume(2000, false);
    uint64 left = free_blocks();
    size_t n = write_until_full("/big") / FS_BLOCK;
    EXPECT(n + n / PTRS_PER_BLOCK + 4 >= left);
    EXPECT_EQ(volume_sync(vol), 0);
    unmount_volume();
    mem_disk_free(&disk);
}

// The classic writebig: files of 268 KiB until the default image is full.
static void test_classic_files(void)
{
    static char data[268 * 1024];
    char name[32];
    int made = 0;
    make_volume(4096, true);
    uint64 empty = free_blocks();
    for (bool full = false; !full; made++) {
        snprintf(name, sizeof name, "/bigfile%d", made);
        struct inode *ino;
        full = path_open(root, name, true, true, REGULAR, 0, &ino) != 0;
        if (full)
            break;
        full = inode_write(ino, data, 0, sizeof data) != sizeof data;
        inode_put(ino);
    }
    EXPECT(made > 50 && made < 79);
    for (int i = 0; i < made; i++) {
        snprintf(name, sizeof name, "/bigfile%d", i);
        EXPECT_EQ(unlink_path(name), 0);
    }
    EXPECT_EQ(volume_sync(vol), 0);
    EXPECT_EQ(free_blocks(), empty);
    unmount_volume();
    mem_disk_free(&disk);
}

// On a full disk: overwrite, cut, remove, again and again, without a sync that would help.
static void test_work_on_full_disk(void)
{
    char name[32];
    make_volume(1500, false);
    for (int i = 0; i < 300; i++) {
        snprintf(name, sizeof name, "/f%d", i);
        fill_file(name, 5000, (uint64)i);
    }
    write_until_full("/big");
    for (int round = 0; round < 40; round++) {
        struct inode *ino = open_file("/big");
        for (uint64 page = 0; page < 100; page++)
            EXPECT_EQ(inode_write(ino, "over", page * FS_BLOCK, 4), 4);
        inode_put(ino);
    }
    for (int i = 0; i < 300; i++) {
        struct inode *ino;
        snprintf(name, sizeof name, "/f%d", i);
        expect_file(name, 5000, (uint64)i);
        if (i % 2 == 0) {
            ino = open_file(name);
            EXPECT_EQ(inode_truncate(ino, 4500), 0);
            EXPECT_EQ(inode_truncate(ino, 10), 0);
            inode_put(ino);
            expect_file(name, 10, (uint64)i);
        }
        EXPECT_EQ(unlink_path(name), 0);
        if (i % 50 == 0)
            write_until_full("/big2"); // takes what came back
    }
    unmount_volume();
    mem_disk_free(&disk);
}

// Names until nothing more goes in; then all are removed.
static void test_many_names(void)
{
    char name[32];
    int made = 0, err;
    make_volume(300, false);
    uint64 empty = free_blocks();
    for (;; made++) {
        struct inode *ino;
        snprintf(name, sizeof name, "/file-number-%d", made);
        err = path_open(root, name, true, true, REGULAR, 0, &ino);
        if (err)
            break;
        inode_put(ino);
    }
    EXPECT_EQ(err, -ENOSPC);
    EXPECT(made > 1000);
    EXPECT_EQ(volume_sync(vol), 0);
    while (made-- > 0) {
        snprintf(name, sizeof name, "/file-number-%d", made);
        EXPECT_EQ(unlink_path(name), 0);
    }
    EXPECT_EQ(volume_sync(vol), 0);
    EXPECT_EQ(free_blocks(), empty);
    unmount_volume();
    mem_disk_free(&disk);
}

static void test_unlinked_while_open(void)
{
    make_volume(600, false);
    uint64 empty = free_blocks();
    size_t n = write_until_full("/big");
    struct inode *ino = open_file("/big");
    EXPECT_EQ(unlink_path("/big"), 0);
    EXPECT(!exists("/big"));
    EXPECT_EQ(volume_sync(vol), 0);
    EXPECT(free_blocks() <= 3);
    char c;
    EXPECT_EQ(inode_read(ino, &c, n - 1, 1), 1);
    inode_put(ino);
    EXPECT_EQ(free_blocks(), empty);
    write_until_full("/big");
    unmount_volume();
    mem_disk_free(&disk);
}

// A cut leaves inodes without names behind: the next mount gives them back.
static void test_orphans(void)
{
    struct inode *ino[5];
    char name[32];
    make_volume(600, false);
    uint64 empty = free_blocks();
    for (int i = 0; i < 5; i++) {
        snprintf(name, sizeof name, "/o%d", i);
        fill_file(name, 50000, 1);
        ino[i] = open_file(name);
        EXPECT_EQ(unlink_path(name), 0);
    }
    inode_put(ino[2]); // out of the middle of the list
    EXPECT_EQ(volume_sync(vol), 0);
    unsigned char *cut = malloc(disk.dev.nblocks * FS_BLOCK);
    memcpy(cut, disk.data, disk.dev.nblocks * FS_BLOCK);
    for (int i = 0; i < 5; i++)
        if (i != 2)
            inode_put(ino[i]);
    unmount_volume();
    memcpy(disk.data, cut, disk.dev.nblocks * FS_BLOCK);
    free(cut);
    struct check_result result;
    check_volume(&disk.dev, &result);
    EXPECT_EQ(result.errors, 0);
    EXPECT_EQ(result.orphans, 4);
    mount_volume();
    EXPECT_EQ(free_blocks(), empty);
    unmount_volume();
    mem_disk_free(&disk);
}

// Clones are made for as long as all of them can still be cut; then there is no more room for them.
static void test_clones(void)
{
    enum { CLONES = 200 };
    char name[32];
    make_volume(1500, false);
    fill_file("/f", 300000, 1);
    for (int i = 0; i < CLONES; i++) {
        snprintf(name, sizeof name, "/c%d", i);
        inode_put(create_file(name));
    }
    EXPECT_EQ(snapshot_create(vol, "s"), 0);
    write_until_full("/big");
    struct inode *src = open_file("/f"), *dst;
    int made = 0, err = 0;
    for (; made < CLONES && !err; made++) {
        snprintf(name, sizeof name, "/c%d", made);
        dst = open_file(name);
        err = inode_clone(dst, src);
        inode_put(dst);
    }
    EXPECT(err == 0 || err == -ENOSPC);
    inode_put(src);
    for (int i = 0; i < made; i++) {
        snprintf(name, sizeof name, "/c%d", i);
        dst = open_file(name);
        EXPECT_EQ(inode_truncate(dst, 250001), 0); // copies a page and the block above it
        inode_put(dst);
    }
    unmount_volume();
    mem_disk_free(&disk);
}

static const struct test tests[] = {
    { "fill-and-delete-20-times", test_fill_and_delete },
    { "what-is-free-can-be-written", test_free_is_free },
    { "classic-files", test_classic_files },
    { "work-on-a-full-disk", test_work_on_full_disk },
    { "many-names", test_many_names },
    { "unlinked-while-open", test_unlinked_while_open },
    { "orphans-after-a-cut", test_orphans },
    { "clones", test_clones },
};

int main(int argc, char **argv)
{
    return run_tests(argc, argv, 16384, tests, sizeof tests / sizeof tests[0]);
}
