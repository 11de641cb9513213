// The checker's second half: inodes, directories, link counts (mkfs/check.h).

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fs/name.h"
#include "lib/panic.h"
#include "mkfs/check_priv.h"

#define CLASSIC_NUMBERS 65536 // of inodes on a classic volume

// What is known of an inode: from the table, and from the names found.
struct known {
    uint32 mode, nlink;
    uint32 names; // records that name it
    uint32 dirs;  // "." and ".." among them and subdirectories' ".."
    bool text;    // its first page is there, and has no NUL before the end
    bool reached; // by a name other than "." and ".."
    bool fresh;   // its page is seen for the first time: so are its pointers
    uint64 size, rdev, next_orphan, dotdot, parent;
    uint64 mtime, ctime;
    bool spare;     // what is kept for later versions is not zero
    bool leftovers; // it is free, and not zero
    struct disk_tree data;
};

struct inode_page {
    uint64 index;
    struct known inode[INODES_PER_BLOCK];
};

// The pages of the table that are there, in order.
struct inode_list {
    struct inode_page *page;
    uint64 npages;
    uint64 nremovals;
    bool live;
};

static struct inode_page *page_with(struct inode_list *l, uint64 number)
{
    uint64 index = number / INODES_PER_BLOCK, low = 0, high = l->npages;
    while (low < high) {
        uint64 middle = (low + high) / 2;
        if (l->page[middle].index < index)
            low = middle + 1;
        else
            high = middle;
    }
    return low < l->npages && l->page[low].index == index ? &l->page[low] : NULL;
}

static struct known *known(struct inode_list *l, uint64 number)
{
    struct inode_page *page = page_with(l, number);
    struct known *k = page != NULL ? &page->inode[number % INODES_PER_BLOCK] : NULL;
    return k != NULL && k->mode != 0 ? k : NULL;
}

// The inodes in their order: the n-th place.  => its number
static struct known *nth(struct inode_list *l, uint64 n, uint64 *number)
{
    struct inode_page *page = &l->page[n / INODES_PER_BLOCK];
    *number = page->index * INODES_PER_BLOCK + n % INODES_PER_BLOCK;
    return &page->inode[n % INODES_PER_BLOCK];
}

static uint64 places(const struct inode_list *l)
{
    return l->npages * INODES_PER_BLOCK;
}

static struct inode_page *append_page(struct inode_list *l, uint64 index)
{
    if ((l->npages & (l->npages - 1)) == 0)
        l->page = realloc(l->page, (l->npages ? 2 * l->npages : 1) * sizeof *l->page);
    assert(l->page != NULL);
    l->page[l->npages].index = index;
    return &l->page[l->npages++];
}

// The names of a directory, to be compared.
struct listed {
    uint32 len;
    char name[];
};

static int compare_listed(const void *a, const void *b)
{
    const struct listed *x = *(struct listed *const *)a, *y = *(struct listed *const *)b;
    int order = memcmp(x->name, y->name, x->len < y->len ? x->len : y->len);
    return order ? order : (int)x->len - (int)y->len;
}

static void take_inodes(struct check *c, struct tree_walk *w, uint64 index, const void *page)
{
    struct inode_list *l = w->arg;
    const struct disk_inode *d = page;
    if (index >= FS_INODES_MAX / INODES_PER_BLOCK) {
        complain(c, "the inode table has a page %lu", index);
        return;
    }
    struct inode_page *to = append_page(l, index);
    for (uint64 i = 0; i < INODES_PER_BLOCK; i++, d++)
        to->inode[i] = (struct known){ .mode = d->mode,
                                       .nlink = d->nlink,
                                       .size = d->size,
                                       .rdev = d->rdev,
                                       .spare = !zeros(d->spare, sizeof d->spare),
                                       .leftovers = d->mode == 0 && !zeros(d, sizeof *d),
                                       .mtime = d->mtime_ns,
                                       .ctime = d->ctime_ns,
                                       .next_orphan = d->next_orphan,
                                       .fresh = w->fresh,
                                       .data = d->data };
}

// --- directories ------------------------------------------------------------------------------

struct dir_walk {
    struct inode_list *list;
    uint64 number;
    uint64 pages;
    struct listed **names;
    size_t nnames;
};

static void list_name(struct dir_walk *d, const struct dir_record *r)
{
    if ((d->nnames & (d->nnames - 1)) == 0)
        d->names = realloc(d->names, (d->nnames ? 2 * d->nnames : 1) * sizeof *d->names);
    struct listed *n = malloc(sizeof *n + r->namelen);
    assert(d->names != NULL && n != NULL);
    n->len = r->namelen;
    memcpy(n->name, r->name, r->namelen);
    d->names[d->nnames++] = n;
}

