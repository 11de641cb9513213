// System calls on descriptors: close, dup, fcntl, pipe.

#include "sys/sys_file.h"
#include "errno.h"
#include "fcntl.h"
#include "proc/file.h"
#include "proc/proc.h"
#include "vm/usercopy.h"

static struct files *my_files(void)
{
    return current_proc()->files;
}

int64 sys_close(const uint64 *arg)
{
    return files_close(my_files(), (int)arg[0]);
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

// Gives both ends descriptors.  Takes over the references.  => 0 or -EMFILE with nothing installed
static int install_both(struct file *reader, struct file *writer, bool cloexec, int fd[2])
{
    fd[0] = files_install(my_files(), reader, 0, cloexec);
    if (fd[0] < 0) {
        file_put(writer);
        return fd[0];
    }
    fd[1] = files_install(my_files(), writer, 0, cloexec);
    if (fd[1] < 0) {
        files_close(my_files(), fd[0]);
        return fd[1];
    }
    return 0;
}

int64 sys_pipe2(const uint64 *arg)
{
    struct file *reader, *writer;
    int fd[2];
    if (arg[1] & ~(uint64)(O_CLOEXEC | O_NONBLOCK))
        return -EINVAL;
    int err = pipe_new(&reader, &writer);
    if (err)
        return err;
    reader->flags |= arg[1] & O_NONBLOCK;
    writer->flags |= arg[1] & O_NONBLOCK;
    err = install_both(reader, writer, arg[1] & O_CLOEXEC, fd);
    if (err)
        return err;
    err = copyout(current_proc()->aspace, arg[0], fd, sizeof fd);
    if (err) {
        files_close(my_files(), fd[0]);
        files_close(my_files(), fd[1]);
    }
    return err;
}
