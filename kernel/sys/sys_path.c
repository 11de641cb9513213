// System calls through a path: open, make, link, move, unlink.
//
// There is one user, who may do everything: of the permission bits only what is stored is shown.

#include "sys/sys_file.h"
#include "abi.h"
#include "errno.h"
#include "fcntl.h"
#include "fs/fs.h"
#include "proc/file.h"
#include "proc/fs_context.h"
#include "proc/proc.h"
#include "sys/user_count.h"
#include "sys/user_path.h"
#include "task/hand.h"
#include "task/thread.h"
#include "vm/usercopy.h"

#define MODE_BITS 07777

// The bits that the user asks for, without those that the process never gives.
static uint32 granted(uint64 mode)
{
    return (uint32)mode & MODE_BITS & ~fs_context_umask(current_fs());
}

static uint32 type_of(struct inode *ino)
{
    return inode_mode(ino) & S_IFMT;
}

// --- open -------------------------------------------------------------------------------------

// => 0 if an inode that was found or made may be opened so
static int check_kind(struct inode *ino, uint32 flags)
{
    if ((flags & O_DIRECTORY) && type_of(ino) != S_IFDIR)
        return -ENOTDIR;
    if ((flags & (O_CREAT | O_TRUNC)) && type_of(ino) == S_IFDIR)
        return -EISDIR;
    if (type_of(ino) == S_IFLNK)
        return -ELOOP;
    bool changes = (flags & O_ACCMODE) != O_RDONLY || (flags & O_TRUNC);
    return changes && type_of(ino) == S_IFREG ? inode_changeable(ino) : 0;
}

// Whoever opens for reading only may cut the file too, and writes for that moment.
static int cut_to_nothing(struct inode *ino)
{
    int err = inode_open_to_write(ino);
    if (err)
        return err;
    err = inode_truncate(ino, 0);
    inode_close_to_write(ino);
    return err;
}

// Truncation comes after everything else that can fail.  Takes over the reference to ino.
static int open_inode(struct file *f, struct inode *ino, uint32 flags)
{
    int err = check_kind(ino, flags);
    if (err) {
        inode_put(ino);
        return err;
    }
    err = file_open_inode(f, ino, flags);
    if (err == 0 && (flags & O_TRUNC) && type_of(ino) == S_IFREG)
        err = cut_to_nothing(ino);
    return err;
}

// A file that has just been made is empty: nothing that could fail is done to it any more.
static int open_path(struct file *f, const struct user_path *path, uint32 flags, uint32 mode)
{
    struct path_opening how = { .create = flags & O_CREAT,
                                .exclusive = flags & O_EXCL,
                                .follow = !(flags & O_NOFOLLOW),
                                .mode = S_IFREG | granted(mode) };
    struct inode *ino;
    int err = path_open_file(path->base, path->text, &how, &ino);
    if (err)
        return err;
    return open_inode(f, ino, how.made ? flags & ~(uint32)O_TRUNC : flags);
}

// A descriptor and the room for an open file are had before a file is made: what is refused for
// want of them has made none.
static int64 open_at(const struct user_path *path, uint32 flags, uint32 mode)
{
    struct files *files = current_files();
    struct file *f;
    int fd = files_reserve(files, 0);
    if (fd < 0)
        return fd;
    int err = file_alloc(&f);
    if (!err) {
        err = open_path(f, path, flags, mode);
        if (err)
            file_put(f);
    }
    if (err) {
        files_let_go(files, fd);
        return err;
    }
    files_fill(files, fd, f, flags & O_CLOEXEC);
    return fd;
}

// What is honoured, and what asks for nothing here: there is no controlling terminal, no time of
// the last access, and a file may be of any size.
#define OPEN_FLAGS                                                                                 \
    (O_ACCMODE | O_CREAT | O_EXCL | O_TRUNC | O_APPEND | O_NONBLOCK | O_SYNC | O_DIRECTORY |       \
     O_NOFOLLOW | O_CLOEXEC | O_NOCTTY | O_NOATIME | O_LARGEFILE)

static bool flags_valid(uint32 flags)
{
    return !(flags & ~OPEN_FLAGS) && (flags & O_ACCMODE) != O_ACCMODE &&
           !((flags & O_CREAT) && (flags & O_DIRECTORY));
}

