// From inodes to paths (mkfs/paths.h).

#include "mkfs/paths.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/panic.h"

#define PATH_TEXT 4096

// How an inode was reached first; at its place in the table.
struct way {
    uint64 parent; // number of a directory; 0: not reached
    char *name;
};

struct paths {
    struct image *img;
    const struct image_table *table;
    struct way *way;
    uint64 *queue; // directories to be gone through
    uint64 head, tail;
    uint64 dir; // the one that is gone through
};

char *printable(char *buf, size_t size, const char *bytes, size_t n)
{
    size_t at = 0;
    for (size_t i = 0; i < n; i++) {
        uchar c = (uchar)bytes[i];
        bool plain = c > ' ' && c < 127 && c != '\\';
        if (at + (plain ? 1 : 4) >= size)
            break;
        at += (size_t)sprintf(buf + at, plain ? "%c" : "\\x%02x", c);
    }
    buf[at] = '\0';
    return buf;
}

bool record_is_dots(const struct dir_record *r)
{
    return (r->namelen == 1 && r->name[0] == '.') ||
           (r->namelen == 2 && r->name[0] == '.' && r->name[1] == '.');
}

static void take_record(void *arg, const struct dir_record *r)
{
    struct paths *p = arg;
    const struct disk_inode *d = table_find(p->table, r->ino);
    if (d == NULL || record_is_dots(r) || r->ino == FS_ROOT_INO)
        return;
    struct way *w = &p->way[table_place(p->table, r->ino)];
    if (w->parent != 0)
        return;
    char text[PRINTABLE_NAME];
    w->parent = p->dir;
    w->name = strdup(printable(text, sizeof text, r->name, r->namelen));
    assert(w->name != NULL);
    if (MODE_TYPE(d->mode) == TYPE_DIR)
        p->queue[p->tail++] = r->ino;
}

static bool take_page(struct image_walk *w, uint64 index, const struct blkptr *ptr)
{
    struct paths *p = w->arg;
    void *page = malloc(FS_BLOCK);
    assert(page != NULL);
    if (image_read(p->img, ptr, page) == NULL)
        image_records(p->img, page, take_record, p);
    free(page);
    return true;
}

struct paths *paths_load(struct image *img, const struct image_table *table)
{
    uint64 n = table->npages * INODES_PER_BLOCK + 1;
    struct paths *p = malloc(sizeof *p);
    assert(p != NULL);
    *p = (struct paths){ .img = img,
                         .table = table,
                         .way = calloc(n, sizeof *p->way),
                         .queue = calloc(n, sizeof *p->queue) };
    assert(p->way != NULL && p->queue != NULL);
    if (table_find(table, FS_ROOT_INO) != NULL)
        p->queue[p->tail++] = FS_ROOT_INO;
    while (p->head < p->tail) {
        struct image_walk w = { .page = take_page, .once = true, .arg = p };
        p->dir = p->queue[p->head++];
        image_walk(img, &w, &table_find(table, p->dir)->data);
    }
    return p;
}

void paths_free(struct paths *p)
{
    if (p == NULL)
        return;
    for (uint64 i = 0; i < p->table->npages * INODES_PER_BLOCK; i++)
        free(p->way[i].name);
    free(p->way);
    free(p->queue);
    free(p);
}

bool paths_find(const struct paths *p, uint64 number, char *buf, size_t size)
{
    char text[PATH_TEXT];
    size_t at = sizeof text - 1;
    text[at] = '\0';
    // A way leads to a directory that was reached earlier, so this ends at the root.
    while (number != FS_ROOT_INO) {
        uint64 place = table_place(p->table, number);
        const struct way *w = place == ~0UL ? NULL : &p->way[place];
        if (w == NULL || w->parent == 0)
            return false;
        size_t n = strlen(w->name);
        if (n + 1 > at)
            break;
        at -= n;
        memcpy(text + at, w->name, n);
        text[--at] = '/';
        number = w->parent;
    }
    snprintf(buf, size, "%s", text[at] == '\0' ? "/" : text + at);
    return true;
}

// --- from a path to an inode ------------------------------------------------------------------

struct lookup {
    struct image *img;
    const char *name;
    size_t len;
    uint64 found;
};

static void compare_record(void *arg, const struct dir_record *r)
{
    struct lookup *l = arg;
    if (r->namelen == l->len && memcmp(r->name, l->name, l->len) == 0)
        l->found = r->ino;
}

static bool look_in_page(struct image_walk *w, uint64 index, const struct blkptr *p)
{
    struct lookup *l = w->arg;
    void *page = malloc(FS_BLOCK);
    assert(page != NULL);
    if (image_read(l->img, p, page) == NULL)
        image_records(l->img, page, compare_record, l);
    free(page);
    return l->found == 0;
}

uint64 path_to_inode(struct image *img, const struct image_table *table, const char *path)
{
    uint64 number = FS_ROOT_INO;
    for (;;) {
        const struct disk_inode *d = table_find(table, number);
        path += strspn(path, "/");
        if (d == NULL || *path == '\0')
            return d != NULL ? number : 0;
        if (MODE_TYPE(d->mode) != TYPE_DIR)
            return 0;
        struct lookup l = { .img = img, .name = path, .len = strcspn(path, "/") };
        struct image_walk w = { .page = look_in_page, .once = true, .arg = &l };
        image_walk(img, &w, &d->data);
        number = l.found;
        path += l.len;
    }
}
