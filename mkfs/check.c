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
void (*check_listener)(const char *line);

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

void complain_at(struct check *c, struct sentence *at, const char *fmt, ...)
{
    char line[512];
    va_list ap;
    at->told++;
    if (c->out->errors++ >= 100 || (check_quiet && check_listener == NULL))
        return;
    va_start(ap, fmt);
    vsnprintf(line, sizeof line, fmt, ap);
    va_end(ap);
    if (check_listener != NULL) {
        check_listener(line);
        return;
    }
    fprintf(stderr, "%s%s", c->where, line);
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
    if (p->block == 0 && (p->crc != 0 || p->gen != 0))
        complain(c, "%s: a hole of generation %u with the checksum %08x", w->what, p->gen, p->crc);
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
    if (tree->root.block == 0 && tree->height != 0 && !w->going)
        complain(c, "%s: an empty tree of height %u", w->what, tree->height);
    if (tree->root.block == 0 && tree->born != 0 && !w->going)
        complain(c, "%s: an empty tree of generation %u", w->what, tree->born);
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

// Fields that have nothing to do with what the trees hold.
static void check_superblock(struct check *c)
{
    const struct superblock *sb = &c->img.sb;
    if (sb->generation == 0 || sb->generation > FS_GEN_LAST)
        complain(c, "the superblock is of generation %lu", sb->generation);
    if (sb->lowest_ino < FS_ROOT_INO)
        complain(c, "inode %lu is said to be the lowest free one", sb->lowest_ino);
    if (sb->next_block < FS_FIRST_BLOCK || sb->next_block >= sb->nblocks)
        complain(c, "the search for free blocks goes on at %lu", sb->next_block);
    if (!zeros(sb->spare, sizeof sb->spare))
        complain(c, "the superblock: spare bytes are not zero");
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
    check_superblock(&c);
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
