// Cutting a tree down: dropping pages and the pointer blocks above them (fs/tree.h).
//
// A cut goes from the end of the file towards its beginning, and every pointer block that it goes
// into is made ours first.  So whatever fails, be it a block that cannot be read or a page that
// cannot be had, the tree is whole: it has lost a part of what was to be cut, the counts agree with
// it, and the cut can be tried again.  A block that was made ours and then dropped is free at once,
// so the whole cut takes no more free blocks than the tree is high.

#include "cache/cache.h"
#include "errno.h"
#include "fs/ages.h"
#include "fs/meta.h"
#include "fs/space.h"
#include "fs/tree_priv.h"
#include "task/thread.h"

#define DROPS_IN_A_BREATH 32

uint64 tree_drops_at_once = 4096;

static int drop_below(struct tree *tree, struct blkptr *p, uint32 level, uint64 index);

// Takes the pointer's name off the block.  => 0, and *p is a hole; -EIO, -ENOMEM
static int put_block(struct tree *tree, struct blkptr *p)
{
    uint32 left;
    int err = space_put(tree->vol, p, &left);
    if (err)
        return err;
    tree_lost_block(tree, p->gen);
    *p = (struct blkptr){ .block = 0 };
    return 0;
}

// How many blocks lie under *p, itself included; the count ends when it is above `limit`.  by_age:
// of each age, added up.  => negative errno
static int64 blocks_under(const struct tree *tree, const struct blkptr *p, uint32 level,
                          int64 limit, uint64 *by_age)
{
    struct frame *f;
    int64 sum = 1;
    if (p->block == 0)
        return 0;
    by_age[ages_of(tree->vol, p->gen)]++;
    if (level == 0)
        return 1;
    int err = meta_get(tree, p, &f);
    if (err)
        return err;
    for (int i = 0; i < PTRS_PER_BLOCK && sum > 0 && sum <= limit; i++) {
        int64 below = blocks_under(tree, &meta_ptrs(f)[i], level - 1, limit - sum, by_age);
        sum = below < 0 ? below : sum + below;
    }
    frame_put(f);
    thread_breathe();
    return sum;
}

// What lies under *p stays with its other parents: the tree has that many blocks less.
__attribute__((noinline)) // so that the recursion does not hold its array
static int
leave_subtree(struct tree *tree, const struct blkptr *p, uint32 level)
{
    struct disk_tree *disk = &tree->disk;
    struct volume *vol = tree->vol;
    uint64 by_age[AGES_MAX] = { 0 };
    bool whole = p == &disk->root; // tree_cut() counts the whole tree at once
    if (level == 0 || (whole && !tree_is_copied(tree)))
        return 0;
    int64 below = blocks_under(tree, p, level, (int64)disk->nblocks, by_age);
    if (below < 0)
        return (int)below;
    uint64 lost = (uint64)below - 1; // the block itself is counted by put_block()
    disk->nblocks -= lost < disk->nblocks ? lost : disk->nblocks;
    by_age[ages_of(vol, p->gen)]--;
    for (uint32 i = 0; i < vol->nages && tree_is_copied(tree); i++)
        ages_take(vol, (uint32)vol->ages[i].last, by_age[i]);
    return 0;
}

// Takes one pointer's name off the block.  The last one takes the block's own pointers with it;
// each block is gone into at most once, however the pointers of a damaged image run, because only a
// count of 1 leads further down, and it is 0 afterwards.  `index`: the first page under it.
// => 0, and *p is a hole; -EIO, -ENOMEM; -EAGAIN: enough for one transaction
static int drop(struct tree *tree, struct blkptr *p, uint32 level, uint64 index)
{
    uint64 block = p->block;
    int err = 0;
    if (block == 0)
        return 0;
    if (tree->vol->may_drop == 0)
        return -EAGAIN;
    if (level > 0 || tree->kind == TREE_INODES) {
        int64 count = space_count(tree->vol, p);
        if (count > 1)
            err = leave_subtree(tree, p, level);
        else
            err = count == 1 ? drop_below(tree, p, level, index) : (int)count;
        block = p->block; // it may have moved
    }
    if (!err)
        err = put_block(tree, p);
    if (err)
        return err;
    tree->vol->may_drop--;
    tree->dropped_from = index;
    if (level > 0)
        meta_drop(tree->vol, block);
    return 0;
}

// Drops what lies under the pointers from `slot` on; `index`: the first page under f.
static int drop_slots(struct tree *tree, struct frame *f, uint64 slot, uint32 level, uint64 index)
{
    int err = 0;
    for (uint64 i = PTRS_PER_BLOCK; i > slot && !err; i--) {
        err = drop(tree, &meta_ptrs(f)[i - 1], level - 1, index + (i - 1) * tree_span(level - 1));
        if (i % DROPS_IN_A_BREATH == 0)
            thread_breathe();
    }
    return err;
}

