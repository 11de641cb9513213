// Open files: their life.
//
// A file is born with one reference, its creator's, and is nothing yet: whoever opens has it before
// he does what cannot be undone, and says then what it is.  The reference usually goes into a
// descriptor table.  fork, dup and every system call in progress add one.  The last put calls
// ops->release.
//
// The number of open files is kept by an atomic counter: an opener counts itself first and gives up
// if that made too many.

#include "proc/file.h"
#include "abi.h"
#include "errno.h"
#include "fcntl.h"
#include "lib/string.h"
#include "mem/slab.h"
#include "proc/epoll.h"
#include "riscv/addr.h"

static struct obj_cache file_cache = OBJ_CACHE_INIT(file_cache, "file", sizeof(struct file));
static uint32 open_files; // atomic

int file_alloc(struct file **out)
{
    bool many = __atomic_add_fetch(&open_files, 1, __ATOMIC_RELAXED) > NFILE;
    struct file *f = many ? NULL : obj_alloc(&file_cache);
    if (!f) {
        __atomic_sub_fetch(&open_files, 1, __ATOMIC_RELAXED);
        return many ? -ENFILE : -ENOMEM;
    }
    f->ops = NULL;
    f->watched = false;
    list_init(&f->items);
    f->refs = 1;
    f->offset = 0;
    mutex_init(&f->lock, "file", RANK_FILE);
    *out = f;
    return 0;
}

void file_begin(struct file *f, const struct file_ops *ops, uint32 flags, void *obj)
{
    f->ops = ops;
    f->flags = flags;
    f->obj = obj;
}

void file_get(struct file *f)
{
    __atomic_add_fetch(&f->refs, 1, __ATOMIC_RELAXED);
}

// The release half orders this holder's use of the file before the count; the acquire half makes
// the last one see everybody's.
void file_put(struct file *f)
{
    if (__atomic_sub_fetch(&f->refs, 1, __ATOMIC_ACQ_REL) > 0)
        return;
    if (__atomic_load_n(&f->watched, __ATOMIC_RELAXED))
        epoll_forget(f);
    if (f->ops)
        f->ops->release(f);
    obj_free(&file_cache, f);
    __atomic_sub_fetch(&open_files, 1, __ATOMIC_RELAXED);
}

int file_map(struct file *f, struct area *what)
{
    return f->ops && f->ops->map ? f->ops->map(f, what) : -ENODEV;
}

// => the new offset, or a negative errno; f->lock is held
static int64 new_offset(struct file *f, int64 offset, int whence)
{
    int64 base = 0, sum;
    switch (whence) {
    case SEEK_SET: break;
    case SEEK_CUR: base = (int64)f->offset; break;
    case SEEK_END: base = (int64)f->ops->size(f); break;
    default: return -EINVAL;
    }
    return __builtin_add_overflow(base, offset, &sum) || sum < 0 ? -EINVAL : sum;
}

static int64 seek_without_offset(struct file *f, int whence)
{
    if (!f->ops->placeless || !f->ops->placeless(f))
        return -ESPIPE;
    return whence >= SEEK_SET && whence <= SEEK_END ? 0 : -EINVAL;
}

int64 file_seek(struct file *f, int64 offset, int whence)
{
    if (!f->ops->size)
        return seek_without_offset(f, whence);
    mutex_lock(&f->lock);
    int64 where = new_offset(f, offset, whence);
    if (where >= 0)
        f->offset = (uint64)where;
    mutex_unlock(&f->lock);
    return where;
}

int file_truncate(struct file *f, uint64 size)
{
    return f->ops->truncate ? f->ops->truncate(f, size) : -EINVAL;
}

int file_sync(struct file *f)
{
    return f->ops->sync ? f->ops->sync(f) : -EINVAL;
}

int64 file_no_transfer(struct file *f, struct user_iter *it, uint64 *pos)
{
    return -EINVAL;
}

int file_nameless_stat(struct file *f, struct linux_stat *out)
{
    memset(out, 0, sizeof *out);
    out->st_mode = 0600;
    out->st_nlink = 1;
    out->st_blksize = PGSIZE;
    return 0;
}
