// Files, in the classic form.
#include "kernel/fcntl.h"
#include "kernel/stat.h"
#include "kernel/syscall.h"
#include "user/kine.h"
#include "user/user.h"

#define FILE_MODE 0666 // less the umask
#define DIR_MODE  0777

static int result(long r)
{
    return (int)syscall_errno(r);
}

int pipe(int fds[2])
{
    return result(syscall(SYS_pipe2, fds, 0));
}

int write(int fd, const void *buf, int n)
{
    return result(syscall(SYS_write, fd, buf, (long)n));
}

int read(int fd, void *buf, int n)
{
    return result(syscall(SYS_read, fd, buf, (long)n));
}

int close(int fd)
{
    return result(syscall(SYS_close, fd));
}

int open(const char *path, int flags)
{
    return open_mode(path, flags, FILE_MODE);
}

int open_mode(const char *path, int flags, uint mode)
{
    return result(syscall(SYS_openat, AT_FDCWD, path, flags, mode));
}

int mknod(const char *path, short major, short minor)
{
    return result(syscall(SYS_mknodat, AT_FDCWD, path, S_IFCHR | FILE_MODE, MAKEDEV(major, minor)));
}

int unlink(const char *path)
{
    long r = syscall(SYS_unlinkat, AT_FDCWD, path, 0);
    if (r == -EISDIR || r == -EPERM)
        return rmdir(path);
    return result(r);
}

int rmdir(const char *path)
{
    return result(syscall(SYS_unlinkat, AT_FDCWD, path, AT_REMOVEDIR));
}

int link(const char *old, const char *fresh)
{
    return result(syscall(SYS_linkat, AT_FDCWD, old, AT_FDCWD, fresh, 0));
}

int rename(const char *old, const char *fresh)
{
    return result(syscall(SYS_renameat2, AT_FDCWD, old, AT_FDCWD, fresh, 0));
}

int symlink(const char *target, const char *path)
{
    return result(syscall(SYS_symlinkat, target, AT_FDCWD, path));
}

int readlink(const char *path, char *buf, int size)
{
    return result(syscall(SYS_readlinkat, AT_FDCWD, path, buf, (long)size));
}

int mkdir(const char *path)
{
    return result(syscall(SYS_mkdirat, AT_FDCWD, path, DIR_MODE));
}

int chdir(const char *path)
{
    return result(syscall(SYS_chdir, path));
}

int dup(int fd)
{
    return result(syscall(SYS_dup, fd));
}

int dup2(int from, int to)
{
    return from == to ? to : result(syscall(SYS_dup3, from, to, 0));
}

int getdents(int fd, void *buf, int size)
{
    return result(syscall(SYS_getdents64, fd, buf, (long)size));
}

long lseek(int fd, long offset, int whence)
{
    return syscall_errno(syscall(SYS_lseek, fd, offset, whence));
}

int ficlone(int to, int from)
{
    return result(syscall(SYS_ioctl, to, FICLONE, from));
}

int ftruncate(int fd, long size)
{
    return result(syscall(SYS_ftruncate, fd, size));
}

int fsync(int fd)
{
    return result(syscall(SYS_fsync, fd));
}

int syncfs(int fd)
{
    return result(syscall(SYS_syncfs, fd));
}

int sync(void)
{
    return result(syscall(SYS_sync));
}

char *getcwd(char *buf, int size)
{
    return result(syscall(SYS_getcwd, buf, (long)size)) < 0 ? 0 : buf;
}
