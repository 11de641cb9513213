// Open files and directories of a file system.
//
// Data moves page by page, once.  A read has the file's page first, then copies from it to the
// user; a write pins a span of the user's memory (vm/usercopy.h), then copies from it to the file's
// page.  So the address space is locked for the copy at the most, and never while anything waits
// for the disk. A transfer that fails after some bytes gives their number; the error shows at the
// next call.
//
// Locking: as proc/offset.h has it for offsets.  Whoever writes keeps other writers of the inode out
// until all is written, so that what one call writes or appends is in one piece.

#include "abi.h"
#include "errno.h"
#include "fcntl.h"
#include "fs/fs.h"
#include "lib/string.h"
#include "param.h"
#include "proc/file.h"
#include "proc/inode_file_priv.h"
#include "proc/offset.h"
#include "riscv.h"
#include "vm/area.h"
#include "vm/usercopy.h"

#define FS_BLOCK      4096
#define STAT_BLOCK    512 // the unit of st_blocks
#define NS_PER_SECOND 1000000000

static const struct file_ops inode_file_ops;

// Both move what lies within one page of the file and of the user's memory, of the it->left > 0
// bytes that are to come.  => how many, 0 at the end of the file, or a negative errno
static int64 read_some(struct file *f, struct user_iter *to, uint64 *offset)
{
    struct frame *page;
    int64 got = inode_read_page(f->obj, *offset, to->left, &page);
    return got <= 0 ? got : file_page_out(to, page, *offset % PGSIZE, (size_t)got);
}

// With O_APPEND it finds *offset itself.
static int64 write_some(struct file *f, struct user_iter *from, uint64 *offset)
{
    struct user_pin pin;
    int64 done = user_iter_pin(from, &pin);
    if (done)
        return done;
    if (f->flags & O_APPEND)
        done = inode_append(f->obj, pin.kva, pin.len, offset);
    else
        done = inode_write(f->obj, pin.kva, *offset, pin.len);
    user_unpin(&pin);
    if (done > 0)
        user_iter_advance(from, (size_t)done);
    return done;
}

static int64 inode_file_read(struct file *f, struct user_iter *to, uint64 *pos)
{
    return to->left ? file_move(f, to, pos, read_some, true) : 0;
}

static int64 inode_file_write(struct file *f, struct user_iter *from, uint64 *pos)
{
    if (from->left == 0)
        return 0;
    inode_write_begin(f->obj);
    int64 done = file_move(f, from, pos, write_some, false);
    inode_write_end(f->obj);
    int err = done > 0 && (f->flags & O_DSYNC) ? inode_sync(f->obj) : 0;
    return err ? err : done;
}

static struct timespec timespec_of(uint64 ns)
{
    return (struct timespec){ (int64)(ns / NS_PER_SECOND), (int64)(ns % NS_PER_SECOND) };
}

void inode_stat(struct inode *ino, struct linux_stat *out)
{
    struct inode_info info;
    inode_info(ino, &info);
    memset(out, 0, sizeof *out);
    out->st_dev = ROOTDEV + info.snapshot;
    out->st_ino = info.ino;
    out->st_mode = info.mode;
    out->st_nlink = info.nlink;
    out->st_rdev = info.rdev;
    out->st_size = (int64)info.size;
    out->st_blksize = FS_BLOCK;
    out->st_blocks = (int64)(info.blocks * (FS_BLOCK / STAT_BLOCK));
    out->st_mtim = timespec_of(info.mtime_ns);
    out->st_ctim = timespec_of(info.ctime_ns);
    out->st_atim = out->st_mtim; // reads leave no trace
}

int inode_file_stat(struct file *f, struct linux_stat *out)
{
    inode_stat(f->obj, out);
    return 0;
}

void inode_file_release(struct file *f)
{
    inode_put(f->obj);
}

// => is it a file's content that is written to through something opened with these flags?
static bool to_write(const struct file_ops *ops, uint32 flags)
{
    return ops == &inode_file_ops && (flags & O_ACCMODE) != O_RDONLY;
}

static void release(struct file *f)
{
    if (to_write(f->ops, f->flags))
        inode_close_to_write(f->obj);
    inode_put(f->obj);
}

static int map_inode(struct file *f, struct area *what)
{
    struct inode *ino = f->obj;
    if ((inode_mode(ino) & S_IFMT) != S_IFREG)
        return -ENODEV;
    inode_get(ino);
    what->object = inode_object(ino);
    what->live = true;
    return 0;
}

static uint64 inode_file_size(struct file *f)
{
    struct inode_info info;
    inode_info(f->obj, &info);
    return info.size;
}

static int truncate_inode(struct file *f, uint64 size)
{
    struct inode *ino = f->obj;
    return (inode_mode(ino) & S_IFMT) == S_IFREG ? inode_truncate(ino, size) : -EINVAL;
}

int inode_file_sync(struct file *f)
{
    return inode_sync(f->obj);
}

static const struct file_ops inode_file_ops = {
    .map = map_inode,
    .size = inode_file_size,
    .truncate = truncate_inode,
    .sync = inode_file_sync,
    .read = inode_file_read,
    .write = inode_file_write,
    .stat = inode_file_stat,
    .release = release,
};

struct inode *file_inode(struct file *f)
{
    return f->ops == &inode_file_ops || f->ops == &device_file_ops ? f->obj : NULL;
}

// => the operations for an inode; *err: why it cannot be opened so, or 0
static const struct file_ops *ops_for(struct inode *ino, uint32 flags, int *err)
{
    switch (inode_mode(ino) & S_IFMT) {
    case S_IFREG: return &inode_file_ops;
    case S_IFDIR: *err = flags & O_ACCMODE ? -EISDIR : 0; return &inode_file_ops;
    case S_IFCHR: *err = device_exists(ino) ? 0 : -ENXIO; return &device_file_ops;
    default: *err = -ENXIO; return NULL;
    }
}

#define FLAGS_KEPT (O_ACCMODE | O_APPEND | O_NONBLOCK | O_SYNC)

int file_open_inode(struct file *f, struct inode *ino, uint32 flags)
{
    int err = 0;
    const struct file_ops *ops = ops_for(ino, flags, &err);
    if (!err && to_write(ops, flags))
        err = inode_open_to_write(ino);
    if (err)
        inode_put(ino);
    else
        file_begin(f, ops, flags & FLAGS_KEPT, ino);
    return err;
}
