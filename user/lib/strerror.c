#include "user/kine.h"

static const struct {
    int error;
    const char *text;
} texts[] = {
    { EPERM, "not permitted" },
    { ENOENT, "no such file or directory" },
    { ESRCH, "no such process" },
    { EINTR, "interrupted" },
    { EIO, "input or output error" },
    { ENXIO, "no such device" },
    { E2BIG, "argument list too long" },
    { ENOEXEC, "not a program" },
    { EBADF, "bad file descriptor" },
    { ECHILD, "no children" },
    { EAGAIN, "limit reached, try again" },
    { ENOMEM, "out of memory" },
    { EACCES, "permission denied" },
    { EFAULT, "bad address" },
    { EBUSY, "in use" },
    { EEXIST, "exists already" },
    { EXDEV, "on another volume" },
    { ENODEV, "no such device" },
    { ENOTDIR, "not a directory" },
    { EISDIR, "is a directory" },
    { EINVAL, "bad argument" },
    { ENFILE, "too many open files in the system" },
    { EMFILE, "too many open files" },
    { ETXTBSY, "a program runs from it" },
    { EFBIG, "file too large" },
    { ENOSPC, "no space left on the disk" },
    { ESPIPE, "cannot seek here" },
    { EROFS, "read-only file system" },
    { EMLINK, "too many links" },
    { EPIPE, "broken pipe" },
    { ENAMETOOLONG, "name too long" },
    { ENOSYS, "no such system call" },
    { ENOTEMPTY, "directory not empty" },
    { ELOOP, "too many symbolic links" },
};

const char *strerror(int error)
{
    for (uint i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (texts[i].error == error)
            return texts[i].text;
    return "unknown error";
}
