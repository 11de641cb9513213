// An image in words (mkfs/dump.h).  All that is read of it may be wrong.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/panic.h"
#include "mkfs/dump.h"

void print_tree(const struct disk_tree *t)
{
    if (t->root.block == 0)
        printf("empty\n");
    else
        printf("height %u, %lu block%s, root block %lu of generation %u, checksum %08x\n",
               t->height, t->nblocks, t->nblocks == 1 ? "" : "s", t->root.block, t->root.gen,
               t->root.crc);
}

void print_time(uint64 ns)
{
    time_t sec = (time_t)(ns / 1000000000);
    struct tm tm;
    char text[40];
    strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", gmtime_r(&sec, &tm));
    printf("%s.%09lu", text, ns % 1000000000);
}

void print_trouble(struct image_walk *w, const struct blkptr *p, const char *why)
{
    printf("  DAMAGE: %s (block %lu)\n", why, p->block);
}

// --- the volume -------------------------------------------------------------------------------

static void dump_slots(const struct image *img)
{
    struct superblock *sb = malloc(FS_BLOCK);
    assert(sb != NULL);
    for (uint64 slot = 0; slot < 2; slot++) {
        if (image_slot(img->dev, slot, sb))
            printf("superblock slot %lu: generation %lu, valid%s\n", slot, sb->generation,
                   sb->generation == img->sb.generation ? ", current" : "");
        else
            printf("superblock slot %lu: not valid\n", slot);
    }
    free(sb);
}

static void dump_ages(const struct superblock *sb)
{
    for (uint64 i = 0; i < sb->nages && i < AGES_MAX; i++) {
        const struct age *age = &sb->ages[i];
        if (age->last == FS_GEN_LAST)
            printf(i > 0 ? "written later: " : "of any time: ");
        else
            printf("written up to generation %lu, that of %lu snapshot%s: ", age->last,
                   age->nsnapshots, age->nsnapshots == 1 ? "" : "s");
        printf("%lu blocks that removing all files may copy, %lu pointers that share blocks\n",
               age->nremovals, age->nshares);
    }
}

static void dump_superblock(const struct image *img)
{
    const struct superblock *sb = &img->sb;
    printf("volume: format %u%s, %lu blocks of 4 KiB, %lu free\n", sb->version,
           sb->features & FS_CLASSIC ? ", classic" : "", sb->nblocks, sb->nfree);
    dump_slots(img);
    printf("inodes: %lu in use, none free below %lu\n", sb->ninodes, sb->lowest_ino);
    printf("orphans: %s%.0lu\n", sb->orphans ? "the first is inode " : "none", sb->orphans);
    printf("snapshots: %lu, of them %lu being given back\n", sb->nsnapshots, sb->ngoing);
    dump_ages(sb);
    printf("the search for free blocks goes on at: %lu\n", sb->next_block);
    printf("tree of inodes: ");
    print_tree(&sb->inodes);
    printf("tree of counts: ");
    print_tree(&sb->counts);
    printf("tree of snapshots: ");
    print_tree(&sb->snapshots);
}

// --- reference counts -------------------------------------------------------------------------

struct tally {
    struct image *img;
    uint64 once, more;
    uint32 most;
};

static bool tally_page(struct image_walk *w, uint64 index, const struct blkptr *p)
{
    struct tally *t = w->arg;
    uint32 *counts = malloc(FS_BLOCK);
    assert(counts != NULL);
    const char *why = image_read(t->img, p, counts);
    if (why != NULL)
        print_trouble(w, p, why);
    for (int i = 0; why == NULL && i < COUNTS_PER_BLOCK; i++) {
        t->once += counts[i] == 1;
        t->more += counts[i] > 1;
        t->most = counts[i] > t->most ? counts[i] : t->most;
    }
    free(counts);
    return true;
}

static void dump_counts(struct image *img)
{
    struct tally t = { .img = img };
    struct image_walk w = { .page = tally_page, .trouble = print_trouble, .once = true, .arg = &t };
    image_walk(img, &w, &img->sb.counts);
    printf("reference counts: %lu blocks are named once, %lu more often; the highest count is %u\n",
           t.once, t.more, t.most);
}

// --- tables of inodes -------------------------------------------------------------------------

void dump_table(struct image *img, const struct disk_tree *tree)
{
    struct image_table t;
    table_load(img, &t, tree, print_trouble, NULL);
    struct paths *paths = paths_load(img, &t);
    for (uint64 i = 0; i < t.npages * INODES_PER_BLOCK; i++) {
        const struct table_page *page = &t.page[i / INODES_PER_BLOCK];
        const struct disk_inode *d = &page->inode[i % INODES_PER_BLOCK];
        if (d->mode == 0)
            continue;
        printf("\n");
        dump_inode(img, page->index * INODES_PER_BLOCK + i % INODES_PER_BLOCK, d, paths);
    }
    paths_free(paths);
    table_free(&t);
}

// Snapshots are collected first: one walk at a time.
struct snapshots {
    struct image *img;
    struct disk_snapshot *list;
    uint64 n;
};

static bool collect_page(struct image_walk *w, uint64 index, const struct blkptr *p)
{
    struct snapshots *s = w->arg;
    struct disk_snapshot *page = malloc(FS_BLOCK);
    assert(page != NULL);
    const char *why = image_read(s->img, p, page);
    if (why != NULL)
        print_trouble(w, p, why);
    for (int i = 0; why == NULL && i < SNAPSHOTS_PER_BLOCK; i++) {
        if (page[i].id == 0 || s->n >= SNAPSHOTS_MAX)
            continue;
        s->list = realloc(s->list, (s->n + 1) * sizeof *s->list);
        assert(s->list != NULL);
        s->list[s->n++] = page[i];
    }
    free(page);
    return true;
}

static void dump_snapshot(struct image *img, const struct disk_snapshot *s)
{
    char name[PRINTABLE_NAME];
    printable(name, sizeof name, s->name, strnlen(s->name, sizeof s->name));
    printf("\nsnapshot %u \"%s\"%s: generation %lu, made ", s->id, name,
           s->flags & SNAPSHOT_GOING ? ", being given back" : "", s->generation);
    print_time(s->time_ns);
    printf("\n  %lu inodes, none free below %lu, %lu blocks for removals, %lu of them young\n",
           s->ninodes, s->lowest_ino, s->nremovals, s->nyoung);
    printf("  tree of inodes: ");
    print_tree(&s->inodes);
}

static void dump_snapshots(struct image *img)
{
    struct snapshots s = { .img = img };
    struct image_walk w = {
        .page = collect_page, .trouble = print_trouble, .once = true, .arg = &s
    };
    image_walk(img, &w, &img->sb.snapshots);
    for (uint64 i = 0; i < s.n; i++)
        dump_snapshot(img, &s.list[i]);
    free(s.list);
}

// --- the whole --------------------------------------------------------------------------------

void dump_volume(struct image *img)
{
    dump_superblock(img);
    dump_counts(img);
    dump_table(img, &img->sb.inodes);
    dump_snapshots(img);
}
