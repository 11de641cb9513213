// The checker (mkfs/check.h).
//
// One walk from the superblock counts how often each block is named, reads every block once and
// compares its checksum.  Then the counts on the disk are compared with those found; then names are
// compared with inodes.

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/crc.h"
#include "lib/panic.h"
#include "mkfs/check_priv.h"

bool check_quiet;

void complain(struct check *c, const char *fmt, ...)
{
    va_list ap;
    if (c->out->errors++ >= 100 || check_quiet)
        return;
    va_start(ap, fmt);
    fputs(c->where, stderr);
    vfprintf(stderr, fmt, ap);
    va_end(ap);
    fputc('\n', stderr);
}

// --- the superblock ----------------------------------------------------------------------------

static bool slot_valid(const struct superblock *sb, uint64 slot)
{
    return memcmp(sb->magic, FS_MAGIC, 8) == 0 && sb->generation % 2 == slot &&
           sb->crc == crc32c(0, sb, offsetof(struct superblock, crc));
}

static bool find_superblock(struct check *c)
{
    struct superblock *sb = malloc(FS_BLOCK);
    bool found = false;
    assert(sb != NULL);
    for (uint64 slot = 0; slot < 2 && slot < c->dev->nblocks; slot++) {
        if (blk_read(c->dev, slot, sb) != 0 || !slot_valid(sb, slot))
            continue;
        if (!found || sb->generation > c->sb.generation)
            c->sb = *sb;
        found = true;
    }
    free(sb);
    return found;
}

static bool superblock_usable(struct check *c)
{
    const struct superblock *sb = &c->sb;
    if (sb->version != FS_VERSION || (sb->features & ~FS_FEATURES_KNOWN)) {
        complain(c, "format version %u, features %x: unknown to this checker", sb->version,
                 sb->features);
        return false;
    }
    if (sb->nblocks < FS_BLOCKS_MIN || sb->nblocks > FS_BLOCKS_MAX ||
        sb->nblocks > c->dev->nblocks) {
        complain(c, "the superblock says %lu blocks, the device has %lu", sb->nblocks,
                 c->dev->nblocks);
        return false;
    }
    return true;
}

// --- trees -------------------------------------------------------------------------------------

static bool pointer_possible(struct check *c, const struct tree_walk *w, const struct blkptr *p)
{
    if (p->block >= FS_FIRST_BLOCK && p->block < c->sb.nblocks && p->gen <= c->sb.generation)
        return true;
    complain(c, "%s: a pointer leads to block %lu, generation %u", w->what, p->block, p->gen);
    return false;
}

// Reads the block and compares its sum.
static bool read_checked(struct check *c, const struct tree_walk *w, const struct blkptr *p,
                         void *page)
{
    if (blk_read(c->dev, p->block, page) != 0) {
        complain(c, "%s: block %lu cannot be read", w->what, p->block);
        return false;
    }
    uint32 crc = crc32c(0, page, FS_BLOCK);
    if (crc == p->crc)
        return true;
    complain(c, "%s: block %lu has checksum %08x, its pointer says %08x", w->what, p->block, crc,
             p->crc);
    return false;
}

static void walk_under(struct check *c, struct tree_walk *w, const struct blkptr *p, uint32 level,
                       uint64 index);

static void walk_children(struct check *c, struct tree_walk *w, const struct blkptr *ptrs,
                          uint32 level, uint64 index)
{
    bool fresh = w->fresh;
    for (uint64 i = 0; i < PTRS_PER_BLOCK; i++) {
        w->fresh = fresh;
        walk_under(c, w, &ptrs[i], level - 1, index + (i << (PTRS_SHIFT * (level - 1))));
    }
}

// A block with several parents is gone through for each of them, but its own pointers, and what is
// wrong with its bytes, count at the first visit only (F2).  A tree that has more blocks than it
// says is left: its pointers may run in circles.
static void walk_under(struct check *c, struct tree_walk *w, const struct blkptr *p, uint32 level,
                       uint64 index)
{
    if (p->block == 0 || w->nblocks > w->limit || !pointer_possible(c, w, p))
        return;
    w->nblocks++;
    if (w->fresh)
        c->found[p->block]++;
    w->fresh = !c->visited[p->block];
    c->visited[p->block] = 1;
    struct blkptr *page = malloc(FS_BLOCK);
    assert(page != NULL);
    if (read_checked(c, w, p, page)) {
        if (level > 0)
            walk_children(c, w, page, level, index);
        else if (w->page != NULL)
            w->page(c, w, index, page);
    }
    free(page);
}