int64 sys_openat(const uint64 *arg)
{
    uint32 flags = (uint32)arg[2];
    if (!flags_valid(flags))
        return -EINVAL;
    struct user_path path;
    int err = user_path_get((int)arg[0], arg[1], &path);
    if (err)
        return err;
    int64 fd = open_at(&path, flags, (uint32)arg[3]);
    user_path_put(&path);
    return fd;
}

// --- names ------------------------------------------------------------------------------------

int64 sys_mkdirat(const uint64 *arg)
{
    struct user_path path;
    int err = user_path_get((int)arg[0], arg[1], &path);
    if (err)
        return err;
    err = path_mkdir(path.base, path.text, granted(arg[2]));
    user_path_put(&path);
    return err;
}

int64 sys_mknodat(const uint64 *arg)
{
    uint32 mode = (uint32)arg[2], type = mode & S_IFMT;
    if (type == 0)
        type = S_IFREG;
    if (type != S_IFREG && type != S_IFCHR)
        return -EPERM;
    struct user_path path;
    int err = user_path_get((int)arg[0], arg[1], &path);
    if (err)
        return err;
    struct inode *ino;
    uint64 rdev = type == S_IFCHR ? (uint32)arg[3] : 0;
    err = path_open(path.base, path.text, true, true, type | granted(mode), rdev, &ino);
    user_path_put(&path);
    if (err == 0)
        inode_put(ino);
    return err;
}

static int unlink_at(const uint64 *arg)
{
    struct user_path path;
    int err = user_path_get((int)arg[0], arg[1], &path);
    if (err)
        return err;
    err = path_unlink(path.base, path.text, arg[2] & AT_REMOVEDIR ? UNLINK_DIR : UNLINK_FILE);
    user_path_put(&path);
    return err;
}

// Who removes files helps: it must be possible when there are no frames.
int64 sys_unlinkat(const uint64 *arg)
{
    if (arg[2] & ~(uint64)AT_REMOVEDIR)
        return -EINVAL;
    int kept = thread_use_kept(KEPT_WORK);
    int err = unlink_at(arg);
    thread_use_kept_end(kept);
    return err;
}

// Two paths: a call on both, with its flags.
typedef int two_paths(const struct user_path *from, const struct user_path *to, uint64 flags);

static int64 with_two_paths(const uint64 *arg, two_paths *call)
{
    struct user_path from, to;
    int err = user_paths_get(arg, &from, &to);
    if (err)
        return err;
    err = call(&from, &to, arg[4]);
    user_path_put(&to);
    user_path_put(&from);
    return err;
}

static int make_link(const struct user_path *from, const struct user_path *to, uint64 flags)
{
    struct inode *ino;
    if (!(flags & AT_SYMLINK_FOLLOW))
        return path_link(from->base, from->text, to->base, to->text);
    int err = path_lookup(from->base, from->text, &ino);
    if (err)
        return err;
    err = inode_link(ino, to->base, to->text);
    inode_put(ino);
    return err;
}

int64 sys_linkat(const uint64 *arg)
{
    return arg[4] & ~(uint64)AT_SYMLINK_FOLLOW ? -EINVAL : with_two_paths(arg, make_link);
}

static int rename_paths(const struct user_path *from, const struct user_path *to, uint64 flags)
{
    return path_rename(from->base, from->text, to->base, to->text, (uint32)flags);
}

int64 sys_renameat2(const uint64 *arg)
{
    return with_two_paths(arg, rename_paths);
}

// --- symbolic links ---------------------------------------------------------------------------

int64 sys_symlinkat(const uint64 *arg)
{
    struct user_path target, path;
    int err = user_path_get(AT_FDCWD, arg[0], &target);
    if (err)
        return err;
    err = user_path_get((int)arg[1], arg[2], &path);
    if (err == 0) {
        err = path_symlink(path.base, target.text, path.text);
        user_path_put(&path);
    }
    user_path_put(&target);
    return err;
}

int64 sys_readlinkat(const uint64 *arg)
{
    struct user_path path;
    size_t size;
    if (user_count(arg[3], PATH_LONGEST, &size) || size == 0)
        return -EINVAL;
    char *text = page_in_hand();
    if (!text)
        return -ENOMEM;
    int64 len = user_path_get((int)arg[0], arg[1], &path);
    if (len == 0) {
        len = path_readlink(path.base, path.text, text, size);
        user_path_put(&path);
    }
    if (len > 0) {
        int err = copyout(current_proc()->aspace, arg[2], text, (size_t)len);
        len = err ? err : len;
    }
    page_from_hand(text);
    return len;
}
