// Directories and inodes that an image lies about: circles, too many names in one, snapshots.

#include <unistd.h>

#include "errno.h"
#include "fs_lie.h"

// => the record of the name in the directory with that number
static struct dir_record *record_of(uint64 dir, const char *name)
{
    for (size_t i = 0; i < ntargets; i++) {
        char *page = block_at(targets[i]);
        struct dir_record *r = (void *)page;
        if (r->ino != dir || r->namelen != 1 || r->name[0] != '.')
            continue;
        for (uint32 at = 0; at < FS_BLOCK; at += r->length) {
            r = (void *)(page + at);
            if (r->ino != 0 && r->namelen == strlen(name) && !memcmp(r->name, name, r->namelen))
                return r;
        }
    }
    test_fail(__FILE__, __LINE__, "no record of %s in directory %lu", name, dir);
}

static void lie_in_record(uint64 dir, const char *name, uint64 ino)
{
    struct dir_record *r = record_of(dir, name);
    r->ino = ino;
    r->type = TYPE_DIR;
}

static void mount_lie(void)
{
    seal_volume();
    EXPECT_EQ(volume_mount(&disk.dev, &vol), 0);
    root = volume_root(vol);
}

static void unmount_lie(void)
{
    EXPECT(host_no_locks());
    inode_put(root);
    volume_unmount(vol);
    memcpy(disk.data, image, BLOCKS * FS_BLOCK);
}

static int try_rename(const char *old, const char *new)
{
    mount_lie();
    alarm(30);
    int err = path_rename(root, old, root, new, 0);
    alarm(0);
    unmount_lie();
    return err;
}

// Directories that lie below themselves, or in themselves: a rename ends, with an error.
static void test_circles(void)
{
    enum { D = 2, E = 3 };
    make_image(false);
    seal_volume();
    EXPECT_EQ(record_of(1, "d")->ino, D);
    EXPECT_EQ(record_of(D, "e")->ino, E);
    host_quiet = true;
    lie_in_record(E, "..", E);
    EXPECT_EQ(try_rename("/small", "/d/e/x"), -EIO);
    lie_in_record(E, "..", E);
    EXPECT_EQ(try_rename("/d/e/n1", "/x"), -EIO);
    lie_in_record(D, "..", E);
    EXPECT_EQ(try_rename("/small", "/d/e/x"), -EIO);
    lie_in_record(E, "n1", E);
    EXPECT_EQ(try_rename("/d/e/n1", "/x"), -EIO);
    lie_in_record(E, "n1", D);
    EXPECT_EQ(try_rename("/d/e/n1", "/d/x"), -EIO);
    lie_in_record(E, "n1", 1);
    EXPECT_EQ(try_rename("/d/e/n1", "/d/x"), -EBUSY);
    EXPECT_EQ(try_rename("/small", "/d/e/x"), 0);
    host_quiet = false;
    forget_image();
}

// => the first page of inodes
static struct disk_inode *live_inodes(void)
{
    struct superblock *sb = newest_slot();
    uint64 first = sb->inodes.root.block;
    for (uint32 h = sb->inodes.height; h > 0; h--)
        first = ((struct blkptr *)block_at(first))->block;
    return block_at(first);
}

// Makes the tree `height` high: each of its pointers leads to the page that was its first.
static void repeat_page(struct disk_tree *tree, uint32 height)
{
    struct blkptr p = tree->root;
    for (uint32 h = tree->height; h > 0; h--)
        p = *(struct blkptr *)block_at(p.block);
    for (uint32 h = 0; h < height; h++) {
        struct blkptr *ptrs = block_at(BLOCKS - 1 - h);
        for (int i = 0; i < PTRS_PER_BLOCK; i++)
            ptrs[i] = p;
        p.block = BLOCKS - 1 - h;
    }
    tree->root = p;
    tree->height = height;
}

// A directory, and a table of inodes, of as many pages as a tree can name: a search ends.
static void test_without_end(void)
{
    make_image(false);
    host_quiet = true;
    live_inodes()[2].size = 1UL << 44;
    repeat_page(&live_inodes()[2].data, 4);
    mount_lie();
    alarm(30);
    EXPECT(!exists("/d/none"));
    alarm(0);
    unmount_lie();
    live_inodes()[0].mode = REGULAR;
    for (int i = 0; i < INODES_PER_BLOCK; i++)
        EXPECT(live_inodes()[i].mode != 0);
    repeat_page(&newest_slot()->inodes, 4);
    mount_lie();
    alarm(30);
    EXPECT_EQ(path_mkdir(root, "/new", 0755), -EIO);
    alarm(0);
    unmount_lie();
    host_quiet = false;
    forget_image();
}

