// Looking up and owning (fs/tree.h).  Cutting is in tree_cut.c, sealing in tree_seal.c.

#include "fs/tree.h"
#include "cache/cache.h"
#include "errno.h"
#include "fs/ages.h"
#include "fs/meta.h"
#include "fs/space.h"
#include "fs/tree_priv.h"
#include "lib/string.h"

void tree_init(struct tree *tree, struct volume *vol, enum tree_kind kind,
               const struct object_ops *ops)
{
    object_init(&tree->obj, ops);
    tree->vol = vol;
    tree->kind = kind;
    memset(&tree->disk, 0, sizeof tree->disk);
}

bool tree_valid(const struct volume *vol, const struct disk_tree *disk)
{
    return disk->height <= TREE_HEIGHT_MAX && blkptr_valid(vol, &disk->root) &&
           disk->nblocks < vol->nblocks;
}

// The pointer that stands for `index` one level further down, from the page of the block above.
static struct blkptr *child(struct frame *f, uint64 index, uint32 level)
{
    return &meta_ptrs(f)[tree_slot(index, level)];
}

int tree_lookup(struct tree *tree, uint64 index, struct blkptr *out)
{
    *out = tree->disk.root;
    if (index >= tree_span(tree->disk.height))
        out->block = 0;
    for (uint32 level = tree->disk.height; level > 0 && out->block != 0; level--) {
        struct frame *f;
        int err = meta_get(tree, out, &f);
        if (err)
            return err;
        *out = *child(f, index, level);
        frame_put(f);
    }
    return 0;
}

static int read_page(struct tree *tree, uint64 index, void *page)
{
    struct blkptr p;
    int err = tree_lookup(tree, index, &p);
    if (err)
        return err;
    if (p.block == 0) {
        page_zero(page);
        return 0;
    }
    if (block_from_flight(tree->vol, &p, page))
        return 0;
    err = block_read(tree->vol, &p, page);
    return err ? block_damage(tree, "page", index, &p, err, page) : 0;
}

int tree_page(struct tree *tree, uint64 index, struct frame **out)
{
    *out = cache_find(&tree->obj, index);
    if (*out != NULL)
        return 0;
    void *page = kalloc(FRAME_CACHE);
    if (page == NULL)
        return -ENOMEM;
    int err = read_page(tree, index, page);
    if (err) {
        kfree(page);
        return err;
    }
    return cache_enter(&tree->obj, index, frame_of_page(page), cache_version(&tree->obj), out);
}

// => 0, and the pointer to page `index`; 1: the page could be filled without the disk; negative
// errno
static int locked_lookup(struct tree *tree, uint64 index, struct blkptr *p, void *page)
{
    mutex_lock(&tree->vol->lock);
    int err = tree_lookup(tree, index, p);
    if (!err && p->block == 0) {
        page_zero(page);
        err = 1;
    } else if (!err && p->gen == tree->vol->generation) {
        err = -EAGAIN; // T2: it is in the cache by now
    } else if (!err && block_from_flight(tree->vol, p, page)) {
        err = 1;
    }
    mutex_unlock(&tree->vol->lock);
    return err;
}

// The disk is read without the mutex.  If the page moves meanwhile, the block may be anything: so
// bytes that do not add up are damage only if the pointer is still the same.
int tree_fill(struct object *obj, uint64 index, void *page)
{
    struct tree *tree = container_of(obj, struct tree, obj);
    struct blkptr p, again;
    int err = locked_lookup(tree, index, &p, page);
    if (err)
        return err < 0 ? err : 0;
    int trouble = block_read(tree->vol, &p, page);
    if (!trouble)
        return 0;
    err = locked_lookup(tree, index, &again, page);
    if (err)
        return -EAGAIN;
    if (again.block != p.block || again.gen != p.gen || again.crc != p.crc)
        return -EAGAIN;
    return block_damage(tree, "page", index, &p, trouble, page);
}

// What replacing the block takes; if it, or one above it, has other parents too, the old one stays.
static int block_cost(struct volume *vol, const struct blkptr *p, bool *shared, uint64 *takes,
                      uint64 *keeps)
{
    if (p->gen == vol->generation)
        return 0;
    if (!*shared && volume_shares(vol)) {
        int64 count = space_count(vol, p);
        if (count < 0)
            return (int)count;
        *shared = count > 1;
    }
    *takes += 1;
    *keeps += *shared;
    return 0;
}

