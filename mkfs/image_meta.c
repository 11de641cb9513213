// Inode tables, directories and snapshots of an image (mkfs/image.h).

#include <stdlib.h>
#include <string.h>

#include "lib/panic.h"
#include "mkfs/image.h"

// --- inode tables -----------------------------------------------------------------------------

struct loading {
    struct image *img;
    struct image_table *table;
    void (*trouble)(struct image_walk *w, const struct blkptr *p, const char *why);
    void *arg;
};

static void pass_on(struct image_walk *w, const struct blkptr *p, const char *why)
{
    struct loading *l = w->arg;
    struct image_walk outer = { .arg = l->arg };
    if (l->trouble != NULL)
        l->trouble(&outer, p, why);
}

static bool load_page(struct image_walk *w, uint64 index, const struct blkptr *p)
{
    struct loading *l = w->arg;
    struct image_table *t = l->table;
    if (index >= FS_INODES_MAX / INODES_PER_BLOCK) {
        pass_on(w, p, "an inode table is too long");
        return false;
    }
    struct disk_inode *inode = malloc(FS_BLOCK);
    assert(inode != NULL);
    const char *why = image_read(l->img, p, inode);
    if (why != NULL) {
        pass_on(w, p, why);
        free(inode);
        return true;
    }
    if ((t->npages & (t->npages - 1)) == 0) {
        t->page = realloc(t->page, (t->npages ? 2 * t->npages : 1) * sizeof *t->page);
        assert(t->page != NULL);
    }
    t->page[t->npages++] = (struct table_page){ index, inode };
    return true;
}

void table_load(struct image *img, struct image_table *t, const struct disk_tree *tree,
                void (*trouble)(struct image_walk *w, const struct blkptr *p, const char *why),
                void *arg)
{
    struct loading l = { img, t, trouble, arg };
    struct image_walk w = { .page = load_page, .trouble = pass_on, .once = true, .arg = &l };
    *t = (struct image_table){ .npages = 0 };
    image_walk(img, &w, tree);
}

void table_free(struct image_table *t)
{
    for (uint64 i = 0; i < t->npages; i++)
        free(t->page[i].inode);
    free(t->page);
}

uint64 table_place(const struct image_table *t, uint64 number)
{
    uint64 wanted = number / INODES_PER_BLOCK, low = 0, high = t->npages;
    while (low < high) {
        uint64 middle = (low + high) / 2;
        if (t->page[middle].index == wanted)
            return middle * INODES_PER_BLOCK + number % INODES_PER_BLOCK;
        if (t->page[middle].index < wanted)
            low = middle + 1;
        else
            high = middle;
    }
    return ~0UL;
}

const struct disk_inode *table_find(const struct image_table *t, uint64 number)
{
    uint64 place = number == 0 ? ~0UL : table_place(t, number);
    if (place == ~0UL)
        return NULL;
    const struct disk_inode *d = &t->page[place / INODES_PER_BLOCK].inode[place % INODES_PER_BLOCK];
    return d->mode != 0 ? d : NULL;
}

// --- directories ------------------------------------------------------------------------------

static bool well_formed(const struct image *img, const struct dir_record *r, uint32 at)
{
    if (FS_BLOCK - at < sizeof *r || r->length < sizeof *r || r->length % 8 != 0 ||
        at + r->length > FS_BLOCK || sizeof *r + r->namelen > r->length)
        return false;
    return !(img->sb.features & FS_CLASSIC) || r->length == CLASSIC_RECORD;
}

uint32 image_records(const struct image *img, const void *page,
                     void (*each)(void *arg, const struct dir_record *r), void *arg)
{
    uint32 at = 0;
    while (at < FS_BLOCK) {
        const struct dir_record *r = (const void *)((const char *)page + at);
        if (!well_formed(img, r, at))
            return at;
        if (r->ino != 0)
            each(arg, r);
        at += r->length;
    }
    return at;
}

// --- snapshots --------------------------------------------------------------------------------

struct search {
    struct image *img;
    const char *name;
    struct disk_snapshot *out;
    bool found;
};

static bool look_in_page(struct image_walk *w, uint64 index, const struct blkptr *p)
{
    struct search *s = w->arg;
    struct disk_snapshot *snap = malloc(FS_BLOCK);
    assert(snap != NULL);
    bool readable = image_read(s->img, p, snap) == NULL;
    for (int i = 0; readable && i < SNAPSHOTS_PER_BLOCK && !s->found; i++) {
        if (snap[i].id == 0 || (snap[i].flags & SNAPSHOT_GOING) ||
            strncmp(snap[i].name, s->name, sizeof snap[i].name) != 0)
            continue;
        *s->out = snap[i];
        s->found = true;
    }
    free(snap);
    return !s->found;
}

bool image_snapshot(struct image *img, const char *name, struct disk_snapshot *out)
{
    struct search s = { .img = img, .name = name, .out = out };
    struct image_walk w = { .page = look_in_page, .once = true, .arg = &s };
    image_walk(img, &w, &img->sb.snapshots);
    return s.found;
}
