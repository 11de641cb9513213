// Reading an image by its format alone (mkfs/image.h).

#include "mkfs/image.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/crc.h"
#include "lib/panic.h"

// --- the superblock ---------------------------------------------------------------------------

bool image_slot(struct blkdev *dev, uint64 slot, struct superblock *sb)
{
    if (slot >= dev->nblocks || blk_read(dev, slot, sb) != 0)
        return false;
    return memcmp(sb->magic, FS_MAGIC, 8) == 0 && sb->generation % 2 == slot &&
           sb->crc == crc32c(0, sb, offsetof(struct superblock, crc));
}

static bool find_superblock(struct image *img)
{
    struct superblock *sb = malloc(FS_BLOCK);
    bool found = false;
    assert(sb != NULL);
    for (uint64 slot = 0; slot < 2; slot++) {
        if (!image_slot(img->dev, slot, sb) || (found && sb->generation < img->sb.generation))
            continue;
        img->sb = *sb;
        found = true;
    }
    free(sb);
    return found;
}

const char *image_open(struct image *img, struct blkdev *dev)
{
    static char why[120];
    *img = (struct image){ .dev = dev };
    if (!find_superblock(img))
        return "no volume: neither superblock slot is valid";
    const struct superblock *sb = &img->sb;
    if (sb->version != FS_VERSION || (sb->features & ~FS_FEATURES_KNOWN)) {
        snprintf(why, sizeof why, "format version %u, features %x: unknown to this program",
                 sb->version, sb->features);
        return why;
    }
    if (sb->nblocks < FS_BLOCKS_MIN || sb->nblocks > FS_BLOCKS_MAX || sb->nblocks > dev->nblocks) {
        snprintf(why, sizeof why, "the superblock says %lu blocks, the device has %lu", sb->nblocks,
                 dev->nblocks);
        return why;
    }
    img->visited = calloc(sb->nblocks, sizeof *img->visited);
    assert(img->visited != NULL);
    return NULL;
}

void image_close(struct image *img)
{
    free(img->visited);
}

// --- blocks -----------------------------------------------------------------------------------

bool image_pointer_possible(const struct image *img, const struct blkptr *p)
{
    return p->block >= FS_FIRST_BLOCK && p->block < img->sb.nblocks && p->gen <= img->sb.generation;
}

const char *image_read(const struct image *img, const struct blkptr *p, void *page)
{
    static char why[80];
    if (!image_pointer_possible(img, p)) {
        snprintf(why, sizeof why, "a pointer leads to block %lu, generation %u", p->block, p->gen);
        return why;
    }
    if (blk_read(img->dev, p->block, page) != 0) {
        snprintf(why, sizeof why, "block %lu cannot be read", p->block);
        return why;
    }
    uint32 crc = crc32c(0, page, FS_BLOCK);
    if (crc == p->crc)
        return NULL;
    snprintf(why, sizeof why, "block %lu has checksum %08x, its pointer says %08x", p->block, crc,
             p->crc);
    return why;
}

// --- trees ------------------------------------------------------------------------------------

static void tell(struct image_walk *w, const struct blkptr *p, const char *why)
{
    if (w->trouble != NULL)
        w->trouble(w, p, why);
}

// => false: there is no going into the block
static bool enter(struct image *img, struct image_walk *w, const struct blkptr *p, bool once)
{
    if (!image_pointer_possible(img, p)) {
        tell(w, p, "a pointer leads to an impossible place");
        return false;
    }
    if (once && img->visited[p->block] == img->walks) {
        tell(w, p, "a block stands twice in one tree");
        return false;
    }
    img->visited[p->block] = img->walks;
    return true;
}

static bool walk_under(struct image *img, struct image_walk *w, const struct blkptr *p,
                       uint32 level, uint64 index);

static bool walk_children(struct image *img, struct image_walk *w, const struct blkptr *ptrs,
                          uint32 level, uint64 index)
{
    bool on = true;
    for (uint64 i = 0; i < PTRS_PER_BLOCK && on; i++)
        on = walk_under(img, w, &ptrs[i], level - 1, index + (i << (PTRS_SHIFT * (level - 1))));
    return on;
}

// => false: the walk is over
static bool walk_under(struct image *img, struct image_walk *w, const struct blkptr *p,
                       uint32 level, uint64 index)
{
    if (p->block == 0 || index + (1UL << (PTRS_SHIFT * level)) <= w->from)
        return true;
    if (!enter(img, w, p, level > 0 || w->once))
        return true;
    if (level == 0)
        return w->page(w, index, p);
    struct blkptr *ptrs = malloc(FS_BLOCK);
    assert(ptrs != NULL);
    const char *why = image_read(img, p, ptrs);
    bool on = true;
    if (why != NULL)
        tell(w, p, why);
    else
        on = walk_children(img, w, ptrs, level, index);
    free(ptrs);
    return on;
}

void image_walk(struct image *img, struct image_walk *w, const struct disk_tree *tree)
{
    img->walks++;
    if (tree->height > TREE_HEIGHT_MAX)
        tell(w, &tree->root, "a tree is too high");
    else
        walk_under(img, w, &tree->root, tree->height, 0);
}
