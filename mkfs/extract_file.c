// One file out of an image (mkfs/extract.h).

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/panic.h"
#include "mkfs/extract.h"

static bool cannot(struct extraction *x, const char *path)
{
    extract_complain(x, "%s cannot be written: %s", path, strerror(errno));
    return false;
}

// A file whose pages are being written.
struct writing {
    struct extraction *x;
    const char *path;
    uint64 size;
    int fd;
};

static void trouble(struct image_walk *w, const struct blkptr *p, const char *why)
{
    struct writing *f = w->arg;
    extract_complain(f->x, "%s: %s: left as zeros", f->path, why);
}

static bool write_page(struct image_walk *w, uint64 index, const struct blkptr *p)
{
    struct writing *f = w->arg;
    uint64 off = index * FS_BLOCK;
    if (off >= f->size) {
        extract_complain(f->x, "%s has pages behind its end: left out", f->path);
        return false;
    }
    char *page = malloc(FS_BLOCK);
    assert(page != NULL);
    size_t n = f->size - off < FS_BLOCK ? f->size - off : FS_BLOCK;
    const char *why = image_read(&f->x->img, p, page);
    bool on = true;
    if (why != NULL)
        trouble(w, p, why);
    else if (pwrite(f->fd, page, n, (off_t)off) != (ssize_t)n)
        on = cannot(f->x, f->path);
    free(page);
    return on;
}

static struct timespec time_of(uint64 ns)
{
    return (struct timespec){ .tv_sec = (time_t)(ns / 1000000000), .tv_nsec = ns % 1000000000 };
}

static void times_of(const struct disk_inode *d, struct timespec times[2])
{
    times[0] = times[1] = time_of(d->mtime_ns);
}

bool extract_file(struct extraction *x, const struct disk_inode *d, const char *path)
{
    struct timespec times[2];
    struct writing f = { .x = x, .path = path, .size = d->size };
    struct image_walk w = { .page = write_page, .trouble = trouble, .arg = &f };
    f.fd = openat(x->top, path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0600);
    if (f.fd < 0)
        return cannot(x, path);
    if (d->size > FS_SIZE_MAX || ftruncate(f.fd, (off_t)d->size) != 0)
        extract_complain(x, "%s cannot have %lu bytes: left empty", path, d->size);
    else
        image_walk(&x->img, &w, &d->data);
    times_of(d, times);
    if (fchmod(f.fd, d->mode & PERMISSIONS) != 0 || futimens(f.fd, times) != 0)
        cannot(x, path);
    close(f.fd);
    return true;
}

bool extract_symlink(struct extraction *x, const struct disk_inode *d, const char *path)
{
    struct timespec times[2];
    char *target = malloc(FS_BLOCK);
    assert(target != NULL);
    const char *why = image_read(&x->img, &d->data.root, target);
    if (why == NULL && (d->data.height > 0 || d->size == 0 || d->size >= FS_BLOCK ||
                        memchr(target, 0, d->size) != NULL))
        why = "the link leads nowhere";
    bool made = why == NULL;
    if (made)
        target[d->size] = '\0';
    else
        extract_complain(x, "%s: %s: left out", path, why);
    if (made && symlinkat(target, x->top, path) != 0)
        made = cannot(x, path);
    times_of(d, times);
    if (made && utimensat(x->top, path, times, AT_SYMLINK_NOFOLLOW) != 0)
        cannot(x, path);
    free(target);
    return made;
}
