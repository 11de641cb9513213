// Taking the files out of an image (mkfs/mkfs.h).
//
// The image may be damaged, or made to do harm.  Every name is one of a new folder's, and what is
// made must not be there yet; so no path leads through a link, or out of the folder.

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/panic.h"
#include "mkfs/extract.h"
#include "mkfs/host.h"
#include "mkfs/mkfs.h"
#include "mkfs/paths.h"

// Names come from the image: what is no text does not reach the terminal.
void extract_complain(struct extraction *x, const char *fmt, ...)
{
    char text[4500];
    va_list ap;
    x->errors++;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    for (char *c = text; *c != '\0'; c++)
        if ((uchar)*c < ' ' || *c == 127)
            *c = '?';
    fprintf(stderr, "mkfs: %s\n", text);
}

// --- the names of a directory -----------------------------------------------------------------

// In memory, as only one walk goes on at a time.
struct names {
    struct extraction *x;
    const char *path;
    struct entry {
        uint64 ino;
        char *name;
    } * list;
    uint64 n;
};

static void take_name(void *arg, const struct dir_record *r)
{
    struct names *l = arg;
    char text[PRINTABLE_NAME];
    if (record_is_dots(r))
        return;
    if (r->namelen == 0 || memchr(r->name, '/', r->namelen) || memchr(r->name, 0, r->namelen)) {
        extract_complain(l->x, "%s: no file can have the name \"%s\": left out", l->path,
                         printable(text, sizeof text, r->name, r->namelen));
        return;
    }
    if ((l->n & (l->n - 1)) == 0)
        l->list = realloc(l->list, (l->n ? 2 * l->n : 1) * sizeof *l->list);
    assert(l->list != NULL);
    l->list[l->n] = (struct entry){ r->ino, strndup(r->name, r->namelen) };
    assert(l->list[l->n].name != NULL);
    l->n++;
}

static void dir_trouble(struct image_walk *w, const struct blkptr *p, const char *why)
{
    struct names *l = w->arg;
    extract_complain(l->x, "%s: %s: names are missing", l->path, why);
}

static bool take_names(struct image_walk *w, uint64 index, const struct blkptr *p)
{
    struct names *l = w->arg;
    void *page = malloc(FS_BLOCK);
    assert(page != NULL);
    const char *why = image_read(&l->x->img, p, page);
    if (why == NULL && image_records(&l->x->img, page, take_name, l) < FS_BLOCK)
        why = "a record is not well-formed";
    if (why != NULL)
        dir_trouble(w, p, why);
    free(page);
    return true;
}

// --- what the names lead to -------------------------------------------------------------------

static bool make_folder(struct extraction *x, uint64 number, const char *path)
{
    if (mkdirat(x->top, path, 0700) != 0) {
        extract_complain(x, "%s cannot be made: %s", path, strerror(errno));
        return false;
    }
    x->folders[x->nfolders++] = number;
    return true;
}

// Another name of what has been made already.
static void make_other_name(struct extraction *x, const struct disk_inode *d, const char *first,
                            const char *path)
{
    if (MODE_TYPE(d->mode) == TYPE_DIR)
        extract_complain(x, "%s is the directory %s again: left out", path, first);
    else if (linkat(x->top, first, x->top, path, 0) != 0)
        extract_complain(x, "%s cannot be made: %s", path, strerror(errno));
}

static bool make_first(struct extraction *x, uint64 number, const struct disk_inode *d,
                       const char *path)
{
    switch (MODE_TYPE(d->mode)) {
    case TYPE_DIR: return make_folder(x, number, path);
    case TYPE_REG: return extract_file(x, d, path);
    case TYPE_LNK: return extract_symlink(x, d, path);
    case TYPE_CHR: x->devices++; return false;
    default: extract_complain(x, "%s has the mode %o: left out", path, d->mode); return false;
    }
}