// A record without a name at the very end of the page of an empty directory.
static void test_no_name(void)
{
    enum { SUB = 4, HEAD = sizeof(struct dir_record) };
    make_image(false);
    seal_volume();
    EXPECT_EQ(record_of(3, "sub")->ino, SUB);
    char *page = block_at(live_inodes()[SUB].data.root.block);
    struct dir_record *last = record_of(SUB, "..");
    EXPECT_EQ((char *)last + last->length - page, FS_BLOCK);
    last->length -= HEAD;
    *(struct dir_record *)(page + FS_BLOCK - HEAD) =
        (struct dir_record){ .ino = SUB, .length = HEAD };
    mount_lie();
    EXPECT_EQ(path_unlink(root, "/d/e/sub", UNLINK_DIR), -ENOTEMPTY);
    unmount_lie();
    forget_image();
}

// A directory that is said to have one subdirectory fewer than it may have.
static void test_most_directories(void)
{
    make_image(false);
    seal_volume();
    struct disk_inode *d = live_inodes() + 2;
    EXPECT_EQ(d->mode, 0040755);
    d->nlink = FS_LINKS_MAX - 1;
    mount_lie();
    EXPECT_EQ(path_mkdir(root, "/d/one", 0755), 0);
    EXPECT_EQ(path_mkdir(root, "/d/two", 0755), -EMLINK);
    EXPECT_EQ(path_mkdir(root, "/away", 0755), 0);
    EXPECT_EQ(path_rename(root, "/away", root, "/d/two", 0), -EMLINK);
    EXPECT_EQ(path_rename(root, "/away", root, "/d/middle", PATH_EXCHANGE), -EMLINK);
    EXPECT_EQ(path_rename(root, "/d/middle", root, "/away", PATH_EXCHANGE), -EMLINK);
    EXPECT_EQ(path_rename(root, "/d/one", root, "/d/two", 0), 0);
    EXPECT_EQ(path_rename(root, "/away", root, "/d/two", 0), 0); // one goes, one comes
    EXPECT_EQ(path_rename(root, "/d/two", root, "/small", PATH_EXCHANGE), 0);
    EXPECT_EQ(path_mkdir(root, "/d/three", 0755), 0);
    EXPECT_EQ(path_rename(root, "/small", root, "/d/two", PATH_EXCHANGE), -EMLINK);
    unmount_lie();
    forget_image();
}

// The first inodes of the snapshot's table, which are no more those of the live one.
static struct disk_inode *snapshot_inodes(void)
{
    struct superblock *sb = newest_slot();
    struct disk_snapshot *s = (struct disk_snapshot *)block_at(sb->snapshots.root.block) + 1;
    EXPECT_EQ(s->inodes.height, 1);
    return block_at(((struct blkptr *)block_at(s->inodes.root.block))->block);
}

// Inodes of a snapshot that cannot be: nothing holds on to what was taken into memory for them.
static void test_impossible_in_snapshots(void)
{
    struct dir_entry e;
    uint64 pos = 0;
    make_image(false);
    size_t frames = host_frames_in_use();
    host_quiet = true;
    EXPECT_EQ(snapshot_inodes()[1].mode, 0040755);
    snapshot_inodes()[1].mode = REGULAR; // its root
    mount_lie();
    EXPECT(!exists("/.snapshots/s/small"));
    EXPECT_EQ(snapshot_delete(vol, "s"), 0);
    EXPECT_EQ(volume_sync(vol), 0);
    EXPECT_EQ(newest_slot()->nsnapshots, 0);
    unmount_lie();
    EXPECT_EQ(snapshot_inodes()[2].mode, 0040755);
    snapshot_inodes()[2].nlink = 0; // a directory with a name, and without names
    mount_lie();
    struct inode *d = open_file("/.snapshots/s/d");
    EXPECT_EQ(dir_next(d, &pos, &e), 1);
    inode_put(d);
    unmount_lie();
    EXPECT_EQ(host_frames_in_use(), frames);
    host_quiet = false;
    forget_image();
}

static const struct test tests[] = {
    { "circles", test_circles },
    { "without-end", test_without_end },
    { "no-name", test_no_name },
    { "most-directories", test_most_directories },
    { "impossible-in-snapshots", test_impossible_in_snapshots },
};

int main(int argc, char **argv)
{
    return run_tests(argc, argv, 4096, tests, sizeof tests / sizeof tests[0]);
}
