// System calls that work through a descriptor on what is open: read, write and their kin, lseek,
// truncate, sync.
//
// Each uses the file (files_use()) for as long as it lasts, so that a close by a process that
// shares the table does not pull the file away.

#include "sys/sys_file.h"
#include "abi.h"
#include "errno.h"
#include "fcntl.h"
#include "fs/fs.h"
#include "proc/file.h"
#include "proc/fs_context.h"
#include "proc/proc.h"
#include "proc/signal.h"
#include "sys/user_count.h"
#include "vm/usercopy.h"

#define TRANSFER_MAX 0x7ffff000UL // bytes in one call, as in Linux
#define IOV_MAX      1024

enum direction { READING, WRITING };

static inline struct file_use use_fd(uint64 fd)
{
    return files_use(current_files(), (int)fd);
}

static bool open_for(const struct file *f, enum direction dir)
{
    return f && (f->flags & O_ACCMODE) != (dir == READING ? O_WRONLY : O_RDONLY);
}

static int64 transfer(struct file *f, enum direction dir, struct user_iter *it, uint64 *pos)
{
    return dir == READING ? f->ops->read(f, it, pos) : f->ops->write(f, it, pos);
}

// The end of a transfer: a write that nobody will read is a signal too, and one that a signal has cut
// short before it moved anything is made anew.
static inline int64 end_transfer(int64 done, enum direction dir)
{
    if (__builtin_expect(done >= 0, 1))
        return done;
    if (done == -EPIPE && dir == WRITING)
        signal_broken_pipe();
    return done == -EINTR ? -ERESTART : done;
}

// Each of the four calls has its own copy, in which all that does not concern it is left out.
static inline __attribute__((always_inline)) int64 transfer_one(const uint64 *arg,
                                                                enum direction dir, uint64 *pos)
{
    size_t n;
    int err = user_count(arg[2], TRANSFER_MAX, &n);
    if (err)
        return err;
    struct user_iter it = user_iter_one(current_proc()->aspace, arg[1], n);
    struct file_use use = use_fd(arg[0]);
    int64 done = open_for(use.file, dir) ? transfer(use.file, dir, &it, pos) : -EBADF;
    file_use_end(use);
    return end_transfer(done, dir);
}

int64 sys_read(const uint64 *arg)
{
    return transfer_one(arg, READING, NULL);
}

int64 sys_write(const uint64 *arg)
{
    return transfer_one(arg, WRITING, NULL);
}

int64 sys_pread64(const uint64 *arg)
{
    uint64 pos = arg[3];
    return (int64)pos < 0 ? -EINVAL : transfer_one(arg, READING, &pos);
}

int64 sys_pwrite64(const uint64 *arg)
{
    uint64 pos = arg[3];
    return (int64)pos < 0 ? -EINVAL : transfer_one(arg, WRITING, &pos);
}

// Several buffers are one transfer.
static int64 transfer_vector(const uint64 *arg, enum direction dir)
{
    struct user_vector vec;
    struct user_iter it;
    if (arg[2] > IOV_MAX)
        return -EINVAL;
    struct file_use use = use_fd(arg[0]);
    int64 done = open_for(use.file, dir) ? 0 : -EBADF;
    if (done == 0)
        done = user_iter_vector(current_proc()->aspace, arg[1], (uint32)arg[2], TRANSFER_MAX, &vec,
                                &it);
    if (done == 0)
        done = transfer(use.file, dir, &it, NULL);
    file_use_end(use);
    return end_transfer(done, dir);
}

int64 sys_readv(const uint64 *arg)
{
    return transfer_vector(arg, READING);
}

int64 sys_writev(const uint64 *arg)
{
    return transfer_vector(arg, WRITING);
}

// --- what is open -----------------------------------------------------------------------------

int64 sys_lseek(const uint64 *arg)
{
    struct file_use use = use_fd(arg[0]);
    if (!use.file)
        return -EBADF;
    int64 where = file_seek(use.file, (int64)arg[1], (int)arg[2]);
    file_use_end(use);
    return where;
}

// Requests that mean the same for whatever is open.
static int64 set_nonblock(struct file *f, uint64 arg)
{
    int on;
    if (copyin(current_proc()->aspace, &on, arg, sizeof on))
        return -EFAULT;
    if (on)
        __atomic_fetch_or(&f->flags, O_NONBLOCK, __ATOMIC_RELAXED);
    else
        __atomic_fetch_and(&f->flags, ~(uint32)O_NONBLOCK, __ATOMIC_RELAXED);
    return 0;
}

static int64 request(struct file *f, const uint64 *arg)
{
    switch ((uint32)arg[1]) {
    case FICLONE: return sys_ficlone(f, arg[2]);
    case FIONBIO: return set_nonblock(f, arg[2]);
    case FIOCLEX: return files_set_cloexec(current_files(), (int)arg[0], true);
    case FIONCLEX: return files_set_cloexec(current_files(), (int)arg[0], false);
    default: break;
    }
    if (!f->ops->ioctl)
        return -ENOTTY;
    return f->ops->ioctl(f, current_proc()->aspace, (uint32)arg[1], arg[2]);
}

int64 sys_ioctl(const uint64 *arg)
{
    struct file_use use = use_fd(arg[0]);
    if (!use.file)
        return -EBADF;
    int64 result = request(use.file, arg);
    file_use_end(use);
    return result;
}

int64 sys_ftruncate(const uint64 *arg)
{
    size_t size;
    int err = user_count(arg[1], SIZE_MAX, &size);
    if (err)
        return err;
    struct file_use use = use_fd(arg[0]);
    if (!use.file)
        return -EBADF;
    int64 result = open_for(use.file, WRITING) ? file_truncate(use.file, size) : -EINVAL;
    file_use_end(use);
    return result;
}

// Advice changes nothing: what is read on is read ahead in any case.
int64 sys_fadvise64(const uint64 *arg)
{
    struct file_use use = use_fd(arg[0]);
    if (!use.file)
        return -EBADF;
    int err = file_inode(use.file) ? 0 : -ESPIPE;
    file_use_end(use);
    return err ? err : arg[3] > 5 || (int64)arg[2] < 0 ? -EINVAL : 0;
}

// No room is kept for what has not been written: a C library writes zeros instead.
int64 sys_fallocate(const uint64 *arg)
{
    struct file_use use = use_fd(arg[0]);
    if (!use.file)
        return -EBADF;
    file_use_end(use);
    return -EOPNOTSUPP;
}

int64 sys_fsync(const uint64 *arg)
{
    struct file_use use = use_fd(arg[0]);
    if (!use.file)
        return -EBADF;
    int64 result = file_sync(use.file);
    file_use_end(use);
    return result;
}

int64 sys_fdatasync(const uint64 *arg)
{
    return sys_fsync(arg);
}

// There is one volume, and a commit makes all of it durable.  As in Linux there is no result.
int64 sys_sync(const uint64 *arg)
{
    volume_sync(fs_context_volume(current_fs()));
    return 0;
}

int64 sys_syncfs(const uint64 *arg)
{
    struct file_use use = use_fd(arg[0]);
    if (!use.file)
        return -EBADF;
    struct inode *ino = file_inode(use.file);
    int err = ino ? volume_sync(volume_of(ino)) : -EINVAL;
    file_use_end(use);
    return err;
}
