// Files and folders of the host going into an image (mkfs/make.h).

#define _GNU_SOURCE // SEEK_DATA, tdestroy
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fs/format.h"
#include "mkfs/make.h"
#include "mkfs/mkfs.h"

#define HOST_REGULAR 0100000u // S_IFREG; of directories and links fs.h sets the type itself

static char *join(const char *path, const char *name)
{
    char *both = malloc(strlen(path) + strlen(name) + 2);
    if (both == NULL)
        fail("out of memory");
    sprintf(both, "%s/%s", path, name);
    return both;
}

// --- content -----------------------------------------------------------------------------------

static bool all_zero(const char *bytes, size_t n)
{
    return n == 0 || (bytes[0] == 0 && memcmp(bytes, bytes + 1, n - 1) == 0);
}

static void write_bytes(struct making *m, struct inode *out, const char *path, const char *bytes,
                        uint64 off, size_t n)
{
    int64 done = inode_write(out, bytes, off, n);
    if (done != (int64)n)
        fail_to_add(m, path, done < 0 ? done : -ENOSPC);
    show_progress(m, n);
}

// Pages of zeros become holes, where a volume can have holes.
static void write_piece(struct making *m, struct inode *out, const char *path, const char *bytes,
                        uint64 off, size_t n)
{
    if (m->classic) {
        write_bytes(m, out, path, bytes, off, n);
        return;
    }
    for (size_t at = 0; at < n; at += FS_BLOCK) {
        size_t len = n - at < FS_BLOCK ? n - at : FS_BLOCK;
        if (!all_zero(bytes + at, len))
            write_bytes(m, out, path, bytes + at, off + at, len);
    }
}

// => where the next bytes are that the host keeps, at the beginning of a page; -1: nowhere
static off_t next_data(const struct making *m, int fd, off_t off)
{
    if (m->classic)
        return off;
    off_t data = lseek(fd, off, SEEK_DATA);
    if (data < 0)
        return errno == ENXIO ? -1 : off;
    return data - data % FS_BLOCK;
}

// As much as there is, up to the size of the buffer: a shorter piece would put the pages behind it
// askew.
static size_t read_piece(int fd, const char *path, char *buf, size_t size, off_t off)
{
    size_t have = 0;
    ssize_t n;
    while (have < size && (n = pread(fd, buf + have, size - have, off + (off_t)have)) != 0) {
        if (n < 0)
            fail("%s cannot be read: %s", path, strerror(errno));
        have += (size_t)n;
    }
    return have;
}

static void copy_content(struct making *m, int fd, const char *path, struct inode *out)
{
    static char buf[16 * FS_BLOCK];
    off_t off = 0;
    while ((off = next_data(m, fd, off)) >= 0) {
        size_t n = read_piece(fd, path, buf, sizeof buf, off);
        if (n == 0)
            break;
        write_piece(m, out, path, buf, (uint64)off, n);
        off += (off_t)n;
    }
}

static void fill_file(struct making *m, int fd, const char *path, struct inode *out)
{
    struct stat st;
    copy_content(m, fd, path, out);
    if (fstat(fd, &st) != 0)
        fail("%s cannot be looked at: %s", path, strerror(errno));
    int err = m->classic ? 0 : inode_truncate(out, (uint64)st.st_size);
    if (err)
        fail_to_add(m, path, err);
}

void add_file(struct making *m, struct inode *dir, const char *path, const char *name, uint32 bits)
{
    struct inode *ino;
    int fd = open(path, O_RDONLY);
    if (fd < 0)
        fail("%s cannot be opened (%s): name files that can be read", path, strerror(errno));
    int err = path_open(dir, name, true, true, HOST_REGULAR | bits, 0, &ino);
    if (err)
        fail_to_add(m, path, err);
    fill_file(m, fd, path, ino);
    inode_put(ino);
    close(fd);
    m->files++;
}

// --- files with several names ------------------------------------------------------------------

struct link {
    dev_t dev;
    ino_t ino;
    char *inside; // its first path in the image
};

static int compare_links(const void *a, const void *b)
{
    const struct link *x = a, *y = b;
    if (x->dev != y->dev)
        return x->dev < y->dev ? -1 : 1;
    return x->ino == y->ino ? 0 : x->ino < y->ino ? -1 : 1;
}

// => the path in the image of the same file, or NULL: this is its first name, and is noted
static const char *other_name(struct making *m, const struct stat *st, const char *inside)
{
    struct link *new = malloc(sizeof *new);
    if (new == NULL)
        fail("out of memory");
    *new = (struct link){ st->st_dev, st->st_ino, NULL };
    struct link **found = tsearch(new, &m->links, compare_links);
    if (found == NULL)
        fail("out of memory");
    if (*found != new) {
        free(new);
        return (*found)->inside;
    }
    new->inside = strdup(inside);
    if (new->inside == NULL)
        fail("out of memory");
    return NULL;
}

static void free_link(void *node)
{
    struct link *l = node;
    free(l->inside);
    free(l);
}

void forget_links(struct making *m)
{
    tdestroy(m->links, free_link);
}

// --- folders -----------------------------------------------------------------------------------

// What is being added: under a name in a directory, by paths on both sides.
struct item {
    struct inode *dir;
    const char *path, *inside, *name;
    struct stat st;
};

static void add_regular(struct making *m, const struct item *e)
{
    if (e->st.st_dev == m->draft_dev && e->st.st_ino == m->draft_ino)
        fail("the image would go into itself: put it outside of the folders it is made from");
    const char *other = e->st.st_nlink > 1 ? other_name(m, &e->st, e->inside) : NULL;
    int err = 0;
    if (other == NULL)
        add_file(m, e->dir, e->path, e->name, e->st.st_mode & 07777);
    else
        err = path_link(m->root, other, e->dir, e->name);
    if (err)
        fail_to_add(m, e->path, err);
}

static void add_directory(struct making *m, const struct item *e)
{
    struct inode *made = NULL;
    int err = path_mkdir(e->dir, e->name, e->st.st_mode & 07777);
    if (!err)
        err = path_lookup(e->dir, e->name, &made);
    if (err)
        fail_to_add(m, e->path, err);
    add_folder(m, made, e->path, e->inside);
    inode_put(made);
}

static void add_entry(struct making *m, struct item *e)
{
    if (lstat(e->path, &e->st) != 0)
        fail("%s cannot be looked at: %s", e->path, strerror(errno));
    if (S_ISREG(e->st.st_mode))
        add_regular(m, e);
    else if (S_ISDIR(e->st.st_mode))
        add_directory(m, e);
    else if (S_ISLNK(e->st.st_mode))
        fail("%s is a symbolic link, which Kine does not have: leave it out", e->path);
    else
        fail("%s is neither a file nor a folder: leave it out", e->path);
}

static int not_dots(const struct dirent *e)
{
    return strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0;
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

void add_folder(struct making *m, struct inode *dir, const char *path, const char *inside)
{
    struct dirent **found;
    int n = scandir(path, &found, not_dots, by_bytes);
    if (n < 0)
        fail("%s cannot be read (%s): name folders that can be read", path, strerror(errno));
    for (int i = 0; i < n; i++) {
        struct item e = { .dir = dir, .name = found[i]->d_name };
        char *outer = join(path, e.name), *inner = join(inside, e.name);
        e.path = outer;
        e.inside = inner;
        add_entry(m, &e);
        free(outer);
        free(inner);
        free(found[i]);
    }
    free(found);
}