// No two are equal.
static void compare_names(struct check *c, struct dir_walk *d)
{
    char text[PRINTABLE_NAME];
    if (d->nnames > 0)
        qsort(d->names, d->nnames, sizeof *d->names, compare_listed);
    for (size_t i = 1; i < d->nnames; i++)
        if (compare_listed(&d->names[i - 1], &d->names[i]) == 0)
            complain(c, "directory %lu: \"%s\" stands there twice", d->number,
                     printable(text, sizeof text, d->names[i]->name, d->names[i]->len));
    for (size_t i = 0; i < d->nnames; i++)
        free(d->names[i]);
    free(d->names);
}

static bool record_well_formed(const struct check *c, const struct dir_record *r, uint32 at)
{
    if (FS_BLOCK - at < sizeof *r || r->length < sizeof *r || r->length % 8 != 0 ||
        at + r->length > FS_BLOCK || sizeof *r + r->namelen > r->length)
        return false;
    return !(c->img.sb.features & FS_CLASSIC) || r->length == CLASSIC_RECORD;
}

// The name comes from the image: what is no text does not reach the terminal.
#define complain_of_name(c, d, r, what)                                                            \
    complain(c, "directory %lu: \"%s\" " what, (d)->number,                                        \
             printable((char[PRINTABLE_NAME]){ 0 }, PRINTABLE_NAME, (r)->name, (r)->namelen))

// What a name is by itself.
static void check_bytes(struct check *c, const struct dir_walk *d, const struct dir_record *r)
{
    if (r->hash != name_hash(r->name, r->namelen))
        complain_of_name(c, d, r, "has a wrong hash");
    if (r->namelen == 0 || memchr(r->name, '/', r->namelen) || memchr(r->name, 0, r->namelen))
        complain(c, "directory %lu has an impossible name", d->number);
    if ((c->img.sb.features & FS_CLASSIC) && r->namelen > CLASSIC_NAME)
        complain_of_name(c, d, r, "is longer than the volume's names");
    if (d->number == FS_ROOT_INO && r->namelen == 10 && memcmp(r->name, ".snapshots", 10) == 0)
        complain_of_name(c, d, r, "is the system's own");
    bool first = r->namelen == 1 && r->name[0] == '.';
    bool second = r->namelen == 2 && memcmp(r->name, "..", 2) == 0;
    if (first != (d->nnames == 1) || second != (d->nnames == 2))
        complain_of_name(c, d, r, "is not in its place");
}

static void take_record(struct check *c, struct dir_walk *d, const struct dir_record *r)
{
    struct known *target = known(d->list, r->ino);
    struct known *dir = known(d->list, d->number);
    list_name(d, r);
    check_bytes(c, d, r);
    if (target == NULL) {
        if (dir->nlink > 0) // what is above a directory without names may be gone
            complain_of_name(c, d, r, "leads to an inode that is free");
        return;
    }
    if (r->type != MODE_TYPE(target->mode))
        complain_of_name(c, d, r, "has a wrong type");
    if (dir->nlink == 0)
        return; // a directory without names: what it names does not count it
    target->names++;
    if (r->namelen == 1 && r->name[0] == '.') {
        if (r->ino != d->number)
            complain(c, "directory %lu: \".\" leads to %lu", d->number, r->ino);
    } else if (r->namelen == 2 && r->name[0] == '.' && r->name[1] == '.') {
        dir->dotdot = r->ino;
    } else {
        if (target->reached && MODE_TYPE(target->mode) == TYPE_DIR)
            complain(c, "directory %lu has two names", r->ino);
        target->reached = true;
        target->parent = d->number;
    }
}

// Room is zero: behind a name, and in a record without one.
static void check_room(struct check *c, const struct dir_walk *d, const struct dir_record *r)
{
    size_t used = sizeof *r + r->namelen;
    if (r->ino != 0 && !zeros((const char *)r + used, r->length - used))
        complain_of_name(c, d, r, "has bytes behind it that are not zero");
    struct dir_record free = { .ino = 0, .length = r->length };
    if (r->ino == 0 &&
        (memcmp(r, &free, sizeof free) != 0 || !zeros(r->name, r->length - sizeof *r)))
        complain(c, "directory %lu: a free record is not zero", d->number);
}

