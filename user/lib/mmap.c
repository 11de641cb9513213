// Maps of files and of memory: a file of its own, for programs that have functions of these names.
#include "user/kine.h"
#include "kernel/syscall.h"
#include "user/user.h"

void *mmap(void *addr, unsigned long len, int prot, int flags, int fd, long offset)
{
    return (void *)syscall_errno(syscall(SYS_mmap, addr, len, prot, flags, fd, offset));
}

int munmap(void *addr, unsigned long len)
{
    return (int)syscall_errno(syscall(SYS_munmap, addr, len));
}
