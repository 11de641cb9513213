// System calls through a path: open, make, link, unlink, stat.
//
// There is one user, who may do everything: of the permission bits only what is stored is shown.

#include "sys/sys_file.h"
#include "abi.h"
#include "errno.h"
#include "fcntl.h"
#include "fs/fs.h"
#include "proc/file.h"
#include "proc/proc.h"
#include "sys/user_path.h"
#include "vm/usercopy.h"

#define MODE_BITS 07777

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
    return 0;
}

// Truncation comes after everything else that can fail.  Takes over the reference to ino.
static int open_inode(struct inode *ino, uint32 flags, struct file **out)
{
    int err = check_kind(ino, flags);
    if (err) {
        inode_put(ino);
        return err;
    }
    err = inode_file(ino, flags, out);
    if (err == 0 && (flags & O_TRUNC) && type_of(ino) == S_IFREG) {
        err = inode_truncate(ino, 0);
        if (err)
            file_put(*out);
    }
    return err;
}

static int open_path(const struct user_path *path, uint32 flags, uint32 mode, struct file **out)
{
    struct inode *ino;
    int err = flags & O_CREAT ? path_open(path->base, path->text, true, flags & O_EXCL,
                                          S_IFREG | (mode & MODE_BITS), 0, &ino)
                              : path_lookup(path->base, path->text, &ino);
    return err ? err : open_inode(ino, flags, out);
}

int64 sys_openat(const uint64 *arg)
{
    uint32 flags = (uint32)arg[2];
    struct files *files = current_proc()->files;
    if ((flags & O_ACCMODE) == O_ACCMODE)
        return -EINVAL;
    if (files_full(files))
        return -EMFILE; // before a file is made for nothing
    struct user_path path;
    int err = user_path_get((int)arg[0], arg[1], &path);
    if (err)
        return err;
    struct file *f;
    err = open_path(&path, flags, (uint32)arg[3], &f);
    user_path_put(&path);
    return err ? err : files_install(files, f, 0, flags & O_CLOEXEC);
}

// --- names ------------------------------------------------------------------------------------

int64 sys_mkdirat(const uint64 *arg)
{
    struct user_path path;
    int err = user_path_get((int)arg[0], arg[1], &path);
    if (err)
        return err;
    err = path_mkdir(path.base, path.text, arg[2] & MODE_BITS);
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
    err = path_open(path.base, path.text, true, true, type | (mode & MODE_BITS), rdev, &ino);
    user_path_put(&path);
    if (err == 0)
        inode_put(ino);
    return err;
}

int64 sys_unlinkat(const uint64 *arg)
{
    if (arg[2] & ~(uint64)AT_REMOVEDIR)
        return -EINVAL;
    struct user_path path;
    int err = user_path_get((int)arg[0], arg[1], &path);
    if (err)
        return err;
    err = path_unlink(path.base, path.text, arg[2] & AT_REMOVEDIR ? UNLINK_DIR : UNLINK_FILE);
    user_path_put(&path);
    return err;
}

int64 sys_linkat(const uint64 *arg)
{
    struct user_path from, to;
    if (arg[4])
        return -EINVAL;
    int err = user_path_get((int)arg[0], arg[1], &from);
    if (err)
        return err;
    err = user_path_get((int)arg[2], arg[3], &to);
    if (err == 0) {
        err = path_link(from.base, from.text, to.base, to.text);
        user_path_put(&to);
    }
    user_path_put(&from);
    return err;
}

// --- questions --------------------------------------------------------------------------------

// The status of what a path names; with AT_EMPTY_PATH and an empty path, of what dirfd is.
static int path_stat(const struct user_path *path, bool may_be_empty, struct linux_stat *out)
{
    if (path->text[0] == '\0' && may_be_empty) {
        if (path->dir)
            return path->dir->ops->stat(path->dir, out);
        inode_stat(path->base, out);
        return 0;
    }
    struct inode *ino;
    int err = path_lookup(path->base, path->text, &ino);
    if (err)
        return err;
    inode_stat(ino, out);
    inode_put(ino);
    return 0;
}

int64 sys_newfstatat(const uint64 *arg)
{
    struct linux_stat st;
    struct user_path path;
    if (arg[3] & ~(uint64)(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
        return -EINVAL;
    int err = user_path_get((int)arg[0], arg[1], &path);
    if (err)
        return err;
    err = path_stat(&path, arg[3] & AT_EMPTY_PATH, &st);
    user_path_put(&path);
    return err ? err : copyout(current_proc()->aspace, arg[2], &st, sizeof st);
}

#define ACCESS_MODES 7 // R_OK, W_OK, X_OK

int64 sys_faccessat(const uint64 *arg)
{
    struct user_path path;
    struct inode *ino;
    if (arg[2] & ~(uint64)ACCESS_MODES)
        return -EINVAL;
    int err = user_path_get((int)arg[0], arg[1], &path);
    if (err)
        return err;
    err = path_lookup(path.base, path.text, &ino);
    user_path_put(&path);
    if (err == 0)
        inode_put(ino);
    return err;
}
