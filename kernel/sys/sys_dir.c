// System calls on directories: their entries, and the current one.

#include "sys/sys_file.h"
#include "abi.h"
#include "errno.h"
#include "fcntl.h"
#include "fs/fs.h"
#include "lib/string.h"
#include "proc/file.h"
#include "proc/fs_context.h"
#include "proc/proc.h"
#include "sys/user_count.h"
#include "sys/user_path.h"
#include "task/hand.h"
#include "task/thread.h"
#include "vm/usercopy.h"

#define RECORD_ALIGN 8
#define RECORDS_MAX  0x7fffffffUL // bytes in one call

// --- getdents64 -------------------------------------------------------------------------------

static uint8 dirent_type(uint32 mode)
{
    switch (mode & S_IFMT) {
    case S_IFREG: return DT_REG;
    case S_IFDIR: return DT_DIR;
    case S_IFCHR: return DT_CHR;
    case S_IFLNK: return DT_LNK;
    default: return DT_UNKNOWN;
    }
}

static size_t record_length(const struct dir_entry *entry)
{
    size_t n = offsetof(struct linux_dirent64, d_name) + strlen(entry->name) + 1;
    return (n + RECORD_ALIGN - 1) / RECORD_ALIGN * RECORD_ALIGN;
}

// Copies one entry out as a record; `next` is where the following one is.  => 0 or a negative errno
static int put_record(uint64 buf, const struct dir_entry *entry, uint64 next)
{
    union {
        struct linux_dirent64 head;
        char bytes[sizeof(struct linux_dirent64) + NAME_LONGEST + 1 + RECORD_ALIGN];
    } record;
    size_t len = record_length(entry);
    memset(&record, 0, len);
    record.head.d_ino = entry->ino;
    record.head.d_off = (int64)next;
    record.head.d_reclen = (uint16)len;
    record.head.d_type = dirent_type(entry->mode);
    memcpy(record.head.d_name, entry->name, strlen(entry->name));
    return copyout(current_proc()->aspace, buf, &record, len);
}

// Puts as many entries as fit; f->offset moves past those that were put.
// => bytes put, 0 at the end, or a negative errno; f->lock is held
static int64 put_entries(struct file *f, struct inode *dir, uint64 buf, size_t n)
{
    struct dir_entry entry;
    size_t done = 0;
    for (;;) {
        uint64 next = f->offset;
        int got = dir_next(dir, &next, &entry);
        if (got <= 0)
            return done ? (int64)done : got;
        size_t len = record_length(&entry);
        if (len > n - done)
            return done ? (int64)done : -EINVAL;
        int err = put_record(buf + done, &entry, next);
        if (err)
            return done ? (int64)done : err;
        done += len;
        f->offset = next;
        if (thread_breathe_at_rest())
            return (int64)done;
    }
}

int64 sys_getdents64(const uint64 *arg)
{
    size_t n;
    int err = user_count(arg[2], RECORDS_MAX, &n);
    if (err)
        return err;
    struct file_use use = files_use(current_files(), (int)arg[0]);
    if (!use.file)
        return -EBADF;
    struct inode *dir = file_inode(use.file);
    int64 result = -ENOTDIR;
    if (dir && (inode_mode(dir) & S_IFMT) == S_IFDIR) {
        mutex_lock(&use.file->lock);
        result = put_entries(use.file, dir, arg[1], n);
        mutex_unlock(&use.file->lock);
    }
    file_use_end(use);
    return result;
}

// --- the current directory --------------------------------------------------------------------

int64 sys_chdir(const uint64 *arg)
{
    struct user_path path;
    struct inode *dir;
    int err = user_path_get(AT_FDCWD, arg[0], &path);
    if (err)
        return err;
    err = path_lookup(path.base, path.text, &dir);
    user_path_put(&path);
    if (err)
        return err;
    if ((inode_mode(dir) & S_IFMT) != S_IFDIR) {
        inode_put(dir);
        return -ENOTDIR;
    }
    fs_context_chdir(current_fs(), dir);
    return 0;
}

int64 sys_fchdir(const uint64 *arg)
{
    struct file_use use = files_use(current_files(), (int)arg[0]);
    if (!use.file)
        return -EBADF;
    struct inode *dir = file_inode(use.file);
    bool good = dir && (inode_mode(dir) & S_IFMT) == S_IFDIR;
    if (good) {
        inode_get(dir);
        fs_context_chdir(current_fs(), dir);
    }
    file_use_end(use);
    return good ? 0 : -ENOTDIR;
}

int64 sys_getcwd(const uint64 *arg)
{
    struct proc *p = current_proc();
    size_t size;
    int err = user_count(arg[1], PATH_LONGEST, &size);
    if (err)
        return err;
    char *text = page_in_hand();
    if (!text)
        return -ENOMEM;
    struct cwd_use cwd = cwd_use(current_fs());
    int64 len = path_of(cwd.dir, text, size);
    cwd_use_end(cwd);
    if (len > 0) {
        err = copyout(p->aspace, arg[0], text, (size_t)len);
        if (err)
            len = err;
    }
    page_from_hand(text);
    return len;
}
