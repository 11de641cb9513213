// Images with lies in them (fs_lie.h).

#include "fs_lie.h"
#include "lib/crc.h"

unsigned char *image;

void make_image(bool classic)
{
    char name[64];
    make_volume(BLOCKS, classic);
    EXPECT_EQ(path_mkdir(root, "/d", 0755), 0);
    EXPECT_EQ(path_mkdir(root, "/d/e", 0755), 0);
    EXPECT_EQ(path_mkdir(root, "/d/e/sub", 0755), 0);
    fill_file("/small", 100, 1);
    fill_file("/d/middle", 50000, 2);
    fill_file("/d/e/deep", 9000, 3);
    EXPECT_EQ(path_link(root, "/small", root, "/d/link"), 0);
    EXPECT_EQ(path_symlink(root, "../d/e", "/d/soft"), 0);
    for (int i = 0; i < 40; i++) {
        snprintf(name, sizeof name, "/d/e/n%d", i);
        write_file(name, name, 10);
    }
    struct inode *orphan = create_file("/orphan");
    EXPECT_EQ(unlink_path("/orphan"), 0);
    EXPECT_EQ(volume_sync(vol), 0);
    image = malloc(BLOCKS * FS_BLOCK);
    memcpy(image, disk.data, BLOCKS * FS_BLOCK);
    inode_put(orphan);
    unmount_volume();
    memcpy(disk.data, image, BLOCKS * FS_BLOCK);
}

void forget_image(void)
{
    free(image);
    mem_disk_free(&disk);
}

// --- checksums -----------------------------------------------------------------------------------

static unsigned char sealed[BLOCKS];
uint64 targets[BLOCKS]; // blocks with structures in them
size_t ntargets;

void *block_at(uint64 block)
{
    return disk.data + block * FS_BLOCK;
}

// => true at the first visit to a block that can be one
static bool first_visit(const struct blkptr *p, uint32 level, bool structure)
{
    if (level > TREE_HEIGHT_MAX || sealed[p->block]++)
        return false;
    if (structure || level > 0)
        targets[ntargets++] = p->block;
    return true;
}

// Computes the checksums below *p again, and its own.  `structure`: the pages are not a file's.
static void seal(struct blkptr *p, uint32 level, bool structure)
{
    if (p->block < FS_FIRST_BLOCK || p->block >= BLOCKS)
        return;
    struct blkptr *ptrs = block_at(p->block);
    if (first_visit(p, level, structure) && level > 0)
        for (int i = 0; i < PTRS_PER_BLOCK; i++)
            seal(&ptrs[i], level - 1, structure);
    p->crc = crc32c(0, ptrs, FS_BLOCK);
}

// The trees of all inodes in the pages under *p.
static void seal_inodes(struct blkptr *p, uint32 level)
{
    static bool under_way[BLOCKS];
    if (p->block < FS_FIRST_BLOCK || p->block >= BLOCKS || level > TREE_HEIGHT_MAX ||
        under_way[p->block])
        return;
    under_way[p->block] = true;
    struct blkptr *ptrs = block_at(p->block);
    struct disk_inode *d = block_at(p->block);
    for (int i = 0; level > 0 && i < PTRS_PER_BLOCK; i++)
        seal_inodes(&ptrs[i], level - 1);
    for (int i = 0; level == 0 && i < INODES_PER_BLOCK; i++, d++)
        seal(&d->data.root, d->data.height, MODE_TYPE(d->mode) == TYPE_DIR);
    under_way[p->block] = false;
}

struct superblock *newest_slot(void)
{
    struct superblock *a = block_at(0), *b = block_at(1);
    return a->generation > b->generation ? a : b;
}

void seal_volume(void)
{
    struct superblock *sb = newest_slot();
    memset(sealed, 0, sizeof sealed);
    ntargets = 0;
    seal_inodes(&sb->inodes.root, sb->inodes.height);
    seal(&sb->inodes.root, sb->inodes.height, true);
    seal(&sb->counts.root, sb->counts.height, true);
    sb->crc = crc32c(0, sb, offsetof(struct superblock, crc));
}