void walk_tree(struct check *c, struct tree_walk *w, const struct disk_tree *tree, bool fresh)
{
    if (tree->height > TREE_HEIGHT_MAX) {
        complain(c, "%s: a tree of height %u", w->what, tree->height);
        return;
    }
    w->fresh = fresh;
    w->nblocks = 0;
    w->limit = tree->nblocks;
    walk_under(c, w, &tree->root, tree->height, 0);
    if (w->nblocks != tree->nblocks)
        complain(c, "%s: %lu blocks, but counted as %lu", w->what, w->nblocks, tree->nblocks);
}

// --- snapshots --------------------------------------------------------------------------------

static void check_record(struct check *c, uint64 id, const struct disk_snapshot *s)
{
    char what[96];
    if (s->id == 0)
        return;
    c->nsnapshots++;
    c->ngoing += s->flags & SNAPSHOT_GOING;
    if (s->id != id || memchr(s->name, 0, sizeof s->name) == NULL) {
        complain(c, "snapshot %lu: its record is not well-formed", id);
        return;
    }
    if (s->generation >= c->sb.generation)
        complain(c, "snapshot %lu is of generation %lu", id, s->generation);
    if (s->name[0] == '\0' && !(s->flags & SNAPSHOT_GOING))
        complain(c, "snapshot %lu has no name", id);
    snprintf(what, sizeof what, "snapshot %lu (%s): ", id, s->name);
    check_table(c, &(struct table_check){ what, false, s->flags & SNAPSHOT_GOING, s->inodes,
                                          s->ninodes, s->lowest_ino, s->orphans, s->nclones,
                                          s->nremovals });
}

static void take_records(struct check *c, struct tree_walk *w, uint64 index, const void *page)
{
    const struct disk_snapshot *s = page;
    for (uint64 i = 0; i < SNAPSHOTS_PER_BLOCK; i++)
        check_record(c, index * SNAPSHOTS_PER_BLOCK + i, &s[i]);
}

static void check_snapshots(struct check *c)
{
    struct tree_walk w = { .what = "the snapshots", .page = take_records };
    walk_tree(c, &w, &c->sb.snapshots, true);
    if (c->nsnapshots != c->sb.nsnapshots || c->ngoing != c->sb.ngoing)
        complain(c, "%lu snapshots, %lu of them going, but counted as %lu and %lu", c->nsnapshots,
                 c->ngoing, c->sb.nsnapshots, c->sb.ngoing);
}

// --- reference counts --------------------------------------------------------------------------

static void take_counts(struct check *c, struct tree_walk *w, uint64 index, const void *page)
{
    const uint32 *counts = page;
    for (uint64 i = 0; i < COUNTS_PER_BLOCK; i++) {
        uint64 block = index * COUNTS_PER_BLOCK + i;
        if (block < c->sb.nblocks)
            c->told[block] = counts[i];
        else if (counts[i] != 0)
            complain(c, "block %lu, behind the end, has the count %u", block, counts[i]);
    }
}

static void compare_counts(struct check *c)
{
    uint64 used = 0;
    for (uint64 b = 0; b < c->sb.nblocks; b++) {
        uint32 found = b < FS_FIRST_BLOCK ? 1 : c->found[b];
        used += found > 0;
        if (c->told[b] != found)
            complain(c, "block %lu is named %u times, its count is %u", b, found, c->told[b]);
    }
    if (c->sb.nfree != c->sb.nblocks - used)
        complain(c, "%lu blocks are free, the superblock says %lu", c->sb.nblocks - used,
                 c->sb.nfree);
    c->out->used = used;
}

void check_volume(struct blkdev *dev, struct check_result *out)
{
    struct check c = { .dev = dev, .out = out, .where = "" };
    memset(out, 0, sizeof *out);
    if (!find_superblock(&c)) {
        complain(&c, "no volume: neither superblock slot is valid");
        return;
    }
    if (!superblock_usable(&c))
        return;
    out->generation = c.sb.generation;
    out->blocks = c.sb.nblocks;
    c.found = calloc(c.sb.nblocks, sizeof *c.found);
    c.told = calloc(c.sb.nblocks, sizeof *c.told);
    c.visited = calloc(c.sb.nblocks, 1);
    assert(c.found != NULL && c.told != NULL && c.visited != NULL);
    struct tree_walk w = { .what = "reference counts", .page = take_counts };
    walk_tree(&c, &w, &c.sb.counts, true);
    check_table(&c,
                &(struct table_check){ "", true, false, c.sb.inodes, c.sb.ninodes, c.sb.lowest_ino,
                                       c.sb.orphans, c.sb.nclones, c.sb.nremovals });
    check_snapshots(&c);
    compare_counts(&c);
    free(c.visited);
    free(c.found);
    free(c.told);
}
