// Directories and inodes that an image lies about: circles, too many names in one, snapshots.

#include <unistd.h>

#include "errno.h"
#include "fs/name.h"
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

// What the kernel says of a lie, and the checker of the image that it leaves: nothing.
static void expect_repaired(const char *words)
{
    EXPECT(host_no_locks());
    if (strstr(host_said, words) == NULL)
        test_fail(__FILE__, __LINE__, "not said: %s\nbut:\n%s", words, host_said);
    host_said[0] = '\0';
    unmount_volume();
    memcpy(disk.data, image, BLOCKS * FS_BLOCK);
}

static void rename_record(uint64 dir, const char *name, const char *as)
{
    struct dir_record *r = record_of(dir, name);
    EXPECT_EQ((int)strlen(as), r->namelen);
    memcpy(r->name, as, r->namelen);
    r->hash = name_hash(as, r->namelen);
}

static uint64 number_of(const char *path)
{
    struct inode_info info;
    struct inode *ino = open_file(path);
    inode_info(ino, &info);
    inode_put(ino);
    return info.ino;
}

// Two equal names: all searches find one of them, as often as one looks, and removing it leaves the
// other.
static void equal_names(bool classic)
{
    make_image(classic);
    seal_volume();
    rename_record(3, "n1", "n2");
    mount_lie();
    uint64 first = number_of("/d/e/n2");
    for (int i = 0; i < 20; i++)
        EXPECT_EQ(number_of("/d/e/n2"), first);
    EXPECT_EQ(unlink_path("/d/e/n2"), 0);
    EXPECT(number_of("/d/e/n2") != first);
    fill_file("/d/e/made", 100, 1);
    EXPECT_EQ(unlink_path("/d/e/n2"), 0);
    EXPECT(!exists("/d/e/n2"));
    expect_repaired("directory 3: a name stands there twice");
    forget_image();
}

static void test_equal_names(void)
{
    host_quiet = true;
    equal_names(false);
    equal_names(true);
    host_quiet = false;
}

// Fields that mean nothing in an inode with a name that is no device.
static void test_fields_without_meaning(void)
{
    enum { SMALL = 5 };
    make_image(false);
    host_quiet = true;
    for (int i = 0; i < 2; i++) {
        EXPECT_EQ(live_inodes()[SMALL].size, 100);
        if (i == 0)
            live_inodes()[SMALL].rdev = 5;
        else
            live_inodes()[SMALL].next_orphan = 3;
        mount_lie();
        struct inode *small = open_file("/small");
        EXPECT_EQ(inode_rdev(small), 0);
        EXPECT_EQ(inode_set_mode(small, 0600), 0);
        inode_put(small);
        expect_repaired(i == 0 ? "inode 5 is no device: its number of one is ignored"
                               : "inode 5 has a name: the orphan behind it is ignored");
    }
    host_quiet = false;
    forget_image();
}

// The list of orphans leads to a file that has a name: it ends there, and the file stays.
static void test_orphan_with_a_name(void)
{
    make_image(false);
    host_quiet = true;
    struct superblock *sb = newest_slot();
    struct blkptr *pages = block_at(sb->inodes.root.block);
    EXPECT_EQ(sb->inodes.height, 1);
    struct disk_inode *page = block_at(pages[sb->orphans / INODES_PER_BLOCK].block);
    struct disk_inode *orphan = &page[sb->orphans % INODES_PER_BLOCK];
    EXPECT(orphan->mode != 0 && orphan->nlink == 0);
    orphan->next_orphan = 5;
    mount_lie();
    expect_file("/small", 100, 1);
    expect_repaired("the list of orphans ends at inode 5, which is none");
    host_quiet = false;
    forget_image();
}

// A name with a slash is not listed: a program would take it for a path.  All others are.
static void impossible_names(bool classic, const char *as)
{
    struct dir_entry e;
    uint64 pos = 0;
    int n = 0;
    make_image(classic);
    seal_volume();
    rename_record(3, "n1", as);
    mount_lie();
    struct inode *dir = open_file("/d/e");
    for (; dir_next(dir, &pos, &e) == 1; n++)
        EXPECT(memchr(e.name, '/', 2) == NULL && e.name[0] != '\0');
    EXPECT_EQ(n, 5 + 40 - 1);
    inode_put(dir);
    EXPECT(strstr(host_said, "directory 3: an impossible name is left out") != NULL);
    host_said[0] = '\0';
    unmount_lie();
    forget_image();
}

static void impossible_snapshot(const char *as)
{
    struct dir_entry e;
    uint64 pos = 2;
    make_image(false);
    struct disk_snapshot *s = block_at(newest_slot()->snapshots.root.block);
    EXPECT_EQ(s[1].id, 1);
    strcpy(s[1].name, as);
    mount_lie();
    struct inode *dir = open_file("/.snapshots");
    EXPECT_EQ(dir_next(dir, &pos, &e), 0);
    inode_put(dir);
    EXPECT(strstr(host_said, "a snapshot with an impossible name is left out") != NULL);
    host_said[0] = '\0';
    EXPECT_EQ(snapshot_delete(vol, as), 0);
    unmount_volume();
    forget_image();
}

static void test_impossible_names(void)
{
    host_quiet = true;
    impossible_snapshot("../x");
    impossible_snapshot("..");
    impossible_names(false, "/1");
    impossible_names(true, "a/");
    host_quiet = false;
}

static const struct test tests[] = {
    { "circles", test_circles },
    { "without-end", test_without_end },
    { "no-name", test_no_name },
    { "most-directories", test_most_directories },
    { "impossible-in-snapshots", test_impossible_in_snapshots },
    { "equal-names", test_equal_names },
    { "fields-without-meaning", test_fields_without_meaning },
    { "orphan-with-a-name", test_orphan_with_a_name },
    { "impossible-names", test_impossible_names },
};

int main(int argc, char **argv)
{
    return run_tests(argc, argv, 4096, tests, sizeof tests / sizeof tests[0]);
}
