// Cutting a tree down: dropping pages and the pointer blocks above them (fs/tree.h).
//
// A cut goes from the end of the file towards its beginning, and every pointer block that it goes
// into is made ours first.  So whatever fails, be it a block that cannot be read or a page that
// cannot be had, the tree is whole: it has lost a part of what was to be cut, the counts agree with
// it, and the cut can be tried again.  A block that was made ours and then dropped is free at once,
// so the whole cut takes no more free blocks than the tree is high.

#include "cache/cache.h"
#include "fs/meta.h"
#include "fs/space.h"
#include "fs/tree_priv.h"
#include "task/thread.h"

static int drop_children(struct tree *tree, struct blkptr *p, uint32 level);

// Takes one pointer's name off the block.  The last one takes the block's own pointers with it;
// each block is gone into at most once, however the pointers of a damaged image run, because only a
// count of 1 leads further down, and it is 0 afterwards.  => 0, and *p is a hole; -EIO, -ENOMEM
static int drop(struct tree *tree, struct blkptr *p, uint32 level)
{
    uint32 left;
    int err = 0;
    if (p->block == 0)
        return 0;
    if (level > 0) {
        int64 count = space_count(tree->vol, p);
        err = count == 1 ? drop_children(tree, p, level) : count < 0 ? (int)count : 0;
    }
    if (!err)
        err = space_put(tree->vol, p, &left);
    if (err)
        return err;
    if (level > 0)
        meta_drop(tree->vol, p->block);
    tree_lost_block(tree);
    *p = (struct blkptr){ .block = 0 };
    return 0;
}

// Drops what lies under the pointers from `slot` on.
static int drop_slots(struct tree *tree, struct frame *f, uint64 slot, uint32 level)
{
    int err = 0;
    for (uint64 i = PTRS_PER_BLOCK; i > slot && !err; i--)
        err = drop(tree, &meta_ptrs(f)[i - 1], level - 1);
    thread_breathe();
    return err;
}

static int drop_children(struct tree *tree, struct blkptr *p, uint32 level)
{
    struct frame *f;
    int err = tree_own_block(tree, p, &f);
    if (err)
        return err;
    err = drop_slots(tree, f, 0, level);
    frame_put(f);
    return err;
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
    uint64 slot = keep / tree_span(level - 1), rest = keep % tree_span(level - 1);
    err = drop_slots(tree, f, slot + (rest > 0), level);
    if (!err && rest > 0)
        err = cut_under(tree, &meta_ptrs(f)[slot], level - 1, rest);
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

// Takes the root away if it leads to the first child only.  => false: it stays
static bool lower_once(struct tree *tree)
{
    struct disk_tree *disk = &tree->disk;
    struct frame *f;
    // A root that older trees name stays: its child would get one more parent by going up.
    if (disk->root.gen != (uint32)tree->vol->generation ||
        meta_get(tree->vol, &disk->root, &f) != 0)
        return false;
    struct blkptr first = meta_ptrs(f)[0];
    bool lone = only_first(meta_ptrs(f));
    uint64 block = disk->root.block;
    frame_put(f);
    if (!lone || drop(tree, &disk->root, 0) != 0) // the block alone
        return false;
    meta_drop(tree->vol, block);
    disk->root = first;
    disk->height--;
    return true;
}

// Makes the tree as low as its pages allow.
static void lower(struct tree *tree)
{
    while (tree->disk.height > 0 && tree->disk.root.block != 0 && lower_once(tree))
        ;
    if (tree->disk.root.block == 0)
        tree->disk.height = 0;
}

int tree_cut(struct tree *tree, uint64 from)
{
    int err;
    if (from == 0)
        err = drop(tree, &tree->disk.root, tree->disk.height);
    else
        err = cut_under(tree, &tree->disk.root, tree->disk.height, from);
    if (err)
        return err; // what is left may be dirty: it stays in the cache (T2)
    cache_drop(&tree->obj, from);
    lower(tree);
    return 0;
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
    if (level == 0)
        return drop(tree, p, 0);
    int err = tree_own_block(tree, p, &f);
    if (err)
        return err;
    err = punch_under(tree, &meta_ptrs(f)[tree_slot(index, level)], level - 1, index);
    bool empty = all_holes(meta_ptrs(f));
    frame_put(f);
    return !err && empty ? drop(tree, p, level) : err;
}

int tree_punch(struct tree *tree, uint64 index)
{
    if (index >= tree_span(tree->disk.height))
        return 0;
    int err = punch_under(tree, &tree->disk.root, tree->disk.height, index);
    if (err)
        return err;
    cache_drop_page(&tree->obj, index);
    lower(tree);
    return 0;
}
