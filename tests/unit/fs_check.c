// The checker finds what is wrong: one lie at a time, under right checksums, in a volume with
// snapshots and clones.

#include "fs/name.h"
#include "fs_seal.h"
#include "fs_test.h"

#define BLOCKS 300

static struct superblock *sb;
static struct disk_snapshot *snapshots; // the page of records
static struct disk_inode *inodes;       // the first page of the live table
static unsigned char *dir;              // the page of the root directory
static unsigned char *file;             // the last page of /file
static uint32 *counts;
static struct disk_inode *soft, *device;

static struct dir_record *record(const char *name)
{
    for (uint32 at = 0; at < FS_BLOCK;) {
        struct dir_record *r = (void *)(dir + at);
        if (r->ino != 0 && r->namelen == strlen(name) && !memcmp(r->name, name, r->namelen))
            return r;
        at += r->length;
    }
    test_fail(__FILE__, __LINE__, "there is no %s", name);
}

static void adopt_image(void)
{
    sb = newest_slot();
    inodes = block_at(sb->inodes.root.block);
    dir = block_at(inodes[1].data.root.block);
}

static void make_image(void)
{
    make_volume(BLOCKS, false);
    EXPECT_EQ(path_mkdir(root, "/dir", 0755), 0);
    fill_file("/file", 5000, 1);
    fill_file("/dir/other", 100, 2);
    EXPECT_EQ(snapshot_create(vol, "first"), 0);
    EXPECT_EQ(snapshot_create(vol, "second"), 0);
    struct inode *src = open_file("/file"), *dst = create_file("/clone");
    EXPECT_EQ(inode_clone(dst, src), 0);
    inode_put(src);
    inode_put(dst);
    EXPECT_EQ(path_symlink(root, "file", "/link"), 0);
    EXPECT_EQ(path_open(root, "/device", true, true, 0020644, 5, &dst), 0);
    inode_put(dst);
    unmount_volume();
    adopt_image();
    snapshots = block_at(sb->snapshots.root.block);
    struct blkptr *pages = block_at(inodes[3].data.root.block);
    file = block_at(pages[1].block);
    counts = block_at(sb->counts.root.block);
    soft = &inodes[record("link")->ino];
    device = &inodes[record("device")->ino];
}

static char said[1 << 16]; // lines

static void listen(const char *line)
{
    size_t at = strlen(said);
    snprintf(said + at, sizeof said - at, "%s\n", line);
}

static uint64 errors(void)
{
    struct check_result result;
    said[0] = '\0';
    seal_volume();
    check_volume(&disk.dev, &result);
    return result.errors;
}

// Expects the checker to say the sentence, or a part of it, of the volume as it is.
static void expect_said(int line, const char *sentence)
{
    if (errors() == 0 || strstr(said, sentence) == NULL)
        test_fail(__FILE__, line, "not said: %s\nbut:\n%s", sentence, said);
}

// Changes one field, expects the checker to say so, and changes it back.
#define EXPECT_FOUND(field, value, sentence)                                                       \
    do {                                                                                           \
        __typeof__(field) was_ = (field);                                                          \
        (field) = (value);                                                                         \
        EXPECT(was_ != (field));                                                                   \
        expect_said(__LINE__, sentence);                                                           \
        (field) = was_;                                                                            \
    } while (0)

static void lies_in_superblock(void)
{
    EXPECT_FOUND(sb->version, 2, "format version 2, features 0");
    EXPECT_FOUND(sb->features, 2, "format version 4, features 2");
    EXPECT_FOUND(sb->nblocks, BLOCKS + 1, "the superblock says 301 blocks, the device has 300");
    EXPECT_FOUND(sb->nfree, sb->nfree + 1, "blocks are free, the superblock says");
    EXPECT_FOUND(sb->generation, sb->generation + (1UL << 33), "the superblock is of generation");
    EXPECT_FOUND(sb->ninodes, sb->ninodes + 1, "inodes are in use, but counted as");
    EXPECT_FOUND(sb->lowest_ino, 100, "is free, but below the lowest free one");
    EXPECT_FOUND(sb->lowest_ino, 0, "inode 0 is said to be the lowest free one");
    EXPECT_FOUND(sb->orphans, 3, "the list of orphans leads to inode 3");
    EXPECT_FOUND(sb->next_block, BLOCKS, "the search for free blocks goes on at 300");
    EXPECT_FOUND(sb->next_block, 1, "the search for free blocks goes on at 1");
    EXPECT_FOUND(sb->nsnapshots, 1, "2 snapshots, 0 of them going, but counted as 1 and 0");
    EXPECT_FOUND(sb->ngoing, 1, "2 snapshots, 0 of them going, but counted as 2 and 1");
    EXPECT_FOUND(sb->spare[0], 1, "the superblock: spare bytes are not zero");
}

