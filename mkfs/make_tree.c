// Files and folders of the host going into an image (mkfs/make.h).

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fs/format.h"
#include "mkfs/make.h"
#include "mkfs/mkfs.h"
#include "mkfs/source.h"

#define HOST_REGULAR 0100000u // S_IFREG; of directories and links fs.h sets the type itself

static char *join(const char *path, const char *name)
{
    char *both = malloc(strlen(path) + strlen(name) + 2);
    if (both == NULL)
        fail("out of memory");
    sprintf(both, "%s/%s", path, name);
    return both;
}

// --- content ----------------------------------------------------------------------------------

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

static void copy_content(struct making *m, int fd, const char *path, struct inode *out)
{
    static char buf[16 * FS_BLOCK];
    off_t off = 0;
    while ((off = (m->classic ? off : source_next_data(fd, off))) >= 0) {
        size_t n = source_read(fd, path, buf, sizeof buf, off);
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

// --- folders ----------------------------------------------------------------------------------

// What is being added: under a name in a directory, by paths on both sides.
struct item {
    struct inode *dir;
    const char *path, *inside, *name;
    struct stat st;
};

// The time of the last change, as on the host.
static void keep_time(struct making *m, struct inode *ino, const struct item *e)
{
    uint64 ns = (uint64)e->st.st_mtim.tv_sec * 1000000000UL + (uint64)e->st.st_mtim.tv_nsec;
    int err = inode_set_mtime(ino, e->st.st_mtim.tv_sec < 0 ? 0 : ns);
    if (err)
        fail_to_add(m, e->path, err);
}

static void keep_time_of_name(struct making *m, const struct item *e)
{
    struct inode *ino;
    int err = path_lookup_link(e->dir, e->name, &ino);
    if (err)
        fail_to_add(m, e->path, err);
    keep_time(m, ino, e);
    inode_put(ino);
}

static void add_symlink(struct making *m, const struct item *e)
{
    char target[PATH_LONGEST];
    ssize_t n = readlink(e->path, target, sizeof target);
    if (n < 0)
        fail("%s cannot be read: %s", e->path, strerror(errno));
    if ((size_t)n == sizeof target)
        fail("%s leads to a path that is too long for Kine: leave it out", e->path);
    target[n] = '\0';
    int err = path_symlink(e->dir, target, e->name);
    if (err)
        fail_to_add(m, e->path, err);
    keep_time_of_name(m, e);
    m->files++;
}

static void add_regular(struct making *m, const struct item *e)
{
    if (e->st.st_dev == m->draft_dev && e->st.st_ino == m->draft_ino)
        fail("the image would go into itself: put it outside of the folders it is made from");
    const char *other = e->st.st_nlink > 1 ? source_other_name(&e->st, e->inside) : NULL;
    if (other == NULL) {
        add_file(m, e->dir, e->path, e->name, e->st.st_mode & 07777);
        keep_time_of_name(m, e);
        return;
    }
    int err = path_link(m->root, other, e->dir, e->name);
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
    keep_time(m, made, e);
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
        add_symlink(m, e);
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
