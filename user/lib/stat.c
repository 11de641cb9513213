// File status: from Linux's structure to the classic one.
#include "kernel/fcntl.h"
#include "kernel/stat.h"
#include "kernel/syscall.h"
#include "user/kine.h"
#include "user/lib/lib.h"
#include "user/user.h"

static short classic_type(uint mode)
{
    switch (mode & S_IFMT) {
    case S_IFDIR: return T_DIR;
    case S_IFCHR:
    case S_IFIFO: return T_DEVICE;
    case S_IFLNK: return T_LINK;
    default: return T_FILE;
    }
}

static int convert(long r, const struct linux_stat *from, struct stat *out)
{
    if (r >= 0 && !can_store(out, sizeof *out))
        r = -EFAULT;
    if (r < 0)
        return (int)syscall_errno(r);
    out->dev = (int)from->st_dev;
    out->ino = (uint)from->st_ino;
    out->type = classic_type(from->st_mode);
    out->nlink = (short)from->st_nlink;
    out->size = (uint64)from->st_size;
    return 0;
}

int fstat(int fd, struct stat *out)
{
    struct linux_stat st;
    return convert(syscall(SYS_fstat, fd, &st), &st, out);
}

int status_of(const char *path, struct linux_stat *out, int flags)
{
    return (int)syscall_errno(syscall(SYS_newfstatat, AT_FDCWD, path, out, flags));
}

bool feeds_itself(int in, int out)
{
    struct stat from, to;
    if (fstat(in, &from) < 0 || fstat(out, &to) < 0 || from.type != T_FILE)
        return false;
    return from.dev == to.dev && from.ino == to.ino && (uint64)lseek(in, 0, SEEK_CUR) < from.size;
}

int chmod(const char *path, uint mode)
{
    return (int)syscall_errno(syscall(SYS_fchmodat, AT_FDCWD, path, mode));
}

uint umask(uint mask)
{
    return (uint)syscall(SYS_umask, mask);
}

int utimens(const char *path, const struct timespec times[2])
{
    return (int)syscall_errno(syscall(SYS_utimensat, AT_FDCWD, path, times, 0));
}

int statfs(const char *path, struct statfs *out)
{
    return (int)syscall_errno(syscall(SYS_statfs, path, out));
}

int stat(const char *path, struct stat *out)
{
    struct linux_stat st;
    return convert(syscall(SYS_newfstatat, AT_FDCWD, path, &st, 0), &st, out);
}