int tree_cost(struct tree *tree, uint64 index, uint64 *takes, uint64 *keeps)
{
    uint64 added = 0;
    bool shared = false;
    int err = 0;
    struct blkptr p = tree->disk.root;
    uint32 level = tree->disk.height;

    if (index >=
        tree_span(level)) { // it grows upwards: one block above the old root for each level
        uint32 old = level;
        while (index >= tree_span(level))
            level++;
        if (p.block != 0)
            added = level - old - 1; // the new root is on the path too
        p.block = 0;
    }
    for (; level > 0 && p.block != 0; level--) {
        struct frame *f;
        err = block_cost(tree->vol, &p, &shared, takes, keeps);
        if (!err)
            err = meta_get(tree, &p, &f);
        if (err)
            return err;
        p = *child(f, index, level);
        frame_put(f);
    }
    if (p.block == 0)
        added += level + 1;
    else
        err = block_cost(tree->vol, &p, &shared, takes, keeps);
    *takes += added;
    *keeps += added;
    return err;
}

// Puts blocks above the root until the tree reaches page `index`.
static int grow(struct tree *tree, uint64 index)
{
    struct volume *vol = tree->vol;
    struct disk_tree *disk = &tree->disk;
    while (index >= tree_span(disk->height)) {
        if (disk->height == TREE_HEIGHT_MAX)
            return -EFBIG;
        if (disk->root.block != 0) {
            struct frame *f;
            int err = tree_new_block(tree, &f);
            if (err)
                return err;
            meta_ptrs(f)[0] = disk->root;
            disk->root = (struct blkptr){ .block = f->index, .gen = (uint32)vol->generation };
            frame_put(f);
        }
        disk->height++;
    }
    return 0;
}

int tree_new_block(struct tree *tree, struct frame **out)
{
    uint64 block;
    int err = space_alloc(tree, &block);
    if (err)
        return err;
    err = meta_new(tree->vol, block, out);
    if (err) {
        struct blkptr p = { .block = block, .gen = (uint32)tree->vol->generation };
        uint32 left;
        space_put(tree->vol, &p, &left);
        return err;
    }
    tree_got_block(tree);
    return 0;
}

typedef int ptr_fn(struct volume *vol, const struct blkptr *p);

static int for_each_child(struct volume *vol, const struct blkptr *ptrs, ptr_fn *fn)
{
    int err = 0;
    for (int i = 0; i < PTRS_PER_BLOCK && !err; i++)
        if (ptrs[i].block != 0)
            err = fn(vol, &ptrs[i]);
    return err;
}

// Before a block is replaced: its count can be changed, and if it stays with others those of its
// children, to which the copy is one more parent.  => how many pointers name it; negative errno
static int64 touch_block(struct volume *vol, const struct blkptr *p, struct frame *f)
{
    int err = space_touch(vol, p);
    int64 count = err ? err : space_count(vol, p);
    if (count > 1)
        err = for_each_child(vol, meta_ptrs(f), space_touch);
    return err ? err : count;
}

// Takes the old block's name off: frees it, or leaves it to its other parents.  It was touched.
static void leave_block(struct tree *tree, const struct blkptr *old, struct frame *copy)
{
    uint32 left = 0;
    space_put(tree->vol, old, &left);
    tree_lost_block(tree, old->gen);
    if (left == 0)
        meta_drop(tree->vol, old->block);
    else
        for_each_child(tree->vol, meta_ptrs(copy), space_share);
}

// Replaces the block *p, which is not ours, by a copy that is.
static int move_block(struct tree *tree, struct blkptr *p, struct frame **out)
{
    struct volume *vol = tree->vol;
    struct frame *old;
    int err = meta_get(tree, p, &old);
    if (err)
        return err;
    int64 count = touch_block(vol, p, old);
    err = count < 0 ? (int)count : tree_new_block(tree, out);
    if (!err) {
        struct blkptr was = *p;
        page_copy(meta_ptrs(*out), meta_ptrs(old));
        *p = (struct blkptr){ .block = (*out)->index, .gen = (uint32)vol->generation };
        leave_block(tree, &was, *out);
    }
    frame_put(old);
    return err;
}

