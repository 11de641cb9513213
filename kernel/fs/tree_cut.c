// Cutting a tree down: dropping pages and the pointer blocks above them (fs/tree.h).
//
// The blocks along the cut are owned first, from the root down, which may fail and changes nothing
// that can be read; then pointers are cleared and what they named is dropped, which cannot fail.

#include "cache/cache.h"
#include "fs/meta.h"
#include "fs/space.h"
#include "fs/tree_priv.h"
#include "task/thread.h"

static void drop_children(struct tree *tree, const struct blkptr *p, uint32 level);

// Takes one pointer's name off the block.  The last one takes the block's own pointers with it;
// each block is gone through at most once, however the pointers of a damaged image run, because
// only a count that falls from 1 to 0 leads further down.
static void drop(struct tree *tree, struct blkptr *p, uint32 level)
{
    uint32 left;
    if (p->block == 0)
        return;
    if (level > 0 && space_count(tree->vol, p) == 1)
        drop_children(tree, p, level);
    space_put(tree->vol, p, &left);
    if (level > 0)
        meta_drop(tree->vol, p->block);
    tree_lost_block(tree);
    p->block = 0;
    p->crc = 0;
    p->gen = 0;
}

static void drop_children(struct tree *tree, const struct blkptr *p, uint32 level)
{
    struct frame *f;
    if (meta_get(tree->vol, p, &f) != 0)
        return;
    for (int i = 0; i < PTRS_PER_BLOCK; i++) {
        struct blkptr child = meta_ptrs(f)[i];
        drop(tree, &child, level - 1);
    }
    frame_put(f);
    thread_breathe();
}

// Keeps the first `keep` pages (at least one) of the tree under *p, which is `level` high.
static int cut_under(struct tree *tree, struct blkptr *p, uint32 level, uint64 keep)
{
    struct frame *f;
    if (p->block == 0 || keep >= tree_span(level))
        return 0;
    int err = tree_own_block(tree, p, &f);
    if (err)
        return err;
    struct blkptr *ptrs = meta_ptrs(f);
    uint64 slot = keep / tree_span(level - 1), rest = keep % tree_span(level - 1);
    if (rest > 0) {
        err = cut_under(tree, &ptrs[slot], level - 1, rest);
        slot++;
    }
    for (; slot < PTRS_PER_BLOCK && !err; slot++)
        drop(tree, &ptrs[slot], level - 1);
    frame_put(f);
    return err;
}

// => true if the block has no pointer but perhaps the first
static bool only_first(const struct blkptr *ptrs)
{
    for (int i = 1; i < PTRS_PER_BLOCK; i++)
        if (ptrs[i].block != 0)
            return false;
    return true;
}

// Takes away roots that lead to one child only.
static int lower(struct tree *tree)
{
    struct disk_tree *disk = &tree->disk;
    while (disk->height > 0 && disk->root.block != 0) {
        struct frame *f;
        int err = meta_get(tree->vol, &disk->root, &f);
        if (err)
            return err;
        struct blkptr first = meta_ptrs(f)[0];
        bool lone = only_first(meta_ptrs(f));
        frame_put(f);
        // A root that older trees name stays: its child would get one more parent by going up.
        if (!lone || disk->root.gen != (uint32)tree->vol->generation)
            return 0;
        meta_drop(tree->vol, disk->root.block);
        drop(tree, &disk->root, 0); // the block alone
        disk->root = first;
        disk->height--;
    }
    if (disk->root.block == 0)
        disk->height = 0;
    return 0;
}

int tree_cut(struct tree *tree, uint64 from)
{
    int err = 0;
    if (from == 0)
        drop(tree, &tree->disk.root, tree->disk.height);
    else
        err = cut_under(tree, &tree->disk.root, tree->disk.height, from);
    if (err)
        return err;
    cache_drop(&tree->obj, from);
    return lower(tree);
}

static bool all_holes(const struct blkptr *ptrs)
{
    return ptrs[0].block == 0 && only_first(ptrs);
}

static int punch_under(struct tree *tree, struct blkptr *p, uint32 level, uint64 index)
{
    struct frame *f;
    if (p->block == 0)
        return 0;
    if (level == 0) {
        drop(tree, p, 0);
        return 0;
    }
    int err = tree_own_block(tree, p, &f);
    if (err)
        return err;
    err = punch_under(tree, &meta_ptrs(f)[tree_slot(index, level)], level - 1, index);
    bool empty = all_holes(meta_ptrs(f));
    frame_put(f);
    if (!err && empty)
        drop(tree, p, level);
    return err;
}

int tree_punch(struct tree *tree, uint64 index)
{
    if (index >= tree_span(tree->disk.height))
        return 0;
    int err = punch_under(tree, &tree->disk.root, tree->disk.height, index);
    if (err)
        return err;
    cache_drop_page(&tree->obj, index);
    return lower(tree);
}