static void take_dir_page(struct check *c, struct tree_walk *w, uint64 index, const void *page)
{
    struct dir_walk *d = w->arg;
    if (index != d->pages++)
        complain(c, "directory %lu has a hole before page %lu", d->number, index);
    for (uint32 at = 0; at < FS_BLOCK;) {
        const struct dir_record *r = (const void *)((const char *)page + at);
        if (!record_well_formed(c, r, at)) {
            complain(c, "directory %lu: no record at byte %u of page %lu", d->number, at, index);
            return;
        }
        if (r->ino != 0)
            take_record(c, d, r);
        check_room(c, d, r);
        at += r->length;
    }
}

// --- files ------------------------------------------------------------------------------------

static void take_file_page(struct check *c, struct tree_walk *w, uint64 index, const void *page)
{
    struct known *k = w->arg;
    uint64 end = k->size > index * FS_BLOCK ? k->size - index * FS_BLOCK : 0;
    if (end == 0) {
        complain(c, "%s: page %lu is behind the end", w->what, index);
        return;
    }
    k->text = index == 0 && memchr(page, 0, end < FS_BLOCK ? end : FS_BLOCK) == NULL;
    for (uint64 i = end; i < FS_BLOCK; i++) {
        if (((const char *)page)[i] != 0) {
            complain(c, "%s: bytes behind the end are not zero", w->what);
            return;
        }
    }
}

static void check_dir(struct check *c, struct inode_list *l, uint64 number, struct known *k,
                      const char *what)
{
    struct dir_walk d = { .list = l, .number = number };
    struct tree_walk w = { .what = what, .page = take_dir_page, .arg = &d, .copied = l->live };
    walk_tree(c, &w, &k->data, k->fresh);
    compare_names(c, &d);
    c->out->dirs++;
    if (d.pages * FS_BLOCK != k->size)
        complain(c, "directory %lu has %lu pages and the size %lu", number, d.pages, k->size);
    if (k->nlink > 0 && k->dotdot == 0)
        complain(c, "directory %lu has no \"..\"", number);
}

// What the reserve for removals counts for it (kernel/fs/tx.h, kernel/fs/ages.h).
static void count_removals(struct check *c, struct inode_list *l, const struct known *k)
{
    uint64 path = k->data.root.block != 0 ? k->data.height + 1UL : 0;
    bool dir = MODE_TYPE(k->mode) == TYPE_DIR;
    l->nremovals += dir ? k->data.nblocks : path;
    if (l->live && !dir)
        age_found(c, k->data.born)->nremovals += path;
}

// Fields that have nothing to do with the content.
static void check_fields(struct check *c, uint64 number, const struct known *k)
{
    uint32 type = MODE_TYPE(k->mode);
    if (k->mode >> 16 != 0)
        complain(c, "inode %lu has the mode %o", number, k->mode);
    if (k->nlink > FS_LINKS_MAX)
        complain(c, "inode %lu counts %u names", number, k->nlink);
    if (k->size > FS_SIZE_MAX)
        complain(c, "inode %lu has %lu bytes", number, k->size);
    if (k->rdev != 0 && type != TYPE_CHR)
        complain(c, "inode %lu has the number %lx of a device", number, k->rdev);
    if (type == TYPE_CHR && (k->size != 0 || k->data.root.block != 0))
        complain(c, "device %lu has a content", number);
    if (type == TYPE_CHR && k->rdev >> 32 != 0)
        complain(c, "device %lu has the number %lx", number, k->rdev);
    if (k->mtime > FS_TIME_LAST || k->ctime > FS_TIME_LAST)
        complain(c, "inode %lu: its times, %lu and %lu, are none", number, k->mtime, k->ctime);
    if ((c->img.sb.features & FS_CLASSIC) && number >= CLASSIC_NUMBERS)
        complain(c, "inode %lu is beyond the volume's numbers", number);
    if (k->nlink > 0 && k->next_orphan != 0)
        complain(c, "inode %lu has a name and leads to the orphan %lu", number, k->next_orphan);
    if (k->spare)
        complain(c, "inode %lu: spare bytes are not zero", number);
}

static void check_inode(struct check *c, struct inode_list *l, uint64 number, struct known *k)
{
    char what[32];
    uint32 type = MODE_TYPE(k->mode);
    count_removals(c, l, k);
    snprintf(what, sizeof what, "inode %lu", number);
    check_fields(c, number, k);
    if (type == TYPE_DIR) {
        check_dir(c, l, number, k, what);
        return;
    }
    if (type != TYPE_REG && type != TYPE_CHR && type != TYPE_LNK)
        complain(c, "inode %lu has the mode %o", number, k->mode);
    if (type == TYPE_LNK && (k->size == 0 || k->size >= FS_BLOCK))
        complain(c, "link %lu has %lu bytes", number, k->size);
    struct tree_walk w = { .what = what, .page = take_file_page, .arg = k };
    walk_tree(c, &w, &k->data, k->fresh);
    if (type == TYPE_LNK && !k->text)
        complain(c, "link %lu leads to no text", number);
    c->out->files++;
}