int tree_own_block(struct tree *tree, struct blkptr *p, struct frame **out)
{
    if (p->block != 0 && p->gen == tree->vol->generation)
        return meta_get(tree, p, out);
    if (p->block != 0)
        return move_block(tree, p, out);
    int err = tree_new_block(tree, out);
    if (!err)
        *p = (struct blkptr){ .block = (*out)->index, .gen = (uint32)tree->vol->generation };
    return err;
}

// The pages of an inode table name the roots of further trees.
static int for_each_root(struct tree *tree, struct frame *f, ptr_fn *fn)
{
    const struct disk_inode *inodes = frame_page(f);
    int err = 0;
    for (int i = 0; i < INODES_PER_BLOCK && tree->kind == TREE_INODES && !err; i++)
        if (inodes[i].data.root.block != 0)
            err = fn(tree->vol, &inodes[i].data.root);
    return err;
}

// As touch_block(), for a page.
static int touch_page(struct tree *tree, const struct blkptr *p, struct frame *f)
{
    int err = space_touch(tree->vol, p);
    if (!err && space_count(tree->vol, p) > 1)
        err = for_each_root(tree, f, space_touch);
    return err;
}

// Takes the name off the block where the page was.
static void leave_page(struct tree *tree, const struct blkptr *was, struct frame *f)
{
    uint32 left;
    space_put(tree->vol, was, &left);
    tree_lost_block(tree, was->gen);
    if (left > 0)
        for_each_root(tree, f, space_share);
}

// The bytes are in the cache, so nothing is copied here.
int tree_own_page(struct tree *tree, struct blkptr *p, struct frame *f)
{
    struct volume *vol = tree->vol;
    if (p->block == 0 || p->gen != vol->generation) {
        struct blkptr was = *p;
        uint64 block;
        int err = was.block != 0 ? touch_page(tree, &was, f) : 0;
        if (!err)
            err = space_alloc(tree, &block);
        if (err)
            return err;
        *p = (struct blkptr){ .block = block, .gen = (uint32)vol->generation };
        if (was.block != 0)
            leave_page(tree, &was, f);
        tree_got_block(tree);
    }
    cache_mark_dirty(f);
    return 0;
}

uint64 tree_path(const struct tree *tree)
{
    return tree->kind == TREE_FILE && tree->disk.root.block != 0 ? tree->disk.height + 1UL : 0;
}

// Directories and inode tables that are not a snapshot's are those of the live files.
bool tree_is_copied(const struct tree *tree)
{
    if (tree->kind == TREE_INODES)
        return !container_of(tree, struct itable, inodes)->frozen;
    return tree->kind == TREE_DIR;
}

void tree_got_block(struct tree *tree)
{
    tree->disk.nblocks++;
    if (tree_is_copied(tree))
        ages_add(tree->vol, (uint32)tree->vol->generation, 1);
}

void tree_lost_block(struct tree *tree, uint32 gen)
{
    if (tree->disk.nblocks > 0) // a damaged image may have counted wrong
        tree->disk.nblocks--;
    if (tree_is_copied(tree))
        ages_take(tree->vol, gen, 1);
}

void tree_path_changed(struct tree *tree, uint64 path, uint32 born)
{
    struct disk_tree *disk = &tree->disk;
    if (disk->root.block == 0)
        disk->born = 0;
    else if (disk->born == 0)
        disk->born = (uint32)tree->vol->generation;
    if (tree_path(tree) == path && disk->born == born)
        return;
    ages_take(tree->vol, born, path);
    ages_add(tree->vol, disk->born, tree_path(tree));
}

static int own_path(struct tree *tree, uint64 index, struct frame *f)
{
    int err = grow(tree, index);
    if (err)
        return err;
    struct blkptr *p = &tree->disk.root;
    struct frame *above = NULL;
    for (uint32 level = tree->disk.height; level > 0 && !err; level--) {
        struct frame *block = NULL;
        err = tree_own_block(tree, p, &block);
        if (above != NULL)
            frame_put(above);
        above = block;
        if (!err)
            p = child(block, index, level);
    }
    if (!err)
        err = tree_own_page(tree, p, f);
    if (above != NULL)
        frame_put(above);
    return err;
}

int tree_own(struct tree *tree, uint64 index, struct frame **f)
{
    uint64 path = tree_path(tree);
    uint32 born = tree->disk.born;
    int err = cache_unshare(f);
    if (!err)
        err = own_path(tree, index, *f);
    tree_path_changed(tree, path, born);
    return err;
}
