// Descriptor tables.
//
// What threads use together is under its lock; references to files are dropped outside, because the
// last one may sleep.
//
// Invariants
//   D1  every fd[i] of a table that is not NULL holds one reference
//   D2  fd[i] is NULL for i >= top, and so is bit i of cloexec for every fd[i] that is NULL
//   D3  fd[i] is NULL for every bit i of reserved
//   D4  a table with more than one reference is not changed
//   D5  a table is shown by one alone while anything is reserved there: what is reserved can be
//       filled without memory

#include "proc/file.h"
#include "errno.h"
#include "lib/string.h"
#include "mem/slab.h"
#include "task/thread.h"

static struct obj_cache files_cache = OBJ_CACHE_INIT(files_cache, "files", sizeof(struct files));
static struct obj_cache tables = OBJ_CACHE_INIT(tables, "fd table", sizeof(struct fd_table));

// --- tables -----------------------------------------------------------------------------------

// => one reference; of: what it is to show too, locked, or NULL
static void copy_table(struct fd_table *t, const struct fd_table *of)
{
    memcpy(t, of, sizeof *t);
    t->refs = 1;
    for (int i = 0; i < t->top; i++)
        if (t->fd[i])
            file_get(t->fd[i]);
}

static void table_put(struct fd_table *t)
{
    if (__atomic_sub_fetch(&t->refs, 1, __ATOMIC_ACQ_REL) > 0)
        return;
    for (int i = 0; i < t->top; i++)
        if (t->fd[i])
            file_put(t->fd[i]);
    obj_free(&tables, t);
}

static bool is_alone(const struct fd_table *t)
{
    return __atomic_load_n(&t->refs, __ATOMIC_ACQUIRE) == 1;
}

// Gives fs, which is locked, a table of its own.  => false: out of memory, and it is not locked
static __attribute__((noinline)) bool own_table(struct files *fs)
{
    struct fd_table *spare, *shared;
    spin_unlock(&fs->lock);
    int before = thread_use_kept(KEPT_WORK); // nobody is kept from closing for so little
    spare = obj_alloc(&tables);
    thread_use_kept_end(before);
    if (!spare)
        return false;
    spin_lock(&fs->lock);
    shared = fs->table;
    copy_table(spare, shared);
    fs->table = spare;
    table_put(shared); // the last reference to no file: the copy has one
    return true;
}

// Locks fs, with a table that nobody else shows.  => false: out of memory, and nothing is locked
static inline bool lock_to_change(struct files *fs)
{
    spin_lock(&fs->lock);
    return is_alone(fs->table) || own_table(fs);
}

// --- who shows them ---------------------------------------------------------------------------

static struct files *new_with(struct fd_table *t)
{
    struct files *fs = obj_alloc(&files_cache);
    if (!fs)
        return NULL;
    spin_init(&fs->lock, "files", RANK_FILES);
    fs->refs = 1;
    fs->reserved = 0;
    fs->table = t;
    return fs;
}

struct files *files_new(void)
{
    struct fd_table *t = obj_alloc_zeroed(&tables);
    struct files *fs = t ? new_with(t) : NULL;
    if (fs)
        t->refs = 1;
    else if (t)
        obj_free(&tables, t);
    return fs;
}

// While another thread is about to fill a descriptor, its table stays its own (D5).
static struct fd_table *copy_at_once(struct files *old)
{
    struct fd_table *t = obj_alloc(&tables);
    if (!t)
        return NULL;
    spin_lock(&old->lock);
    copy_table(t, old->table);
    spin_unlock(&old->lock);
    return t;
}

struct files *files_copy(struct files *old)
{
    struct fd_table *t = NULL;
    spin_lock(&old->lock);
    if (old->reserved == 0) {
        t = old->table;
        __atomic_add_fetch(&t->refs, 1, __ATOMIC_RELAXED);
    }
    spin_unlock(&old->lock);
    if (!t && (t = copy_at_once(old)) == NULL)
        return NULL;
    struct files *fs = new_with(t);
    if (!fs)
        table_put(t);
    return fs;
}

struct files *files_own(struct files *fs)
{
    if (__atomic_load_n(&fs->refs, __ATOMIC_ACQUIRE) > 1)
        fs = files_copy(fs);
    else
        files_get_table(fs);
    if (!fs || !fs->table->cloexec)
        return fs;
    if (lock_to_change(fs)) {
        spin_unlock(&fs->lock);
        return fs;
    }
    files_put(fs);
    return NULL;
}