// --- names against inodes ---------------------------------------------------------------------

static void check_names(struct check *c, uint64 number, const struct known *k)
{
    bool is_dir = MODE_TYPE(k->mode) == TYPE_DIR;
    if (k->nlink == 0)
        return; // an orphan: what names it had are gone
    if (k->names != k->nlink)
        complain(c, "inode %lu has %u names and counts %u", number, k->names, k->nlink);
    if (!k->reached && number != FS_ROOT_INO)
        complain(c, "inode %lu has no name in a directory", number);
    if (is_dir && k->dotdot != (number == FS_ROOT_INO ? FS_ROOT_INO : k->parent))
        complain(c, "directory %lu: \"..\" leads to %lu", number, k->dotdot);
}

static uint64 check_orphans(struct check *c, struct inode_list *l, uint64 first)
{
    uint64 orphans = 0, listed = 0, number;
    for (uint64 i = 0; i < places(l); i++) {
        const struct known *k = nth(l, i, &number);
        orphans += k->mode != 0 && k->nlink == 0;
    }
    for (uint64 n = first; n != 0; listed++) {
        struct known *k = known(l, n);
        if (k == NULL || k->nlink != 0 || listed == orphans) {
            complain(c, "the list of orphans leads to inode %lu", n);
            break;
        }
        n = k->next_orphan;
    }
    if (listed != orphans)
        complain(c, "%lu inodes have no names, %lu are listed", orphans, listed);
    return orphans;
}

static void check_numbers(struct check *c, struct inode_list *l, const struct table_check *t)
{
    uint64 used = 0, number;
    for (uint64 i = 0; i < places(l); i++)
        used += nth(l, i, &number)->mode != 0;
    if (used != t->ninodes)
        complain(c, "%lu inodes are in use, but counted as %lu", used, t->ninodes);
    uint64 removals = l->nremovals + t->inodes.nblocks;
    if (!t->live && removals != t->nremovals)
        complain(c, "%lu blocks for removals, but counted as %lu", removals, t->nremovals);
    for (uint64 i = FS_ROOT_INO; i < t->lowest_ino; i++) {
        if (known(l, i) == NULL) {
            complain(c, "inode %lu is free, but below the lowest free one", i);
            return;
        }
    }
}

// A table that is being given back: some of its files may be gone.
static void count_blocks(struct check *c, struct inode_list *l)
{
    uint64 number;
    for (uint64 i = 0; i < places(l); i++) {
        const struct known *k = nth(l, i, &number);
        struct tree_walk w = { .what = "a file of a deleted snapshot", .going = true };
        walk_tree(c, &w, &k->data, k->fresh);
    }
}

static void check_free(struct check *c, uint64 number, const struct known *k)
{
    if (k->mode != 0)
        complain(c, "inode 0 is in use");
    if (k->leftovers)
        complain(c, "inode %lu is free, but not zero", number);
}

static void check_each(struct check *c, struct inode_list *l, bool names)
{
    for (uint64 i = 0; i < places(l); i++) {
        struct known *k = nth(l, i, &c->subject);
        if (c->subject == 0 || k->mode == 0) {
            if (!names)
                check_free(c, c->subject, k);
            continue;
        }
        if (names)
            check_names(c, c->subject, k);
        else
            check_inode(c, l, c->subject, k);
    }
    c->subject = 0;
}

static void check_files(struct check *c, struct inode_list *l, const struct table_check *t)
{
    struct known *root = known(l, FS_ROOT_INO);
    if (root == NULL || MODE_TYPE(root->mode) != TYPE_DIR)
        complain(c, "there is no root directory");
    check_each(c, l, false);
    check_each(c, l, true);
    uint64 orphans = check_orphans(c, l, t->orphans);
    if (t->live)
        c->out->orphans = orphans;
    check_numbers(c, l, t);
}

void check_table(struct check *c, const struct table_check *t)
{
    struct inode_list l = { .live = t->live };
    struct tree_walk w = {
        .what = "the inode table", .page = take_inodes, .arg = &l, .copied = t->live
    };
    c->where = t->where;
    c->inodes = &t->inodes;
    walk_tree(c, &w, &t->inodes, true);
    if (t->going)
        count_blocks(c, &l);
    else
        check_files(c, &l, t);
    free(l.page);
    forget_paths(c);
    c->where = "";
}
