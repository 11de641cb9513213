// The checker (mkfs/check.h).
//
// One walk from the superblock counts how often each block is named, reads every block once and
// compares its checksum.  Then the counts on the disk are compared with those found; then names are
// compared with inodes.

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/panic.h"
#include "mkfs/check_priv.h"

bool check_quiet;

// The path of the inode that the message is about.
static void print_path(struct check *c)
{
    char path[1024];
    if (c->subject == 0)
        return;
    if (c->paths == NULL) {
        table_load(&c->img, &c->table, c->inodes, NULL, NULL);
        c->paths = paths_load(&c->img, &c->table);
    }
    if (paths_find(c->paths, c->subject, path, sizeof path))
        fprintf(stderr, " (%s)", path);
}

void forget_paths(struct check *c)
{
    if (c->paths == NULL)
        return;
    paths_free(c->paths);
    table_free(&c->table);
    c->paths = NULL;
}

void complain(struct check *c, const char *fmt, ...)
{
    va_list ap;
    if (c->out->errors++ >= 100 || check_quiet)
        return;
    va_start(ap, fmt);
    fputs(c->where, stderr);
    vfprintf(stderr, fmt, ap);
    va_end(ap);
    print_path(c);
    fputc('\n', stderr);
}

bool zeros(const void *bytes, size_t n)
{
    const char *p = bytes;
    while (n > 0 && *p == 0)
        p++, n--;
    return n == 0;
}

// --- trees ------------------------------------------------------------------------------------

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
    if (p->block == 0 || w->nblocks > w->limit)
        return;
    if (!image_pointer_possible(&c->img, p)) {
        complain(c, "%s: a pointer leads to block %lu, generation %u", w->what, p->block, p->gen);
        return;
    }
    w->nblocks++;
    if (p->gen < w->born)
        complain(c, "%s: a block of generation %u in a tree of generation %u", w->what, p->gen,
                 w->born);
    if (w->copied)
        age_found(c, p->gen)->nremovals++;
    if (w->fresh)
        c->found[p->block]++;
    c->gen[p->block] = p->gen;
    w->fresh = !c->visited[p->block];
    c->visited[p->block] = 1;
    struct blkptr *page = malloc(FS_BLOCK);
    assert(page != NULL);
    const char *why = image_read(&c->img, p, page);
    if (why != NULL)
        complain(c, "%s: %s", w->what, why);
    else if (level > 0)
        walk_children(c, w, page, level, index);
    else if (w->page != NULL)
        w->page(c, w, index, page);
    free(page);
}

void walk_tree(struct check *c, struct tree_walk *w, const struct disk_tree *tree, bool fresh)
{
    if (tree->height > TREE_HEIGHT_MAX) {
        complain(c, "%s: a tree of height %u", w->what, tree->height);
        return;
    }
    if (tree->nblocks >= c->img.sb.nblocks) {
        complain(c, "%s: a tree of %lu blocks", w->what, tree->nblocks);
        return;
    }
    if (tree->root.block != 0 && tree->born == 0)
        complain(c, "%s: a tree of no generation", w->what);
    w->fresh = fresh;
    w->born = tree->born;
    w->nblocks = 0;
    w->limit = tree->nblocks;
    walk_under(c, w, &tree->root, tree->height, 0);
    if (w->nblocks != tree->nblocks)
        complain(c, "%s: %lu blocks, but counted as %lu", w->what, w->nblocks, tree->nblocks);
}

// --- snapshots --------------------------------------------------------------------------------

static void note_name(struct check *c, const struct disk_snapshot *s)
{
    if ((c->nnames & (c->nnames - 1)) == 0)
        c->names = realloc(c->names, (c->nnames ? 2 * c->nnames : 1) * sizeof *c->names);
    assert(c->names != NULL);
    struct snapshot_name *n = &c->names[c->nnames++];
    n->id = s->id;
    memcpy(n->name, s->name, sizeof s->name);
}

static int by_name(const void *a, const void *b)
{
    const struct snapshot_name *x = a, *y = b;
    int order = strcmp(x->name, y->name);
    return order ? order : (x->id > y->id) - (x->id < y->id);
}