static void lies_in_ages(void)
{
    static const char form[] = "the superblock: its ages are not well-formed";
    static const char snaps[] = "snapshots of the age up to generation";
    EXPECT_EQ(sb->nages, 3);
    EXPECT_FOUND(sb->nages, 0, form);
    EXPECT_FOUND(sb->nages, AGES_MAX + 1, form);
    EXPECT_FOUND(sb->ages[0].last, 0, snaps);
    EXPECT_FOUND(sb->ages[0].last, sb->ages[1].last, form);
    EXPECT_FOUND(sb->ages[1].last, FS_GEN_LAST, form);
    EXPECT_FOUND(sb->ages[2].last, FS_GEN_LAST - 1, form);
    EXPECT_FOUND(sb->ages[3].nsnapshots, 1, form);
    EXPECT_FOUND(sb->ages[0].nsnapshots, 0, snaps);
    EXPECT_FOUND(sb->ages[1].nsnapshots, 2, snaps);
    EXPECT_FOUND(sb->ages[0].nremovals, 0, "blocks for removals up to generation");
    EXPECT_FOUND(sb->ages[2].nremovals, sb->ages[2].nremovals + 1, "blocks for removals, but");
    EXPECT_FOUND(sb->ages[0].nshares, sb->ages[0].nshares - 1, "pointers share blocks of the age");
    EXPECT_FOUND(sb->ages[2].nshares, sb->ages[2].nshares + 1, "pointers share blocks of the age");
}

static void lies_in_trees(void)
{
    struct disk_tree *t = &sb->snapshots;
    struct blkptr *hole = (struct blkptr *)block_at(inodes[3].data.root.block) + 9;
    EXPECT_FOUND(t->born, 0, "the snapshots: a tree of no generation");
    EXPECT_FOUND(t->born, (uint32)sb->generation + 1, "the snapshots: a block of generation");
    EXPECT_FOUND(t->root.block, 0, "the snapshots: a hole of generation");
    EXPECT_FOUND(t->root.block, 0, "the snapshots: an empty tree of generation");
    EXPECT_FOUND(sb->inodes.nblocks, 2, "the inode table: 1 blocks, but counted as 2");
    EXPECT_FOUND(sb->inodes.nblocks, ~0UL, "the inode table: a tree of");
    EXPECT_FOUND(sb->inodes.height, TREE_HEIGHT_MAX + 1, "the inode table: a tree of height 6");
    EXPECT_EQ(hole->block, 0);
    EXPECT_FOUND(hole->crc, 1, "inode 3: a hole of generation 0 with the checksum 00000001");
    EXPECT_FOUND(hole->gen, 1, "inode 3: a hole of generation 1");
}

static void lies_in_counts(void)
{
    uint64 root_block = sb->inodes.root.block;
    EXPECT_FOUND(counts[0], 2, "block 0 is named 1 times, its count is 2");
    EXPECT_FOUND(counts[root_block], 2, "is named 1 times, its count is 2");
    EXPECT_FOUND(counts[BLOCKS - 1], 1, "block 299 is named 0 times, its count is 1");
    EXPECT_FOUND(counts[BLOCKS], 1, "block 300, behind the end, has the count 1");
}

static void lies_in_snapshots(void)
{
    struct disk_snapshot *s = &snapshots[1];
    EXPECT(strcmp(s->name, "first") == 0);
    EXPECT_FOUND(s->id, 2, "snapshot 1: its record is not well-formed");
    EXPECT_FOUND(s->flags, SNAPSHOT_GOING, "2 snapshots, 1 of them going");
    EXPECT_FOUND(s->flags, 2, "snapshot 1 has the flags 2");
    EXPECT_FOUND(s->generation, sb->generation, "snapshot 1 is of generation");
    EXPECT_FOUND(s->generation, 0, "snapshot 1 is of generation 0");
    EXPECT_FOUND(s->time_ns, FS_TIME_LAST + 1, "snapshot 1: its time, 18446744073709551614");
    EXPECT_FOUND(s->ninodes, 1, "inodes are in use, but counted as 1");
    EXPECT_FOUND(s->lowest_ino, 100, "is free, but below the lowest free one");
    EXPECT_FOUND(s->orphans, 3, "the list of orphans leads to inode 3");
    EXPECT_FOUND(s->nyoung, s->nremovals + 1, "blocks for removals are young");
    EXPECT_FOUND(s->nremovals, 0, "blocks for removals, but counted as 0");
    EXPECT_FOUND(s->inodes.root.block, 0, "there is no root directory");
    EXPECT_FOUND(s->spare[95], 1, "snapshot 1: spare bytes are not zero");
    EXPECT_FOUND(snapshots[0].flags, 1, "snapshot 0: its record is free, but not zero");
    EXPECT_FOUND(snapshots[5].spare[0], 1, "snapshot 5: its record is free, but not zero");
}

