// Open files and descriptor tables.
//
// A struct file is one act of opening: it has an offset, is shared over fork and dup with that
// offset, and is counted.  A struct files is what a thread, and all that clone lets share it
// (CLONE_FILES), have of descriptors; it is counted too.  What it shows is a table that is copied on
// write: fork counts the table, and whoever changes one that others show too has a copy first.
#pragma once

#include "types.h"
#include "lib/list.h"
#include "param.h"
#include "riscv/spinlock.h"
#include "task/mutex.h"

struct file;
struct inode;
struct area;
struct aspace;
struct user_iter;
struct linux_stat;
struct waitq;

// What tells of a change of what a file is ready for.
#define POLL_QUEUES 2
struct poll_news {
    struct waitq *queue[POLL_QUEUES]; // woken then; they live as long as the file; NULL: none
    uint64 when;                      // of clock_ns(): it changes by itself, or WAIT_FOREVER
};

// Registers the audit's walker of pipes.  Once, at boot.
void file_init(void);

// What kind of thing is open.
struct file_ops {
    // One transfer between the file and the user's memory, in however many stretches that lies.  It
    // is whole: bytes of other transfers do not come in between, as far as they go to the same
    // pipe, the same file (writes) or through the same offset.
    // => bytes done, or a negative errno if it failed before the first byte.  pos: NULL to use
    //    and move the file's own offset, else the explicit offset of pread/pwrite (-ESPIPE where
    //    there are no offsets).  The caller has checked that the file is open for this.
    int64 (*read)(struct file *f, struct user_iter *to, uint64 *pos);
    int64 (*write)(struct file *f, struct user_iter *from, uint64 *pos);
    // Buffers are user addresses in `as`.  NULL: no requests (-ENOTTY)
    int64 (*ioctl)(struct file *f, struct aspace *as, uint32 request, uint64 arg);
    int (*stat)(struct file *f, struct linux_stat *out);
    // => what it is ready for: POLLIN, POLLOUT, POLLERR, POLLHUP.  Says in *news, which is empty,
    // what tells of a change.  What others change it looks at under the lock that they wake with.
    // NULL: always ready to be read and written
    uint32 (*poll)(struct file *f, struct poll_news *news);
    // Fills what->object, counted, and what->live, for a map; no object: it is memory of zeros.
    // NULL: it has no pages (-ENODEV)
    int (*map)(struct file *f, struct area *what);
    // Bytes to its end.  NULL: it has no offset (-ESPIPE)
    uint64 (*size)(struct file *f);
    // => is every place as any other, so that an offset is taken and says nothing?  NULL: no
    bool (*placeless)(struct file *f);
    // The file is open for writing.  NULL: it has no length (-EINVAL)
    int (*truncate)(struct file *f, uint64 size);
    // What was written so far is durable then.  NULL: nothing of it is kept (-EINVAL)
    int (*sync)(struct file *f);
    void (*release)(struct file *f); // the last reference is gone
};

struct file {
    const struct file_ops *ops;
    uint32 refs;  // atomic
    uint32 flags; // O_ACCMODE | O_SYNC | O_APPEND | O_NONBLOCK; these two change by fcntl (atomic)
    struct mutex lock; // RANK_FILE: offset
    uint64 offset;     // by lock
    void *obj;         // what the ops are about: an inode, a pipe end
    struct list items; // by epoll's lock: who watches it (proc/epoll.h)
    bool watched;      // atomic: somebody has
};

// A file with one reference that is nothing yet; file_put() gives it back.
// => 0, -ENFILE (NFILE files are open), -ENOMEM.
int file_alloc(struct file **out);
// Says what it is.  From then on file_put() calls ops->release.
void file_begin(struct file *f, const struct file_ops *ops, uint32 flags, void *obj);
void file_get(struct file *f);
void file_put(struct file *f);

// For operations of files that are not on a disk and have no name: -EINVAL; a status with nothing in it.
int64 file_no_transfer(struct file *f, struct user_iter *it, uint64 *pos);
int file_nameless_stat(struct file *f, struct linux_stat *out);