void files_get_table(struct files *fs)
{
    __atomic_add_fetch(&fs->refs, 1, __ATOMIC_RELAXED);
}

void files_put(struct files *fs)
{
    if (__atomic_sub_fetch(&fs->refs, 1, __ATOMIC_ACQ_REL) > 0)
        return;
    table_put(fs->table);
    obj_free(&files_cache, fs);
}

// --- descriptors ------------------------------------------------------------------------------

// Takes the file out of its place.  => its reference, NULL if there was none; locked to change
static struct file *take_out(struct files *fs, int fd)
{
    struct fd_table *t = fs->table;
    struct file *f = t->fd[fd];
    t->fd[fd] = NULL;
    t->cloexec &= ~(1UL << fd);
    while (t->top > 0 && !t->fd[t->top - 1])
        t->top--;
    return f;
}

static bool is_reserved(const struct files *fs, int fd)
{
    return fs->reserved >> fd & 1;
}

// => fd is free; locked to change
static void put_in(struct files *fs, int fd, struct file *f, bool cloexec)
{
    struct fd_table *t = fs->table;
    t->fd[fd] = f;
    if (cloexec)
        t->cloexec |= 1UL << fd;
    if (fd >= t->top)
        t->top = fd + 1;
}

// => the lowest free descriptor from `from` on; NOFILE if all are taken; lock is held
static int lowest_free(const struct files *fs, int from)
{
    int fd = from;
    while (fd < NOFILE && (fs->table->fd[fd] || is_reserved(fs, fd)))
        fd++;
    return fd;
}

int files_reserve(struct files *fs, int from)
{
    if (!lock_to_change(fs))
        return -ENOMEM;
    int fd = lowest_free(fs, from);
    if (fd < NOFILE)
        fs->reserved |= 1UL << fd;
    spin_unlock(&fs->lock);
    return fd < NOFILE ? fd : -EMFILE;
}

void files_fill(struct files *fs, int fd, struct file *f, bool cloexec)
{
    spin_lock(&fs->lock);
    put_in(fs, fd, f, cloexec);
    fs->reserved &= ~(1UL << fd);
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
    for (int i = 0; i < NOFILE && fs->table->cloexec; i++) {
        spin_lock(&fs->lock);
        struct file *f = fs->table->cloexec >> i & 1 ? take_out(fs, i) : NULL;
        spin_unlock(&fs->lock);
        if (f)
            file_put(f);
    }
}

int files_install(struct files *fs, struct file *f, int from, bool cloexec)
{
    int fd = -ENOMEM;
    if (lock_to_change(fs)) {
        fd = lowest_free(fs, from);
        if (fd < NOFILE)
            put_in(fs, fd, f, cloexec);
        else
            fd = -EMFILE;
        spin_unlock(&fs->lock);
    }
    if (fd < 0)
        file_put(f);
    return fd;
}

struct file *files_get(struct files *fs, int fd)
{
    if ((uint32)fd >= NOFILE)
        return NULL;
    spin_lock(&fs->lock);
    struct file *f = fs->table->fd[fd];
    if (f)
        file_get(f);
    spin_unlock(&fs->lock);
    return f;
}

int files_close(struct files *fs, int fd)
{
    if ((uint32)fd >= NOFILE)
        return -EBADF;
    if (!lock_to_change(fs))
        return -ENOMEM;
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
    if (!lock_to_change(fs)) {
        file_put(f);
        return -ENOMEM;
    }
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
    if ((uint32)fd < NOFILE && fs->table->fd[fd])
        result = fs->table->cloexec >> fd & 1;
    spin_unlock(&fs->lock);
    return result;
}

int files_set_cloexec(struct files *fs, int fd, bool cloexec)
{
    int is = files_get_cloexec(fs, fd);
    if (is < 0 || is == cloexec)
        return is < 0 ? is : 0;
    if (!lock_to_change(fs))
        return -ENOMEM;
    struct fd_table *t = fs->table;
    bool open = t->fd[fd] != NULL;
    if (open)
        t->cloexec = (t->cloexec & ~(1UL << fd)) | (uint64)cloexec << fd;
    spin_unlock(&fs->lock);
    return open ? 0 : -EBADF;
}
