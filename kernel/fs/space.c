// Reference counts and allocation (fs/space.h).

#include "fs/space.h"
#include "cache/cache.h"
#include "errno.h"
#include "fs/tree.h"
#include "lib/bitmap.h"
#include "lib/string.h"
#include "mem/audit.h"
#include "mem/slab.h"

#define GROUPS_PER_PAGE (FS_BLOCK / sizeof(struct group *))
_Static_assert(FS_BLOCKS_MAX / COUNTS_PER_BLOCK <= GROUPS_PER_PAGE * GROUPS_PER_PAGE,
               "two levels of pages hold all groups");

struct group {
    uint32 nfree;
    uint32 npending, nclosing;
    struct list link; // space.pending, while there are any of these
    uint64 used[BITMAP_WORDS(COUNTS_PER_BLOCK)];
    uint64 pending[BITMAP_WORDS(COUNTS_PER_BLOCK)];
    uint64 closing[BITMAP_WORDS(COUNTS_PER_BLOCK)];
};

static uint64 ngroups(const struct volume *vol)
{
    return (vol->nblocks + COUNTS_PER_BLOCK - 1) / COUNTS_PER_BLOCK;
}

// Blocks of group n, fewer in the last.
static uint32 group_size(const struct volume *vol, uint64 n)
{
    uint64 rest = vol->nblocks - n * COUNTS_PER_BLOCK;
    return rest < COUNTS_PER_BLOCK ? (uint32)rest : COUNTS_PER_BLOCK;
}

static void group_count(struct group *g, const uint32 *counts, uint32 size)
{
    memset(g, 0, sizeof *g);
    list_init(&g->link);
    for (uint32 i = 0; i < COUNTS_PER_BLOCK; i++) {
        if (i >= size || counts[i] != 0)
            bitmap_set(g->used, i);
        else
            g->nfree++;
    }
}

static int group_load(struct volume *vol, uint64 n, struct group **out)
{
    struct frame *f;
    int err = tree_page(&vol->counts, n, &f);
    if (err)
        return err;
    struct group *g = kmalloc(sizeof *g);
    if (g != NULL)
        group_count(g, frame_page(f), group_size(vol, n));
    frame_put(f);
    *out = g;
    return g == NULL ? -ENOMEM : 0;
}

// => group n, made from its page of counts if this is the first look at it
static int group_get(struct volume *vol, uint64 n, struct group **out)
{
    struct group ***page = &vol->space.dir[n / GROUPS_PER_PAGE];
    if (*page == NULL)
        *page = kalloc_zeroed(FRAME_CACHE);
    if (*page == NULL)
        return -ENOMEM;
    struct group **slot = &(*page)[n % GROUPS_PER_PAGE];
    int err = 0;
    if (*slot == NULL)
        err = group_load(vol, n, slot);
    *out = *slot;
    return err;
}

// Blocks of the tree of counts when none is a hole.
static uint64 full_tree(const struct volume *vol)
{
    uint64 pages = ngroups(vol), all = pages;
    while (pages > 1) {
        pages = (pages + PTRS_PER_BLOCK - 1) / PTRS_PER_BLOCK;
        all += pages;
    }
    return all;
}

int space_init(struct volume *vol, uint64 nfree, uint64 next_block)
{
    list_init(&vol->space.pending);
    vol->space.nfree = nfree;
    vol->space.npending = vol->space.nclosing = 0;
    vol->space.count_blocks = full_tree(vol);
    vol->space.cursor = next_block < vol->nblocks ? next_block : FS_FIRST_BLOCK;
    vol->space.dir = kalloc_zeroed(FRAME_CACHE);
    return vol->space.dir == NULL ? -ENOMEM : 0;
}

void space_destroy(struct volume *vol)
{
    if (vol->space.dir == NULL)
        return;
    for (size_t i = 0; i < GROUPS_PER_PAGE; i++) {
        struct group **page = vol->space.dir[i];
        if (page == NULL)
            continue;
        for (size_t j = 0; j < GROUPS_PER_PAGE; j++)
            kmfree(page[j]);
        kfree(page);
    }
    kfree(vol->space.dir);
}

// Page n of the counts, to be changed.  => 0, and it is dirty, and the caller puts *f
static int counts_page(struct volume *vol, uint64 n, struct frame **f)
{
    int err = tree_page(&vol->counts, n, f);
    if (err)
        return err;
    err = cache_unshare(f);
    if (err)
        frame_put(*f);
    else
        cache_mark_dirty(*f);
    return err;
}

// The group and the page of counts that a block belongs to, to be changed.  The caller puts *f.
static int locate(struct volume *vol, uint64 block, struct group **g, struct frame **f)
{
    int err = group_get(vol, block / COUNTS_PER_BLOCK, g);
    return err ? err : counts_page(vol, block / COUNTS_PER_BLOCK, f);
}

int space_touch(struct volume *vol, const struct blkptr *p)
{
    struct group *g;
    struct frame *f;
    // A page of inodes is shared with those of its inodes that nobody has looked at yet.
    if (p->block < FS_FIRST_BLOCK || p->block >= vol->nblocks)
        return volume_damage(vol, "a shared page of inodes names block %lu", p->block);
    int err = locate(vol, p->block, &g, &f);
    if (!err)
        frame_put(f); // dirty: it stays (C4)
    return err;
}

static uint32 *count_in(struct frame *f, uint64 block)
{
    return (uint32 *)frame_page(f) + block % COUNTS_PER_BLOCK;
}

