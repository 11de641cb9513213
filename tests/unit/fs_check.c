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
    unmount_volume();
    sb = newest_slot();
    inodes = block_at(sb->inodes.root.block);
    snapshots = block_at(sb->snapshots.root.block);
    dir = block_at(inodes[1].data.root.block);
    struct blkptr *pages = block_at(inodes[3].data.root.block);
    file = block_at(pages[1].block);
    counts = block_at(sb->counts.root.block);
}

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

static uint64 errors(void)
{
    struct check_result result;
    seal_volume();
    check_volume(&disk.dev, &result);
    return result.errors;
}

// Changes one field, expects the checker to see it, and changes it back.
#define EXPECT_FOUND(field, value)                                                                 \
    do {                                                                                           \
        __typeof__(field) was_ = (field);                                                          \
        (field) = (value);                                                                         \
        EXPECT(was_ != (field));                                                                   \
        uint64 errors_ = errors();                                                                 \
        (field) = was_;                                                                            \
        if (errors_ == 0)                                                                          \
            test_fail(__FILE__, __LINE__, "not seen: " #field " = " #value);                       \
    } while (0)

static void lies_in_superblock(void)
{
    EXPECT_FOUND(sb->version, 2);
    EXPECT_FOUND(sb->features, 2);
    EXPECT_FOUND(sb->nblocks, BLOCKS + 1);
    EXPECT_FOUND(sb->nfree, sb->nfree + 1);
    EXPECT_FOUND(sb->ninodes, sb->ninodes + 1);
    EXPECT_FOUND(sb->lowest_ino, 100);
    EXPECT_FOUND(sb->orphans, 3);
    EXPECT_FOUND(sb->next_block, BLOCKS);
    EXPECT_FOUND(sb->nsnapshots, 1);
    EXPECT_EQ(sb->nages, 3);
    EXPECT_FOUND(sb->nages, 0);
    EXPECT_FOUND(sb->nages, AGES_MAX + 1);
    EXPECT_FOUND(sb->ages[0].last, 0);
    EXPECT_FOUND(sb->ages[0].last, sb->ages[1].last);
    EXPECT_FOUND(sb->ages[1].last, FS_GEN_LAST);
    EXPECT_FOUND(sb->ages[2].last, FS_GEN_LAST - 1);
    EXPECT_FOUND(sb->ages[0].nsnapshots, 0);
    EXPECT_FOUND(sb->ages[1].nsnapshots, 2);
    EXPECT_FOUND(sb->ages[0].nremovals, 0);
    EXPECT_FOUND(sb->ages[2].nremovals, sb->ages[2].nremovals + 1);
    EXPECT_FOUND(sb->ages[0].nshares, sb->ages[0].nshares - 1);
    EXPECT_FOUND(sb->ages[2].nshares, sb->ages[2].nshares + 1);
    EXPECT_FOUND(sb->ages[3].nsnapshots, 1);
    EXPECT_FOUND(sb->snapshots.born, 0);
    EXPECT_FOUND(sb->snapshots.born, (uint32)sb->generation + 1);
    EXPECT_FOUND(sb->ngoing, 1);
    EXPECT_FOUND(sb->spare[0], 1);
    EXPECT_FOUND(sb->inodes.nblocks, 2);
    EXPECT_FOUND(sb->inodes.nblocks, ~0UL);
    EXPECT_FOUND(sb->inodes.height, TREE_HEIGHT_MAX + 1);
    EXPECT_FOUND(sb->snapshots.root.block, 0);
}

static void lies_in_snapshots(void)
{
    struct disk_snapshot *s = &snapshots[1];
    EXPECT(strcmp(s->name, "first") == 0);
    EXPECT_FOUND(s->id, 2);
    EXPECT_FOUND(s->flags, SNAPSHOT_GOING);
    EXPECT_FOUND(s->generation, sb->generation);
    EXPECT_FOUND(s->ninodes, 1);
    EXPECT_FOUND(s->lowest_ino, 100);
    EXPECT_FOUND(s->orphans, 3);
    EXPECT_FOUND(s->nyoung, s->nremovals + 1);
    EXPECT_FOUND(s->nremovals, 0);
    EXPECT_FOUND(s->inodes.root.block, 0);
    EXPECT_FOUND(s->name[0], 0);
    EXPECT_FOUND(s->name[0], '/');
    EXPECT_FOUND(s->flags, 2);
    EXPECT_FOUND(s->spare[95], 1);
    char was[sizeof s->name];
    memcpy(was, s->name, sizeof was);
    strcpy(s->name, "second");
    EXPECT_EQ(errors(), 1);
    memset(s->name, 'x', sizeof s->name);
    EXPECT(errors() > 0);
    memcpy(s->name, was, sizeof was);
}

static void lies_in_inodes(void)
{
    struct disk_inode *d = &inodes[3];
    EXPECT(MODE_TYPE(d->mode) == TYPE_REG && d->size == 5000);
    EXPECT_FOUND(d->mode, 0040755);
    EXPECT_FOUND(d->mode, 0);
    EXPECT_FOUND(d->nlink, 2);
    EXPECT_FOUND(d->nlink, 0);
    EXPECT_FOUND(d->size, 4096);
    EXPECT_FOUND(d->size, 4097);
    EXPECT_FOUND(d->mode, d->mode | 1u << 16);
    EXPECT_FOUND(d->rdev, 5);
    EXPECT_FOUND(d->next_orphan, 4);
    EXPECT_FOUND(d->size, FS_SIZE_MAX + 1);
    EXPECT_FOUND(d->nlink, FS_LINKS_MAX + 1);
    EXPECT_FOUND(d->spare[0], 1);
    EXPECT_FOUND(d->data.born, 0);
    EXPECT_FOUND(d->data.born, d->data.root.gen + 1);
    EXPECT_FOUND(d->data.nblocks, 4);
    EXPECT_FOUND(d->data.height, 0);
    EXPECT_FOUND(d->data.root.block, BLOCKS);
    EXPECT_FOUND(d->data.root.gen, (uint32)sb->generation + 1);
    EXPECT_FOUND(inodes[1].size, 8192);
    EXPECT_FOUND(inodes[1].nlink, 2);
    EXPECT_FOUND(file[5000 - 4096], 1);
}

static void lies_in_directories(void)
{
    struct dir_record *r = record("file");
    EXPECT_FOUND(r->ino, 2);
    EXPECT_FOUND(r->ino, 1UL << 31);
    EXPECT_FOUND(r->length, (uint16)(r->length + 1));
    EXPECT_FOUND(r->namelen, 0);
    EXPECT_FOUND(r->namelen, 255);
    EXPECT_FOUND(r->type, TYPE_DIR);
    EXPECT_FOUND(r->hash, r->hash ^ 1);
    EXPECT_FOUND(r->name[0], '/');
    EXPECT_FOUND(record(".")->ino, 2);
    EXPECT_FOUND(record("..")->ino, 2);
    EXPECT_FOUND(record("dir")->ino, 3);
}

// Another name in place of that of /clone, which has as many bytes.
static void rename_clone(const char *name, uint64 errors_more)
{
    struct dir_record *r = record("clone");
    struct dir_record was = *r;
    r->namelen = (uint8)strlen(name);
    memcpy(r->name, name, r->namelen);
    r->hash = name_hash(name, r->namelen);
    EXPECT(errors() >= errors_more);
    *r = was;
    memcpy(r->name, "clone", 5);
}

static void lies_in_names(void)
{
    rename_clone("file", 1); // twice
    rename_clone("..", 1);
    rename_clone(".", 1);
    rename_clone("a/b", 1);
    rename_clone("", 1);
    uint16 was = record("clone")->length;
    if (was >= sizeof(struct dir_record) + 10)
        rename_clone(".snapshots", 1);
    EXPECT(was >= sizeof(struct dir_record) + 10);
}

static void test_lies(void)
{
    make_image();
    EXPECT_EQ(errors(), 0);
    check_quiet = true;
    lies_in_superblock();
    lies_in_snapshots();
    lies_in_inodes();
    lies_in_directories();
    lies_in_names();
    EXPECT_FOUND(counts[0], 2);
    EXPECT_FOUND(counts[sb->inodes.root.block], 2);
    EXPECT_FOUND(counts[BLOCKS - 1], 1);
    EXPECT_FOUND(counts[BLOCKS], 1);
    check_quiet = false;
    EXPECT_EQ(errors(), 0);
    mem_disk_free(&disk);
}

// A table whose only page seems to stand at the far end: no memory is taken for what is between.
static void test_far_page(void)
{
    make_image();
    check_quiet = true;
    struct blkptr *top = block_at(BLOCKS - 1);
    top[255] = sb->inodes.root;
    top[255].block = sb->inodes.root.block;
    sb->inodes.root.block = BLOCKS - 1;
    sb->inodes.height = 4; // page 255 << 24 is beyond the last inode
    EXPECT(errors() > 0);
    sb->inodes.height = 3; // page 255 << 16: 267 million inodes lie before it
    EXPECT(errors() > 0);
    check_quiet = false;
    mem_disk_free(&disk);
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

static const struct test tests[] = {
    { "lies", test_lies },
    { "far-page", test_far_page },
    { "parent-is-gone", test_gone_parent },
};

int main(int argc, char **argv)
{
    return run_tests(argc, argv, 4096, tests, sizeof tests / sizeof tests[0]);
}