static void extract_entry(struct extraction *x, const char *dir, const struct entry *e)
{
    const struct disk_inode *d = table_find(&x->table, e->ino);
    char *path = malloc(strlen(dir) + strlen(e->name) + 2);
    assert(path != NULL);
    sprintf(path, "%s/%s", dir, e->name);
    if (d == NULL) {
        extract_complain(x, "%s leads to inode %lu, which is free: left out", path, e->ino);
        free(path);
        return;
    }
    char **made = &x->made[table_place(&x->table, e->ino)];
    if (*made != NULL)
        make_other_name(x, d, *made, path);
    else if (make_first(x, e->ino, d, path))
        *made = path;
    x->files += *made == path && MODE_TYPE(d->mode) != TYPE_DIR;
    if (*made != path)
        free(path);
}

static void extract_folder(struct extraction *x, uint64 number)
{
    struct names l = { .x = x, .path = x->made[table_place(&x->table, number)] };
    struct image_walk w = { .page = take_names, .trouble = dir_trouble, .once = true, .arg = &l };
    image_walk(&x->img, &w, &table_find(&x->table, number)->data);
    for (uint64 i = 0; i < l.n; i++) {
        extract_entry(x, l.path, &l.list[i]);
        free(l.list[i].name);
    }
    free(l.list);
}

// The last thing that is done to a folder: files that are made in it change its time.
static void finish_folder(struct extraction *x, uint64 number)
{
    const struct disk_inode *d = table_find(&x->table, number);
    const char *path = x->made[table_place(&x->table, number)];
    struct timespec t = { (time_t)(d->mtime_ns / 1000000000), (long)(d->mtime_ns % 1000000000) };
    struct timespec times[2] = { t, t };
    if (fchmodat(x->top, path, d->mode & PERMISSIONS, 0) != 0 ||
        utimensat(x->top, path, times, 0) != 0)
        extract_complain(x, "%s cannot get its rights and times: %s", path, strerror(errno));
}

// --- the whole --------------------------------------------------------------------------------

static void table_trouble(struct image_walk *w, const struct blkptr *p, const char *why)
{
    extract_complain(w->arg, "the inode table: %s: files are missing", why);
}

static void prepare(struct extraction *x, const struct disk_tree *tree)
{
    table_load(&x->img, &x->table, tree, table_trouble, x);
    uint64 n = x->table.npages * INODES_PER_BLOCK;
    x->made = calloc(n + 1, sizeof *x->made);
    x->folders = calloc(n + 1, sizeof *x->folders);
    assert(x->made != NULL && x->folders != NULL);
}

static void extract_all(struct extraction *x)
{
    const struct disk_inode *root = table_find(&x->table, FS_ROOT_INO);
    if (root == NULL || MODE_TYPE(root->mode) != TYPE_DIR) {
        extract_complain(x, "there is no root directory");
        return;
    }
    x->made[table_place(&x->table, FS_ROOT_INO)] = strdup(".");
    x->folders[x->nfolders++] = FS_ROOT_INO;
    for (uint64 i = 0; i < x->nfolders; i++)
        extract_folder(x, x->folders[i]);
    for (uint64 i = x->nfolders; i-- > 0;)
        finish_folder(x, x->folders[i]);
}

static void clean_up(struct extraction *x)
{
    for (uint64 i = 0; i < x->table.npages * INODES_PER_BLOCK; i++)
        free(x->made[i]);
    free(x->made);
    free(x->folders);
    table_free(&x->table);
    image_close(&x->img);
    close(x->top);
}

int extract_image(const struct options *o)
{
    struct host_file file;
    struct extraction x = { .files = 0 };
    const char *folder = o->args[0];
    open_image(o, &file, &x.img);
    struct disk_tree tree = chosen_inodes(o, &x.img);
    if (mkdir(folder, 0777) != 0)
        fail("%s cannot be made (%s): name a folder that is not there yet", folder,
             strerror(errno));
    x.top = open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    if (x.top < 0)
        fail("%s cannot be opened: %s", folder, strerror(errno));
    prepare(&x, &tree);
    extract_all(&x);
    printf("%s: %lu files, %lu folders", folder, x.files, x.nfolders);
    printf(x.devices > 0 ? "; %lu devices are left out\n" : "\n", x.devices);
    if (x.errors > 0)
        printf("%s: %lu error%s\n", o->image, x.errors, x.errors == 1 ? "" : "s");
    clean_up(&x);
    host_file_close(&file);
    return x.errors > 0;
}
