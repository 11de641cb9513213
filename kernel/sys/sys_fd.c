// System calls on descriptors: close, dup, fcntl, and those that make some for what has no path:
// pipe, memfd_create.

#include "sys/sys_file.h"
#include "errno.h"
#include "fcntl.h"
#include "proc/file.h"
#include "proc/proc.h"
#include "vm/usercopy.h"

static struct files *my_files(void)
{
    return current_files();
}

int64 sys_close(const uint64 *arg)
{
    return files_close(my_files(), (int)arg[0]);
}

int64 sys_close_range(const uint64 *arg) // first, last, flags
{
    uint32 first = (uint32)arg[0], last = (uint32)arg[1];
    if (first > last || arg[2] & ~(uint64)CLOSE_RANGE_CLOEXEC)
        return -EINVAL;
    for (uint32 fd = first; fd <= last && fd < NOFILE; fd++)
        if (arg[2] & CLOSE_RANGE_CLOEXEC)
            files_set_cloexec(my_files(), (int)fd, true);
        else
            files_close(my_files(), (int)fd);
    return 0;
}

// => a copy of the descriptor at the lowest free place from `from` on
static int64 duplicate(uint64 fd, int from, bool cloexec)
{
    struct file *f = files_get(my_files(), (int)fd);
    return f ? files_install(my_files(), f, from, cloexec) : -EBADF;
}

int64 sys_dup(const uint64 *arg)
{
    return duplicate(arg[0], 0, false);
}

int64 sys_dup3(const uint64 *arg)
{
    if (arg[2] & ~(uint64)O_CLOEXEC)
        return -EINVAL;
    return files_dup3(my_files(), (int)arg[0], (int)arg[1], arg[2] & O_CLOEXEC);
}

static int64 duplicate_from(uint64 fd, uint64 from, bool cloexec)
{
    return from < NOFILE ? duplicate(fd, (int)from, cloexec) : -EINVAL;
}

// Flags that can change while the file is open; those that Linux would change too, but that are not
// honoured here; others are left as they are, as in Linux.
#define FLAGS_SETTABLE (O_APPEND | O_NONBLOCK)
#define FLAGS_REFUSED  (O_ASYNC | O_DIRECT)

static int64 change_flags(uint64 fd, bool set, uint32 flags)
{
    if (flags & FLAGS_REFUSED)
        return -EINVAL;
    struct file *f = files_get(my_files(), (int)fd);
    if (!f)
        return -EBADF;
    uint32 old = __atomic_load_n(&f->flags, __ATOMIC_RELAXED);
    if (set)
        __atomic_store_n(&f->flags, (old & ~FLAGS_SETTABLE) | (flags & FLAGS_SETTABLE),
                         __ATOMIC_RELAXED);
    file_put(f);
    return set ? 0 : old;
}

int64 sys_fcntl(const uint64 *arg)
{
    switch ((int)arg[1]) {
    case F_DUPFD: return duplicate_from(arg[0], arg[2], false);
    case F_DUPFD_CLOEXEC: return duplicate_from(arg[0], arg[2], true);
    case F_GETFD: return files_get_cloexec(my_files(), (int)arg[0]);
    case F_SETFD: return files_set_cloexec(my_files(), (int)arg[0], arg[2] & FD_CLOEXEC);
    case F_GETFL: return change_flags(arg[0], false, 0);
    case F_SETFL: return change_flags(arg[0], true, (uint32)arg[2]);
    default: return -EINVAL;
    }
}

// => 0 with two places reserved, or -EMFILE
static int reserve_both(int fd[2])
{
    fd[0] = files_reserve(my_files(), 0);
    if (fd[0] < 0)
        return fd[0];
    fd[1] = files_reserve(my_files(), fd[0] + 1);
    if (fd[1] >= 0)
        return 0;
    files_let_go(my_files(), fd[0]);
    return fd[1];
}

// Opens the pipe at places that are reserved, once the caller knows them.
static int open_pipe(uint64 out, uint32 flags, const int fd[2])
{
    struct file *end[2];
    int err = pipe_new(&end[0], &end[1]);
    if (err)
        return err;
    err = copyout(current_proc()->aspace, out, fd, 2 * sizeof fd[0]);
    for (int i = 0; i < 2; i++) {
        end[i]->flags |= flags & O_NONBLOCK;
        if (err)
            file_put(end[i]);
        else
            files_fill(my_files(), fd[i], end[i], flags & O_CLOEXEC);
    }
    return err;
}

int64 sys_pipe2(const uint64 *arg) // int fd[2], flags
{
    int fd[2];
    if (arg[1] & ~(uint64)(O_CLOEXEC | O_NONBLOCK))
        return -EINVAL;
    int err = reserve_both(fd);
    if (err)
        return err;
    err = open_pipe(arg[0], (uint32)arg[1], fd);
    if (err) {
        files_let_go(my_files(), fd[0]);
        files_let_go(my_files(), fd[1]);
    }
    return err;
}

#define MEMORY_NAME 250 // bytes of a name, NUL included

// The name is for people; it is looked at and forgotten.
int64 sys_memfd_create(const uint64 *arg) // name, flags
{
    char name[MEMORY_NAME];
    struct file *f;
    if (arg[1] & ~(uint64)MFD_CLOEXEC)
        return -EINVAL;
    int64 len = copyinstr(current_proc()->aspace, name, arg[0], sizeof name);
    if (len < 0)
        return len == -ENAMETOOLONG ? -EINVAL : len;
    int err = memory_file_new(&f);
    return err ? err : files_install(my_files(), f, 0, arg[1] & MFD_CLOEXEC);
}
