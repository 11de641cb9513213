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
#include "proc/proc.h"
#include "vm/usercopy.h"

#define TRANSFER_MAX 0x7ffff000UL // bytes in one call, as in Linux
#define IOV_MAX      1024
#define IOV_CHUNK    16 // of these, copied in at a time

enum direction { READING, WRITING };

static struct file_use use_fd(uint64 fd)
{
    return files_use(current_proc()->files, (int)fd);
}

static bool open_for(const struct file *f, enum direction dir)
{
    return (f->flags & O_ACCMODE) != (dir == READING ? O_WRONLY : O_RDONLY);
}

static int64 transfer(struct file *f, enum direction dir, uint64 buf, uint64 n, uint64 *pos)
{
    struct aspace *as = current_proc()->aspace;
    if (n > TRANSFER_MAX)
        n = TRANSFER_MAX;
    return dir == READING ? f->ops->read(f, as, buf, n, pos) : f->ops->write(f, as, buf, n, pos);
}

static int64 transfer_fd(const uint64 *arg, enum direction dir, uint64 *pos)
{
    struct file_use use = use_fd(arg[0]);
    int64 done = -EBADF;
    if (use.file && open_for(use.file, dir))
        done = transfer(use.file, dir, arg[1], arg[2], pos);
    file_use_end(use);
    return done;
}

int64 sys_read(const uint64 *arg)
{
    return transfer_fd(arg, READING, NULL);
}

int64 sys_write(const uint64 *arg)
{
    return transfer_fd(arg, WRITING, NULL);
}

int64 sys_pread64(const uint64 *arg)
{
    uint64 pos = arg[3];
    return (int64)pos < 0 ? -EINVAL : transfer_fd(arg, READING, &pos);
}

int64 sys_pwrite64(const uint64 *arg)
{
    uint64 pos = arg[3];
    return (int64)pos < 0 ? -EINVAL : transfer_fd(arg, WRITING, &pos);
}

// --- several buffers --------------------------------------------------------------------------

// Fetches up to IOV_CHUNK descriptions of buffers.  => how many, or a negative errno
static int64 fetch_iov(uint64 uaddr, uint64 left, struct iovec iov[IOV_CHUNK])
{
    uint64 n = left < IOV_CHUNK ? left : IOV_CHUNK;
    int err = copyin(current_proc()->aspace, iov, uaddr, n * sizeof *iov);
    return err ? err : (int64)n;
}

// => bytes moved, or a negative errno
static int64 transfer_buffer(struct file *f, enum direction dir, const struct iovec *iov,
                             int64 done)
{
    uint64 room = TRANSFER_MAX - (uint64)done;
    if ((int64)iov->iov_len < 0)
        return -EINVAL;
    return transfer(f, dir, (uint64)iov->iov_base, iov->iov_len < room ? iov->iov_len : room, NULL);
}

// Transfers one buffer after the other and stops at the first that is not done in full.
// => bytes moved, or a negative errno; *full: go on
static int64 transfer_chunk(struct file *f, enum direction dir, const struct iovec *iov, int64 n,
                            int64 done, bool *full)
{
    for (int64 i = 0; i < n && *full; i++) {
        int64 got = transfer_buffer(f, dir, &iov[i], done);
        *full = got >= 0 && (uint64)got == iov[i].iov_len;
        if (got < 0)
            return done ? done : got;
        done += got;
    }
    return done;
}

static int64 transfer_iov(const uint64 *arg, enum direction dir)
{
    struct iovec iov[IOV_CHUNK];
    uint64 uaddr = arg[1], count = arg[2];
    if (count > IOV_MAX)
        return -EINVAL;
    struct file_use use = use_fd(arg[0]);
    int64 done = use.file && open_for(use.file, dir) ? 0 : -EBADF;
    bool full = true;
    for (uint64 i = 0; i < count && full && done >= 0; i += IOV_CHUNK) {
        int64 n = fetch_iov(uaddr + i * sizeof *iov, count - i, iov);
        if (n < 0) {
            done = done ? done : n;
            break;
        }
        done = transfer_chunk(use.file, dir, iov, n, done, &full);
    }
    file_use_end(use);
    return done;
}

int64 sys_readv(const uint64 *arg)
{
    return transfer_iov(arg, READING);
}

int64 sys_writev(const uint64 *arg)
{
    return transfer_iov(arg, WRITING);
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

int64 sys_ioctl(const uint64 *arg)
{
    struct file_use use = use_fd(arg[0]);
    if (!use.file)
        return -EBADF;
    int64 result = -ENOTTY;
    if (arg[1] == FICLONE)
        result = sys_ficlone(use.file, arg[2]);
    else if (use.file->ops->ioctl)
        result = use.file->ops->ioctl(use.file, current_proc()->aspace, (uint32)arg[1], arg[2]);
    file_use_end(use);
    return result;
}

int64 sys_ftruncate(const uint64 *arg)
{
    struct file_use use = use_fd(arg[0]);
    if (!use.file)
        return -EBADF;
    int64 result = -EINVAL;
    struct inode *ino = file_inode(use.file);
    bool regular = ino && (inode_mode(ino) & S_IFMT) == S_IFREG;
    if (regular && open_for(use.file, WRITING) && (int64)arg[1] >= 0)
        result = inode_truncate(ino, arg[1]);
    file_use_end(use);
    return result;
}

int64 sys_fsync(const uint64 *arg)
{
    struct file_use use = use_fd(arg[0]);
    if (!use.file)
        return -EBADF;
    struct inode *ino = file_inode(use.file);
    int64 result = ino ? inode_sync(ino) : -EINVAL;
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
    volume_sync(volume_of(current_proc()->cwd));
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
