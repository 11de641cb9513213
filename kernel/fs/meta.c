// Reading blocks and caching pointer blocks (fs/meta.h).

#include "fs/meta.h"
#include "cache/cache.h"
#include "errno.h"
#include "fs/commit.h"
#include "fs/inode.h"
#include "lib/crc.h"
#include "lib/print.h"
#include "lib/string.h"

int block_read(struct volume *vol, const struct blkptr *p, void *page)
{
    if (blk_read(vol->dev, p->block, page) != 0)
        return -EIO;
    return crc32c(0, page, FS_BLOCK) == p->crc ? 0 : -EINVAL;
}

bool block_from_flight(struct volume *vol, const struct blkptr *p, void *page)
{
    struct frame *f = commit_in_flight(vol, p);
    if (f != NULL)
        page_copy(page, frame_page(f));
    return f != NULL;
}

void tree_describe(const struct tree *tree, char *buf, size_t size)
{
    static const char *const names[] = { [TREE_INODES] = "the inode table",
                                         [TREE_COUNTS] = "the reference counts",
                                         [TREE_SNAPSHOTS] = "the snapshots" };
    const struct inode *ino = container_of(tree, struct inode, data);
    if (tree->kind != TREE_FILE && tree->kind != TREE_DIR)
        format(buf, size, "%s", names[tree->kind]);
    else if (tree->obj.ops == NULL)
        format(buf, size, "a file of a deleted snapshot");
    else if (ino->table->frozen && !ino->table->going)
        format(buf, size, "inode %lu of snapshot %u", ino->number, ino->table->id);
    else
        format(buf, size, "inode %lu", ino->number);
}

int block_damage(const struct tree *tree, const char *what, uint64 index, const struct blkptr *p,
                 int err, const void *page)
{
    char file[48];
    tree_describe(tree, file, sizeof file);
    if (err == -EIO)
        return volume_damage(tree->vol, "%s: %s %lu: block %lu cannot be read", file, what, index,
                             p->block);
    return volume_damage(tree->vol, "%s: %s %lu: block %lu has checksum %08x, expected %08x", file,
                         what, index, p->block, crc32c(0, page, FS_BLOCK), p->crc);
}

bool blkptr_valid(const struct volume *vol, const struct blkptr *p)
{
    if (p->block == 0)
        return true;
    return p->block >= FS_FIRST_BLOCK && p->block < vol->nblocks && p->gen < vol->generation;
}

// A pointer block from the disk is believed only if each of its pointers could be true.
static int check_pointers(const struct tree *tree, uint64 block, const struct blkptr *ptrs)
{
    char file[48];
    int i = 0;
    while (i < PTRS_PER_BLOCK && blkptr_valid(tree->vol, &ptrs[i]))
        i++;
    if (i == PTRS_PER_BLOCK)
        return 0;
    tree_describe(tree, file, sizeof file);
    return volume_damage(tree->vol, "%s: pointer %d of block %lu leads to block %lu, generation %u",
                         file, i, block, ptrs[i].block, ptrs[i].gen);
}

static int meta_read(const struct tree *tree, const struct blkptr *p, void *page)
{
    int err = block_from_flight(tree->vol, p, page) ? 0 : block_read(tree->vol, p, page);
    if (err)
        return block_damage(tree, "pointer block", p->block, p, err, page);
    return check_pointers(tree, p->block, page);
}

int meta_get(const struct tree *tree, const struct blkptr *p, struct frame **out)
{
    struct volume *vol = tree->vol;
    *out = cache_find(&vol->meta, p->block);
    if (*out != NULL)
        return 0;
    void *page = kalloc(FRAME_CACHE);
    if (page == NULL)
        return -ENOMEM;
    int err = meta_read(tree, p, page);
    if (err) {
        kfree(page);
        return err;
    }
    return cache_enter(&vol->meta, p->block, frame_of_page(page), cache_version(&vol->meta), out);
}

int meta_new(struct volume *vol, uint64 block, struct frame **out)
{
    void *page = kalloc_zeroed(FRAME_CACHE);
    if (page == NULL)
        return -ENOMEM;
    meta_drop(vol, block);
    cache_enter(&vol->meta, block, frame_of_page(page), cache_version(&vol->meta), out);
    cache_mark_dirty(*out);
    return 0;
}

void meta_drop(struct volume *vol, uint64 block)
{
    cache_drop_page(&vol->meta, block);
}
