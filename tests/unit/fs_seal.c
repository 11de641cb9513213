// Sealing a volume again (fs_seal.h).

#include "fs_seal.h"
#include "fs_test.h"
#include "lib/crc.h"

uint64 targets[SEAL_BLOCKS];
size_t ntargets;
static unsigned char sealed[SEAL_BLOCKS];

void *block_at(uint64 block)
{
    return disk.data + block * FS_BLOCK;
}

static bool possible(const struct blkptr *p, uint32 level)
{
    return p->block >= FS_FIRST_BLOCK && p->block < disk.dev.nblocks && p->block < SEAL_BLOCKS &&
           level <= TREE_HEIGHT_MAX;
}

// => true at the first visit
static bool first_visit(const struct blkptr *p, uint32 level, bool structure)
{
    if (sealed[p->block]++)
        return false;
    if (structure || level > 0)
        targets[ntargets++] = p->block;
    return true;
}

// Computes the checksums below *p again, and its own.  `structure`: the pages are not a file's.
static void seal(struct blkptr *p, uint32 level, bool structure)
{
    if (!possible(p, level))
        return;
    struct blkptr *ptrs = block_at(p->block);
    if (first_visit(p, level, structure) && level > 0)
        for (int i = 0; i < PTRS_PER_BLOCK; i++)
            seal(&ptrs[i], level - 1, structure);
    p->crc = crc32c(0, ptrs, FS_BLOCK);
}

enum pass { INODES = 1, SNAPSHOTS = 2 };
static unsigned char seen[SEAL_BLOCKS]; // bits of passes

// Goes to the pages under *p, once to each.
static void for_pages(struct blkptr *p, uint32 level, enum pass pass, void (*page)(void *page))
{
    if (!possible(p, level) || (seen[p->block] & pass))
        return;
    seen[p->block] |= (unsigned char)pass;
    struct blkptr *ptrs = block_at(p->block);
    for (int i = 0; level > 0 && i < PTRS_PER_BLOCK; i++)
        for_pages(&ptrs[i], level - 1, pass, page);
    if (level == 0)
        page(ptrs);
}

static void seal_files(void *page)
{
    struct disk_inode *d = page;
    for (int i = 0; i < INODES_PER_BLOCK; i++, d++)
        seal(&d->data.root, d->data.height, MODE_TYPE(d->mode) == TYPE_DIR);
}

static void seal_table(struct disk_tree *table)
{
    for_pages(&table->root, table->height, INODES, seal_files);
    seal(&table->root, table->height, true);
}

static void seal_snapshots(void *page)
{
    struct disk_snapshot *s = page;
    for (int i = 0; i < SNAPSHOTS_PER_BLOCK; i++)
        seal_table(&s[i].inodes);
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
    memset(seen, 0, sizeof seen);
    ntargets = 0;
    seal_table(&sb->inodes);
    for_pages(&sb->snapshots.root, sb->snapshots.height, SNAPSHOTS, seal_snapshots);
    seal(&sb->snapshots.root, sb->snapshots.height, true);
    seal(&sb->counts.root, sb->counts.height, true);
    sb->crc = crc32c(0, sb, offsetof(struct superblock, crc));
}