static void name_snapshot(const char *name, const char *sentence)
{
    struct disk_snapshot *s = &snapshots[1], was = *s;
    memset(s->name, 0, sizeof s->name);
    memcpy(s->name, name, strlen(name));
    expect_said(__LINE__, sentence);
    *s = was;
}

static void lies_in_snapshot_names(void)
{
    struct disk_snapshot *s = &snapshots[1];
    char longest[sizeof s->name + 1];
    memset(longest, 'x', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    name_snapshot(longest, "snapshot 1: its record is not well-formed");
    name_snapshot("second", "snapshot 2 has the name of another one");
    name_snapshot("", "snapshot 1 has no name");
    name_snapshot("a/b", "snapshot 1 has an impossible name");
    name_snapshot(".", "snapshot 1 has an impossible name");
    name_snapshot("..", "snapshot 1 has an impossible name");
    name_snapshot("a\nb", "snapshot 1 has control characters in its name");
    name_snapshot("a\177", "snapshot 1 has control characters in its name");
    EXPECT_FOUND(s->name[SNAPSHOT_NAME_LONGEST - 1], 'x', "bytes behind its name are not zero");
}

static void lies_in_inodes(void)
{
    struct disk_inode *d = &inodes[3];
    EXPECT(MODE_TYPE(d->mode) == TYPE_REG && d->size == 5000);
    EXPECT_FOUND(d->mode, 0040755, "directory 3: no record at byte 0 of page 0");
    EXPECT_FOUND(d->mode, 0, "inode 3 is free, but not zero");
    EXPECT_FOUND(d->mode, 0060644, "inode 3 has the mode 60644");
    EXPECT_FOUND(d->mode, d->mode | 1u << 16, "inode 3 has the mode 300");
    EXPECT_FOUND(d->mode, 0120777, "link 3 has 5000 bytes");
    EXPECT_FOUND(d->mode, 0020644, "device 3 has a content");
    EXPECT_FOUND(d->nlink, 2, "inode 3 has 1 names and counts 2");
    EXPECT_FOUND(d->nlink, 0, "1 inodes have no names, 0 are listed");
    EXPECT_FOUND(d->nlink, FS_LINKS_MAX + 1, "inode 3 counts 65001 names");
    EXPECT_FOUND(d->size, 4096, "inode 3: page 1 is behind the end");
    EXPECT_FOUND(d->size, 4097, "inode 3: bytes behind the end are not zero");
    EXPECT_FOUND(d->size, FS_SIZE_MAX + 1, "inode 3 has 281474976710657 bytes");
    EXPECT_FOUND(d->rdev, 5, "inode 3 has the number 5 of a device");
    EXPECT_FOUND(d->mtime_ns, FS_TIME_LAST + 1, "inode 3: its times, 18446744073709551614 and");
    EXPECT_FOUND(d->ctime_ns, FS_TIME_LAST + 1, "and 18446744073709551614, are none");
    EXPECT_FOUND(d->next_orphan, 4, "inode 3 has a name and leads to the orphan 4");
    EXPECT_FOUND(d->spare[0], 1, "inode 3: spare bytes are not zero");
    EXPECT_FOUND(d->data.born, 0, "inode 3: a tree of no generation");
    EXPECT_FOUND(d->data.born, d->data.root.gen + 1, "inode 3: a block of generation");
    EXPECT_FOUND(d->data.nblocks, 4, "inode 3: 3 blocks, but counted as 4");
    EXPECT_FOUND(d->data.height, 0, "inode 3: 1 blocks, but counted as 3");
    EXPECT_FOUND(d->data.root.block, BLOCKS, "inode 3: a pointer leads to block 300");
    EXPECT_FOUND(d->data.root.gen, (uint32)sb->generation + 1, "inode 3: a pointer leads to");
    EXPECT_FOUND(file[5000 - 4096], 1, "inode 3: bytes behind the end are not zero");
    EXPECT_FOUND(inodes[0].mode, 0100644, "inode 0 is in use");
    EXPECT_FOUND(inodes[15].rdev, 1, "inode 15 is free, but not zero");
    EXPECT_FOUND(inodes[15].data.height, 1, "inode 15 is free, but not zero");
    EXPECT_FOUND(device->data.height, 1, "an empty tree of height 1");
    EXPECT_FOUND(device->data.born, 1, "an empty tree of generation 1");
    EXPECT_FOUND(device->rdev, 1UL << 32, "has the number 100000000");
    EXPECT_FOUND(device->size, 1, "has a content");
    EXPECT_FOUND(soft->size, 0, "has 0 bytes");
    EXPECT_FOUND(*(char *)block_at(soft->data.root.block), '\0', "leads to no text");
    EXPECT_FOUND(inodes[1].size, 8192, "directory 1 has 1 pages and the size 8192");
    EXPECT_FOUND(inodes[1].nlink, 2, "inode 1 has 3 names and counts 2");
    EXPECT_FOUND(inodes[1].mode, 0100755, "there is no root directory");
}

static void lies_in_directories(void)
{
    struct dir_record *r = record("file"), *up = record("..");
    EXPECT_FOUND(r->ino, 2, "directory 1: \"file\" has a wrong type");
    EXPECT_FOUND(r->ino, 1UL << 31, "directory 1: \"file\" leads to an inode that is free");
    EXPECT_FOUND(r->ino, 0, "inode 3 has no name in a directory");
    EXPECT_FOUND(r->ino, 0, "directory 1: a free record is not zero");
    EXPECT_FOUND(r->length, (uint16)(r->length + 1), "directory 1: no record at byte");
    EXPECT_FOUND(r->namelen, 0, "directory 1 has an impossible name");
    EXPECT_FOUND(r->namelen, 255, "directory 1: no record at byte");
    EXPECT_FOUND(r->namelen, 3, "directory 1: \"fil\" has bytes behind it that are not zero");
    EXPECT_FOUND(r->type, TYPE_DIR, "directory 1: \"file\" has a wrong type");
    EXPECT_FOUND(r->hash, r->hash ^ 1, "directory 1: \"file\" has a wrong hash");
    EXPECT_FOUND(r->name[0], '/', "directory 1 has an impossible name");
    EXPECT_FOUND(r->name[1], '\0', "directory 1 has an impossible name");
    EXPECT_FOUND(record(".")->ino, 2, "directory 1: \".\" leads to 2");
    EXPECT_FOUND(up->ino, 2, "directory 1: \"..\" leads to 2");
    EXPECT_FOUND(up->ino, 0, "directory 1 has no \"..\"");
    EXPECT_FOUND(record("dir")->ino, 3, "directory 1: \"dir\" has a wrong type");
    struct dir_record was = *r;
    r->ino = 2;
    r->type = TYPE_DIR;
    expect_said(__LINE__, "directory 2 has two names");
    *r = was;
}

// Another name in place of that of /device, which has room behind it.
static void rename_last(const char *name, const char *sentence)
{
    struct dir_record *r = record("device");
    char was[sizeof *r + 16];
    EXPECT(r->length >= sizeof was && strlen(name) <= 16);
    memcpy(was, r, sizeof was);
    memset(r->name, 0, r->namelen);
    r->namelen = (uint8)strlen(name);
    memcpy(r->name, name, r->namelen);
    r->hash = name_hash(name, r->namelen);
    expect_said(__LINE__, sentence);
    memcpy(r, was, sizeof was);
}

static void lies_in_names(void)
{
    rename_last("file", "directory 1: \"file\" stands there twice");
    rename_last("..", "directory 1: \"..\" is not in its place");
    rename_last(".", "directory 1: \".\" is not in its place");
    rename_last("a/b", "directory 1 has an impossible name");
    rename_last("", "directory 1 has an impossible name");
    rename_last(".snapshots", "directory 1: \".snapshots\" is the system's own");
}

// A tree whose only page seems to stand far off: a path of pointer blocks, at the end of the
// volume, leads to it, the first of them from `place` on.
static void move_page(struct disk_tree *tree, uint32 height, int place, const char *sentence)
{
    struct disk_tree was = *tree;
    for (uint32 level = 1; level <= height; level++) {
        struct blkptr *path = block_at(BLOCKS - level);
        path[level == height ? place : 0] = tree->root;
        tree->root.block = BLOCKS - level;
    }
    tree->height = height;
    tree->nblocks += height;
    expect_said(__LINE__, sentence);
    memset(block_at(BLOCKS - height), 0, height * FS_BLOCK);
    *tree = was;
}

static void lies_in_places(void)
{
    struct disk_tree *t = &sb->inodes;
    move_page(&inodes[1].data, 1, 1, "directory 1 has a hole before page 1");
    move_page(&sb->snapshots, 2, 255, "the snapshots have a page 65280");
    move_page(t, 4, 255, "the inode table has a page 4278190080"); // beyond the last inode
    move_page(t, 3, 255, "there is no root directory"); // no memory is taken for what is between
    sb->features = FS_CLASSIC;
    move_page(t, 3, 255, "inode 267386881 is beyond the volume's numbers");
    name_snapshot("fifteen bytes..", "snapshot 1 has a longer name than the volume's");
    sb->features = 0;
}

static void lies_in_sums(void)
{
    struct check_result result;
    EXPECT_EQ(errors(), 0);
    file[0] ^= 1;
    check_volume(&disk.dev, &result);
    EXPECT_EQ(result.errors, 4); // two files have it, in two snapshots one of them
    EXPECT(strncmp(said, "inode 3: block ", 15) == 0 && strstr(said, " has checksum "));
    file[0] ^= 1;
}

static void lies_in_classic_names(void)
{
    make_volume(BLOCKS, true);
    fill_file("/fourteen.bytes", 100, 1);
    unmount_volume();
    adopt_image();
    struct dir_record *r = record("fourteen.bytes");
    EXPECT_EQ(errors(), 0);
    memcpy(r->name, "fifteen..bytes.", r->namelen = 15);
    r->hash = name_hash(r->name, r->namelen);
    expect_said(__LINE__, "directory 1: \"fifteen..bytes.\" is longer than the volume's names");
    mem_disk_free(&disk);
}

// Each place in the checker that complains was made to.
static void expect_all_said(void)
{
    int silent = 0;
    for (struct sentence *const *s = __start_check_sentences; s < __stop_check_sentences; s++) {
        if ((*s)->told > 0)
            continue;
        printf("# %s:%d never said: %s\n", (*s)->file, (*s)->line, (*s)->fmt);
        silent++;
    }
    EXPECT_EQ(silent, 0);
}

static void test_lies(void)
{
    make_image();
    EXPECT_EQ(errors(), 0);
    check_listener = listen;
    lies_in_superblock();
    lies_in_ages();
    lies_in_trees();
    lies_in_counts();
    lies_in_snapshots();
    lies_in_snapshot_names();
    lies_in_inodes();
    lies_in_directories();
    lies_in_names();
    lies_in_places();
    lies_in_sums();
    EXPECT_EQ(errors(), 0);
    mem_disk_free(&disk);
    lies_in_classic_names();
    check_listener = NULL;
    expect_all_said();
}

// A directory without names that is in use; the one above it is gone.  A mount makes that clean.
static void test_gone_parent(void)
{
    struct inode *below;
    struct check_result result;
    make_volume(BLOCKS, false);
    EXPECT_EQ(path_mkdir(root, "/a", 0755), 0);
    EXPECT_EQ(path_mkdir(root, "/a/b", 0755), 0);
    EXPECT_EQ(path_lookup(root, "/a/b", &below), 0);
    EXPECT_EQ(path_unlink(root, "/a/b", UNLINK_DIR), 0);
    EXPECT_EQ(path_unlink(root, "/a", UNLINK_DIR), 0);
    EXPECT_EQ(volume_sync(vol), 0);
    check_volume(&disk.dev, &result);
    EXPECT_EQ(result.errors, 0);
    EXPECT_EQ(result.orphans, 1);
    inode_put(below);
    unmount_volume();
    mem_disk_free(&disk);
}

// A shorter name in place of a longer one, and a name that goes, leave nothing in the room behind.
static void test_room(void)
{
    make_volume(BLOCKS, false);
    fill_file("/a-long-name-at-first", 10, 1);
    fill_file("/other", 10, 2);
    EXPECT_EQ(path_rename(root, "/a-long-name-at-first", root, "/short", 0), 0);
    EXPECT_EQ(unlink_path("/other"), 0);
    unmount_volume();
    mem_disk_free(&disk);
}

static const struct test tests[] = {
    { "lies", test_lies },
    { "room", test_room },
    { "parent-is-gone", test_gone_parent },
};

int main(int argc, char **argv)
{
    return run_tests(argc, argv, 4096, tests, sizeof tests / sizeof tests[0]);
}