// Drops a whole file.  What of it could not be dropped stays in *disk, and its root may be ours.
static int drop_file(struct itable *table, uint64 number, struct disk_tree *disk)
{
    struct tree tree;
    if (table->partly != number && !tree_valid(table->vol, disk)) { // its blocks are lost
        volume_damage(table->vol, "a snapshot names a tree that is not well-formed");
        return 0;
    }
    tree_init(&tree, table->vol, TREE_FILE, NULL);
    tree.disk = *disk;
    int err = drop(&tree, &tree.disk.root, tree.disk.height, 0);
    *disk = tree.disk;
    table->partly = err ? number : PARTLY_NONE;
    return err;
}

// Drops the files of a page of an inode table; the page is in the cache as f, and ours.
static int drop_files(struct itable *table, struct frame *f)
{
    struct disk_inode *inodes = frame_page(f);
    uint64 number = f->index * INODES_PER_BLOCK;
    for (int i = 0; i < INODES_PER_BLOCK; i++, number++) {
        int err = inodes[i].data.root.block != 0 ? drop_file(table, number, &inodes[i].data) : 0;
        if (err)
            return err;
    }
    return 0;
}

// A page of an inode table that nobody else names: its files go before it does.
static int drop_inodes(struct tree *tree, struct blkptr *p, uint64 index)
{
    struct frame *f;
    int err = tree_page(tree, index, &f);
    if (err)
        return err;
    err = cache_unshare(&f);
    if (!err)
        err = tree_own_page(tree, p, f);
    if (!err)
        err = drop_files(container_of(tree, struct itable, inodes), f);
    frame_put(f);
    if (!err)
        cache_drop_page(&tree->obj, index);
    return err;
}

static int drop_below(struct tree *tree, struct blkptr *p, uint32 level, uint64 index)
{
    struct frame *f;
    if (level == 0)
        return drop_inodes(tree, p, index);
    int err = tree_own_block(tree, p, &f);
    if (err)
        return err;
    err = drop_slots(tree, f, 0, level, index);
    frame_put(f);
    return err;
}

// Keeps the first `keep` pages (at least one) of the tree under *p, which is `level` high and
// begins with page `index`.
static int cut_under(struct tree *tree, struct blkptr *p, uint32 level, uint64 index, uint64 keep)
{
    struct frame *f;
    if (p->block == 0 || keep >= tree_span(level))
        return 0;
    int err = tree_own_block(tree, p, &f);
    if (err)
        return err;
    uint64 slot = keep / tree_span(level - 1), rest = keep % tree_span(level - 1);
    err = drop_slots(tree, f, slot + (rest > 0), level, index);
    if (!err && rest > 0)
        err = cut_under(tree, &meta_ptrs(f)[slot], level - 1, index + slot * tree_span(level - 1),
                        rest);
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
    if (disk->root.gen != (uint32)tree->vol->generation || meta_get(tree, &disk->root, &f) != 0)
        return false;
    struct blkptr first = meta_ptrs(f)[0];
    bool lone = only_first(meta_ptrs(f));
    uint64 block = disk->root.block;
    frame_put(f);
    if (!lone || put_block(tree, &disk->root) != 0)
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
    uint64 path = tree_path(tree);
    uint32 born = tree->disk.born;
    int err;
    tree->dropped_from = ~0UL;
    if (from == 0)
        err = drop(tree, &tree->disk.root, tree->disk.height, 0);
    else
        err = cut_under(tree, &tree->disk.root, tree->disk.height, 0, from);
    // What is left if it failed may be dirty: it stays in the cache (T2), and nothing else does.
    cache_drop(&tree->obj, err ? tree->dropped_from : from);
    if (!err) {
        lower(tree);
        if (tree->disk.root.block == 0)
            tree->disk.nblocks = 0;
    }
    tree_path_changed(tree, path, born);
    return err;
}

int tree_cut_some(struct tree *tree)
{
    struct volume *vol = tree->vol;
    vol->may_drop = tree_drops_at_once;
    int err = tree_cut(tree, 0);
    vol->may_drop = DROPS_ALL;
    return err;
}

int tree_share(struct tree *dst, const struct tree *src)
{
    struct volume *vol = dst->vol;
    const struct disk_tree *from = &src->disk;
    int err = from->root.block != 0 ? space_touch(vol, &from->root) : 0;
    if (!err)
        err = tree_cut(dst, 0);
    if (err || from->root.block == 0)
        return err;
    space_share(vol, &from->root);
    dst->disk = *from;
    ages_add(vol, from->born, tree_path(dst));
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
        return drop(tree, p, 0, index);
    int err = tree_own_block(tree, p, &f);
    if (err)
        return err;
    err = punch_under(tree, &meta_ptrs(f)[tree_slot(index, level)], level - 1, index);
    bool empty = all_holes(meta_ptrs(f));
    frame_put(f);
    // Nothing is left under it: it can go like a page.
    if (err || !empty)
        return err;
    uint64 block = p->block;
    err = put_block(tree, p);
    if (!err)
        meta_drop(tree->vol, block);
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
    lower(tree);
    tree_path_changed(tree, 0, tree->disk.born);
    return 0;
}
