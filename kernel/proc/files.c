// Descriptor tables.
//
// A table is shared by the processes that clone() lets share it, so all of it is under its lock;
// references to files are dropped outside, because the last one may sleep.
//
// Invariants
//   D1  every fd[i] that is not NULL holds one reference
//   D2  fd[i] is NULL for i >= top, and so is bit i of cloexec for every fd[i] that is NULL
//   D3  fd[i] is NULL for every bit i of reserved

#include "proc/file.h"
#include "errno.h"
#include "lib/string.h"
#include "mem/slab.h"

static struct obj_cache files_cache = OBJ_CACHE_INIT(files_cache, "files", sizeof(struct files));

struct files *files_new(void)
{
    struct files *fs = obj_alloc_zeroed(&files_cache);
    if (!fs)
        return NULL;
    spin_init(&fs->lock, "files", RANK_FILES);
    fs->refs = 1;
    return fs;
}

struct files *files_copy(struct files *old)
{
    struct files *fs = files_new();
    if (!fs)
        return NULL;
    spin_lock(&old->lock);
    for (int i = 0; i < old->top; i++) {
        fs->fd[i] = old->fd[i];
        if (fs->fd[i])
            file_get(fs->fd[i]);
    }
    fs->top = old->top;
    fs->cloexec = old->cloexec;
    spin_unlock(&old->lock);
    return fs;
}

struct files *files_own(struct files *fs)
{
    if (__atomic_load_n(&fs->refs, __ATOMIC_ACQUIRE) > 1)
        return files_copy(fs);
    files_get_table(fs);
    return fs;
}

void files_get_table(struct files *fs)
{
    __atomic_add_fetch(&fs->refs, 1, __ATOMIC_RELAXED);
}

void files_put(struct files *fs)
{
    if (__atomic_sub_fetch(&fs->refs, 1, __ATOMIC_ACQ_REL) > 0)
        return;
    for (int i = 0; i < fs->top; i++)
        if (fs->fd[i])
            file_put(fs->fd[i]);
    obj_free(&files_cache, fs);
}

// Takes the file out of its place.  => its reference, NULL if there was none; lock is held
static struct file *take_out(struct files *fs, int fd)
{
    struct file *f = fs->fd[fd];
    fs->fd[fd] = NULL;
    fs->cloexec &= ~(1UL << fd);
    while (fs->top > 0 && !fs->fd[fs->top - 1])
        fs->top--;
    return f;
}

static bool is_reserved(const struct files *fs, int fd)
{
    return fs->reserved >> fd & 1;
}

// => fd is free; lock is held
static void put_in(struct files *fs, int fd, struct file *f, bool cloexec)
{
    fs->fd[fd] = f;
    if (cloexec)
        fs->cloexec |= 1UL << fd;
    if (fd >= fs->top)
        fs->top = fd + 1;
}

// => the lowest free descriptor from `from` on; NOFILE if all are taken; lock is held
static int lowest_free(const struct files *fs, int from)
{
    int fd = from;
    while (fd < NOFILE && (fs->fd[fd] || is_reserved(fs, fd)))
        fd++;
    return fd;
}

int files_reserve(struct files *fs, int from)
{
    spin_lock(&fs->lock);
    int fd = lowest_free(fs, from);
    if (fd < NOFILE)
        fs->reserved |= 1UL << fd;
    spin_unlock(&fs->lock);
    return fd < NOFILE ? fd : -EMFILE;
}

void files_fill(struct files *fs, int fd, struct file *f, bool cloexec)
{
    spin_lock(&fs->lock);
    fs->reserved &= ~(1UL << fd);
    put_in(fs, fd, f, cloexec);
    spin_unlock(&fs->lock);
}

void files_let_go(struct files *fs, int fd)
{
    spin_lock(&fs->lock);
    fs->reserved &= ~(1UL << fd);
    spin_unlock(&fs->lock);
}

void files_close_on_exec(struct files *fs)
{
    for (int i = 0; i < NOFILE && fs->cloexec; i++) {
        spin_lock(&fs->lock);
        struct file *f = fs->cloexec >> i & 1 ? take_out(fs, i) : NULL;
        spin_unlock(&fs->lock);
        if (f)
            file_put(f);
    }
}

int files_install(struct files *fs, struct file *f, int from, bool cloexec)
{
    spin_lock(&fs->lock);
    int fd = lowest_free(fs, from);
    if (fd < NOFILE)
        put_in(fs, fd, f, cloexec);
    spin_unlock(&fs->lock);
    if (fd < NOFILE)
        return fd;
    file_put(f);
    return -EMFILE;
}

struct file *files_get(struct files *fs, int fd)
{
    if ((uint32)fd >= NOFILE)
        return NULL;
    spin_lock(&fs->lock);
    struct file *f = fs->fd[fd];
    if (f)
        file_get(f);
    spin_unlock(&fs->lock);
    return f;
}

int files_close(struct files *fs, int fd)
{
    if ((uint32)fd >= NOFILE)
        return -EBADF;
    spin_lock(&fs->lock);
    struct file *f = take_out(fs, fd);
    spin_unlock(&fs->lock);
    if (!f)
        return -EBADF;
    file_put(f);
    return 0;
}

int files_dup3(struct files *fs, int from, int to, bool cloexec)
{
    if (from == to)
        return -EINVAL;
    if ((uint32)to >= NOFILE)
        return -EBADF;
    struct file *f = files_get(fs, from);
    if (!f)
        return -EBADF;
    spin_lock(&fs->lock);
    bool busy = is_reserved(fs, to);
    struct file *unused = f;
    if (!busy) {
        unused = take_out(fs, to);
        put_in(fs, to, f, cloexec);
    }
    spin_unlock(&fs->lock);
    if (unused)
        file_put(unused);
    return busy ? -EBUSY : to;
}

int files_get_cloexec(struct files *fs, int fd)
{
    int result = -EBADF;
    spin_lock(&fs->lock);
    if ((uint32)fd < NOFILE && fs->fd[fd])
        result = fs->cloexec >> fd & 1;
    spin_unlock(&fs->lock);
    return result;
}

int files_set_cloexec(struct files *fs, int fd, bool cloexec)
{
    int result = -EBADF;
    spin_lock(&fs->lock);
    if ((uint32)fd < NOFILE && fs->fd[fd]) {
        fs->cloexec = (fs->cloexec & ~(1UL << fd)) | (uint64)cloexec << fd;
        result = 0;
    }
    spin_unlock(&fs->lock);
    return result;
}
