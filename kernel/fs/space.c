// Reference counts and allocation (fs/space.h).

#include "fs/space.h"
#include "cache/cache.h"
#include "errno.h"
#include "fs/ages.h"
#include "fs/tree.h"
#include "lib/bitmap.h"
#include "lib/string.h"
#include "mem/audit.h"
#include "mem/slab.h"
#include "task/thread.h"

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

// Room for the tree of counts as it is, as it was, and as it will be; but not much of a small volume.
static uint64 zone_size(const struct volume *vol)
{
    uint64 blocks = FS_FIRST_BLOCK + 3 * vol->space.count_blocks;
    uint64 groups = (blocks + COUNTS_PER_BLOCK - 1) / COUNTS_PER_BLOCK;
    return groups <= ngroups(vol) / 8 ? groups : 0;
}

int space_init(struct volume *vol, uint64 nfree, uint64 next_block)
{
    list_init(&vol->space.pending);
    vol->space.nfree = nfree;
    vol->space.npending = vol->space.nclosing = 0;
    vol->space.count_blocks = full_tree(vol);
    vol->space.zone = zone_size(vol);
    vol->space.counts_cursor = FS_FIRST_BLOCK;
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
        thread_breathe();
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

// --- allocation -------------------------------------------------------------------------------

// Groups to be searched, and the one to begin with.
struct groups {
    uint64 begin, end, first;
};

// The first group with a free block, once round.  One whose counts cannot be read is passed over.
static int find_in(struct volume *vol, const struct groups *in, struct group **g, uint64 *n)
{
    int none = -ENOSPC;
    uint64 size = in->end - in->begin;
    uint64 first = in->first > in->begin && in->first < in->end ? in->first - in->begin : 0;
    for (uint64 i = 0; i < size; i++) {
        *n = in->begin + (first + i) % size;
        int err = group_get(vol, *n, g);
        if (err && err != -EIO)
            return err;
        if (err)
            none = err;
        else if ((*g)->nfree > 0)
            return 0;
        thread_breathe();
    }
    return none;
}

// The same, on the side of the border of the zone where the cursor is, and only then on the other.
static int find_group(struct volume *vol, uint64 cursor, struct group **g, uint64 *n)
{
    uint64 first = cursor / COUNTS_PER_BLOCK;
    struct groups zone = { 0, vol->space.zone, first };
    struct groups rest = { vol->space.zone, ngroups(vol), first };
    bool in_zone = first < zone.end;
    int err = find_in(vol, in_zone ? &zone : &rest, g, n);
    if (err != -ENOSPC && err != -EIO)
        return err;
    int other = find_in(vol, in_zone ? &rest : &zone, g, n);
    return other == -ENOSPC ? err : other;
}

// => a free block of group n: the first after the cursor if that is here, else the first
static uint64 pick(uint64 cursor, const struct group *g, uint64 n)
{
    uint32 from = cursor / COUNTS_PER_BLOCK == n ? cursor % COUNTS_PER_BLOCK : 0;
    size_t bit = bitmap_find_clear(g->used, COUNTS_PER_BLOCK, from);
    if (bit == COUNTS_PER_BLOCK)
        bit = bitmap_find_clear(g->used, COUNTS_PER_BLOCK, 0);
    return n * COUNTS_PER_BLOCK + bit;
}

// Where the search for blocks that are not of the counts begins, and goes on when it is at the end.
static uint64 data_begin(const struct volume *vol)
{
    return vol->space.zone > 0 ? vol->space.zone * COUNTS_PER_BLOCK : FS_FIRST_BLOCK;
}

static int alloc_at(struct volume *vol, uint64 cursor, uint64 *block)
{
    struct group *g;
    struct frame *f;
    uint64 n;
    int err = find_group(vol, cursor, &g, &n);
    if (!err)
        err = counts_page(vol, n, &f);
    if (err)
        return err;
    *block = pick(cursor, g, n);
    bitmap_set(g->used, *block % COUNTS_PER_BLOCK);
    g->nfree--;
    if (vol->space.nfree > 0) // the superblock may have lied
        vol->space.nfree--;
    *count_in(f, *block) = 1;
    frame_put(f);
    return 0;
}

int space_claim_slots(struct volume *vol)
{
    uint64 block;
    int err = 0;
    for (uint64 i = 0; i < FS_FIRST_BLOCK && !err; i++)
        err = alloc_at(vol, i, &block);
    vol->space.cursor = data_begin(vol);
    return err;
}

int space_alloc(const struct tree *tree, uint64 *block)
{
    struct space *s = &tree->vol->space;
    bool counts = tree->kind == TREE_COUNTS && s->zone > 0;
    uint64 *cursor = counts ? &s->counts_cursor : &s->cursor;
    uint64 end = counts ? s->zone * COUNTS_PER_BLOCK : tree->vol->nblocks;
    int err = alloc_at(tree->vol, *cursor, block);
    if (err)
        return err;
    *cursor = *block + 1;
    if (*cursor >= end)
        *cursor = counts ? FS_FIRST_BLOCK : data_begin(tree->vol);
    return 0;
}

int space_share(struct volume *vol, const struct blkptr *p)
{
    struct group *g;
    struct frame *f;
    int err = locate(vol, p->block, &g, &f);
    if (err)
        return err;
    if (++*count_in(f, p->block) > 1)
        ages_share(vol, p->gen);
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
        else
            ages_unshare(vol, p->gen);
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
        thread_breathe();
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
    list_for_each_safe (item, &vol->space.pending) {
        release_group(container_of(item, struct group, link));
        thread_breathe();
    }
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