// The first group with a free block from the cursor on, once round.  One whose counts cannot be read
// is passed over.
static int find_group(struct volume *vol, struct group **g, uint64 *n)
{
    uint64 first = vol->space.cursor / COUNTS_PER_BLOCK;
    int none = -ENOSPC;
    for (uint64 i = 0; i < ngroups(vol); i++) {
        *n = (first + i) % ngroups(vol);
        int err = group_get(vol, *n, g);
        if (err && err != -EIO)
            return err;
        if (err)
            none = err;
        else if ((*g)->nfree > 0)
            return 0;
    }
    return none;
}

// => a free block of group n: the first after the cursor if that is here, else the first
static uint64 pick(struct volume *vol, struct group *g, uint64 n)
{
    uint32 from = 0;
    if (vol->space.cursor / COUNTS_PER_BLOCK == n)
        from = vol->space.cursor % COUNTS_PER_BLOCK;
    size_t bit = bitmap_find_clear(g->used, COUNTS_PER_BLOCK, from);
    if (bit == COUNTS_PER_BLOCK)
        bit = bitmap_find_clear(g->used, COUNTS_PER_BLOCK, 0);
    return n * COUNTS_PER_BLOCK + bit;
}

int space_claim_slots(struct volume *vol)
{
    uint64 block;
    int err = 0;
    vol->space.cursor = 0;
    for (uint64 i = 0; i < FS_FIRST_BLOCK && !err; i++)
        err = space_alloc(vol, &block);
    return err;
}

int space_alloc(struct volume *vol, uint64 *block)
{
    struct group *g;
    struct frame *f;
    uint64 n;
    int err = find_group(vol, &g, &n);
    if (!err)
        err = counts_page(vol, n, &f);
    if (err)
        return err;
    *block = pick(vol, g, n);
    bitmap_set(g->used, *block % COUNTS_PER_BLOCK);
    g->nfree--;
    if (vol->space.nfree > 0) // the superblock may have lied
        vol->space.nfree--;
    vol->space.cursor = *block + 1 < vol->nblocks ? *block + 1 : FS_FIRST_BLOCK;
    *count_in(f, *block) = 1;
    frame_put(f);
    return 0;
}

int space_share(struct volume *vol, const struct blkptr *p)
{
    struct group *g;
    struct frame *f;
    int err = locate(vol, p->block, &g, &f);
    if (err)
        return err;
    ++*count_in(f, p->block);
    frame_put(f);
    return 0;
}

// The last pointer to the block is gone.
static void set_free(struct volume *vol, struct group *g, const struct blkptr *p)
{
    if (p->gen == vol->generation) { // no committed tree names it
        bitmap_clear(g->used, p->block % COUNTS_PER_BLOCK);
        g->nfree++;
        vol->space.nfree++;
        return;
    }
    bitmap_set(g->pending, p->block % COUNTS_PER_BLOCK);
    if (list_empty(&g->link))
        list_push_back(&vol->space.pending, &g->link);
    g->npending++;
    vol->space.npending++;
}

int space_put(struct volume *vol, const struct blkptr *p, uint32 *count_left)
{
    struct group *g;
    struct frame *f;
    int err = locate(vol, p->block, &g, &f);
    if (err)
        return err;
    uint32 *count = count_in(f, p->block);
    *count_left = 0;
    if (*count == 0) { // there is nothing to give back
        volume_damage(vol, "block %lu is in use but its count is 0", p->block);
    } else {
        *count_left = --*count;
        if (*count == 0)
            set_free(vol, g, p);
    }
    frame_put(f);
    return 0;
}

int64 space_count(struct volume *vol, const struct blkptr *p)
{
    struct frame *f;
    int err = tree_page(&vol->counts, p->block / COUNTS_PER_BLOCK, &f);
    if (err)
        return err;
    int64 count = *count_in(f, p->block);
    frame_put(f);
    return count;
}

void space_close_pending(struct volume *vol)
{
    list_for_each (item, &vol->space.pending) {
        struct group *g = container_of(item, struct group, link);
        memcpy(g->closing, g->pending, sizeof g->closing);
        memset(g->pending, 0, sizeof g->pending);
        g->nclosing = g->npending;
        g->npending = 0;
    }
    vol->space.nclosing = vol->space.npending;
    vol->space.npending = 0;
}

static void release_group(struct group *g)
{
    for (size_t i = 0; i < BITMAP_WORDS(COUNTS_PER_BLOCK); i++)
        g->used[i] &= ~g->closing[i];
    memset(g->closing, 0, sizeof g->closing);
    g->nfree += g->nclosing;
    g->nclosing = 0;
    if (g->npending == 0)
        list_remove(&g->link);
}

void space_release_closing(struct volume *vol)
{
    list_for_each_safe (item, &vol->space.pending)
        release_group(container_of(item, struct group, link));
    vol->space.nfree += vol->space.nclosing;
    vol->space.nclosing = 0;
}

// All of the tree may have to be written anew while the old one is still held; what of it does not
// exist yet takes its place for good.
uint64 space_commit_reserve(const struct volume *vol)
{
    uint64 all = vol->space.count_blocks, there = vol->counts.disk.nblocks;
    return all + (there < all ? all - there : 0);
}

void space_audit(struct volume *vol)
{
    audit_count(frame_of_page(vol->space.dir));
    for (size_t i = 0; i < GROUPS_PER_PAGE; i++)
        if (vol->space.dir[i] != NULL)
            audit_count(frame_of_page(vol->space.dir[i]));
}