// A pipe with one reader and one writer.  => 0, -ENOMEM, -ENFILE.
int pipe_new(struct file **reader, struct file **writer);
// A file of no bytes that is on no disk, open for reading and writing.  => 0, -ENOMEM, -ENFILE.
int memory_file_new(struct file **out);
// Makes f, which is nothing yet, an open inode (a device's inode opens the device).  Takes over the
// caller's reference to ino, also when it fails; f is then still nothing.
// => 0, -EISDIR (a directory for writing), -ETXTBSY (a program that runs, for writing), -ENXIO.
int file_open_inode(struct file *f, struct inode *ino, uint32 flags);
// The inode behind a file opened by it.  => borrowed; NULL if it is something else.
struct inode *file_inode(struct file *f);
// mmap: what of it the area is to show.  => 0 with what->object counted, -ENODEV
int file_map(struct file *f, struct area *what);
// lseek.  => the offset; -ESPIPE (a pipe or a terminal), -EINVAL.
int64 file_seek(struct file *f, int64 offset, int whence);
// ftruncate of a file that is open for writing.  => 0, -EINVAL, -EFBIG, -ENOSPC, ...
int file_truncate(struct file *f, uint64 size);
// fsync.  => 0, -EINVAL, -EIO
int file_sync(struct file *f);
// Fills Linux's structure from an inode.
void inode_stat(struct inode *ino, struct linux_stat *out);

// Changed only while it has one reference, by the lock of who has that.
struct fd_table {
    uint32 refs;             // atomic: struct files that show it
    int top;                 // no descriptor is open from here on
    uint64 cloexec;          // one bit each
    struct file *fd[NOFILE]; // each holds a reference
};

struct files {
    struct spinlock lock;   // RANK_FILES
    uint32 refs;            // atomic: threads that use it
    uint64 reserved;        // by lock: one bit each, not open, but to be filled by a call
    struct fd_table *table; // by lock; holds a reference
};

struct files *files_new(void);               // => empty, one reference; NULL: no memory
struct files *files_copy(struct files *old); // fork: the same table, until one side changes it
void files_get_table(struct files *fs);      // clone: the same table, counted
// exec: what nobody else uses, the caller's own if it is that, with a reference, and such that
// files_close_on_exec() cannot fail; NULL: no memory.
struct files *files_own(struct files *fs);
void files_put(struct files *fs); // the last one closes them all
void files_close_on_exec(struct files *fs);
// A descriptor that nobody else gets, and that is not open, until it is filled or let go.
// => the lowest free one from `from` on; -EMFILE, -ENOMEM.
int files_reserve(struct files *fs, int from);
void files_fill(struct files *fs, int fd, struct file *f, bool cloexec); // takes over the reference
void files_let_go(struct files *fs, int fd);
// Both, for a file that is open already.
// => a descriptor, the lowest free one from `from` on; -EMFILE, -ENOMEM.  Takes over
//    the reference to f.
int files_install(struct files *fs, struct file *f, int from, bool cloexec);
// => the file with a reference, or NULL.
struct file *files_get(struct files *fs, int fd);
// The file behind a descriptor for the time of one system call of a thread that uses fs.  If nobody
// else does, what it shows cannot change meanwhile, so no reference is needed; but if others show the
// table too, they may use the file, and its count is to say so (proc/offset.h).
// => file NULL: not open; else file_use_end() is due.
struct file_use {
    struct file *file;
    bool counted; // we hold a reference
};
static inline struct file_use files_use(struct files *fs, int fd)
{
    if ((uint32)fd >= NOFILE || __atomic_load_n(&fs->refs, __ATOMIC_ACQUIRE) > 1) {
        struct file *f = files_get(fs, fd);
        return (struct file_use){ f, f != NULL };
    }
    struct file_use use = { fs->table->fd[fd], false };
    if (use.file && __atomic_load_n(&fs->table->refs, __ATOMIC_ACQUIRE) > 1) {
        file_get(use.file);
        use.counted = true;
    }
    return use;
}
static inline void file_use_end(struct file_use use)
{
    if (use.counted)
        file_put(use.file);
}
// Those that change what is shown have -ENOMEM too: for a copy, where frames that are kept do too.
int files_close(struct files *fs, int fd); // 0, -EBADF
// => to; -EBADF, -EINVAL, -EBUSY (another call has reserved it)
int files_dup3(struct files *fs, int from, int to, bool cloexec);
int files_get_cloexec(struct files *fs, int fd);               // => 0, 1, -EBADF
int files_set_cloexec(struct files *fs, int fd, bool cloexec); // => 0, -EBADF