// No two have the same name.
static void compare_snapshot_names(struct check *c)
{
    if (c->nnames > 0)
        qsort(c->names, c->nnames, sizeof *c->names, by_name);
    for (uint64 i = 1; i < c->nnames; i++)
        if (strcmp(c->names[i - 1].name, c->names[i].name) == 0)
            complain(c, "snapshot %u has the name of another one", c->names[i].id);
}

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
    if (s->flags & ~SNAPSHOT_GOING)
        complain(c, "snapshot %lu has the flags %x", id, s->flags);
    age_found(c, s->generation)->nsnapshots++;
    if (s->nyoung > s->nremovals)
        complain(c, "snapshot %lu: %lu of %lu blocks for removals are young", id, s->nyoung,
                 s->nremovals);
    if (!zeros(s->spare, sizeof s->spare))
        complain(c, "snapshot %lu: spare bytes are not zero", id);
    if (strchr(s->name, '/') != NULL || strcmp(s->name, ".") == 0 || strcmp(s->name, "..") == 0)
        complain(c, "snapshot %lu has an impossible name", id);
    if (s->generation >= c->img.sb.generation)
        complain(c, "snapshot %lu is of generation %lu", id, s->generation);
    if (s->name[0] == '\0' && !(s->flags & SNAPSHOT_GOING))
        complain(c, "snapshot %lu has no name", id);
    if (!(s->flags & SNAPSHOT_GOING))
        note_name(c, s);
    snprintf(what, sizeof what, "snapshot %lu (%s): ", id, s->name);
    check_table(c, &(struct table_check){ what, false, s->flags & SNAPSHOT_GOING, s->inodes,
                                          s->ninodes, s->lowest_ino, s->orphans, s->nremovals });
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
    walk_tree(c, &w, &c->img.sb.snapshots, true);
    compare_snapshot_names(c);
    if (c->nsnapshots != c->img.sb.nsnapshots || c->ngoing != c->img.sb.ngoing)
        complain(c, "%lu snapshots, %lu of them going, but counted as %lu and %lu", c->nsnapshots,
                 c->ngoing, c->img.sb.nsnapshots, c->img.sb.ngoing);
}

// --- reference counts -------------------------------------------------------------------------

static void take_counts(struct check *c, struct tree_walk *w, uint64 index, const void *page)
{
    const uint32 *counts = page;
    for (uint64 i = 0; i < COUNTS_PER_BLOCK; i++) {
        uint64 block = index * COUNTS_PER_BLOCK + i;
        if (block < c->img.sb.nblocks)
            c->told[block] = counts[i];
        else if (counts[i] != 0)
            complain(c, "block %lu, behind the end, has the count %u", block, counts[i]);
    }
}

static void compare_counts(struct check *c)
{
    uint64 used = 0;
    for (uint64 b = 0; b < c->img.sb.nblocks; b++) {
        uint32 found = b < FS_FIRST_BLOCK ? 1 : c->found[b];
        used += found > 0;
        age_found(c, c->gen[b])->nshares += found > 1 ? found - 1 : 0;
        if (c->told[b] != found)
            complain(c, "block %lu is named %u times, its count is %u", b, found, c->told[b]);
    }
    if (c->img.sb.nfree != c->img.sb.nblocks - used)
        complain(c, "%lu blocks are free, the superblock says %lu", c->img.sb.nblocks - used,
                 c->img.sb.nfree);
    c->out->used = used;
}

void check_volume(struct blkdev *dev, struct check_result *out)
{
    struct check c = { .out = out, .where = "" };
    memset(out, 0, sizeof *out);
    const char *why = image_open(&c.img, dev);
    if (why != NULL) {
        complain(&c, "%s", why);
        return;
    }
    out->generation = c.img.sb.generation;
    out->blocks = c.img.sb.nblocks;
    if (c.img.sb.next_block >= c.img.sb.nblocks)
        complain(&c, "the search for free blocks goes on at %lu", c.img.sb.next_block);
    const struct superblock *sb = &c.img.sb;
    if (!zeros(sb->spare, sizeof sb->spare))
        complain(&c, "the superblock: spare bytes are not zero");
    c.found = calloc(c.img.sb.nblocks, sizeof *c.found);
    c.told = calloc(c.img.sb.nblocks, sizeof *c.told);
    c.gen = calloc(c.img.sb.nblocks, sizeof *c.gen);
    c.visited = calloc(c.img.sb.nblocks, 1);
    assert(c.found != NULL && c.told != NULL && c.gen != NULL && c.visited != NULL);
    check_ages_begin(&c);
    struct tree_walk w = { .what = "reference counts", .page = take_counts };
    walk_tree(&c, &w, &c.img.sb.counts, true);
    check_table(&c, &(struct table_check){ "", true, false, c.img.sb.inodes, c.img.sb.ninodes,
                                           c.img.sb.lowest_ino, c.img.sb.orphans, 0 });
    check_snapshots(&c);
    compare_counts(&c);
    check_ages_end(&c);
    free(c.visited);
    free(c.gen);
    free(c.found);
    free(c.told);
    free(c.names);
    image_close(&c.img);
}
