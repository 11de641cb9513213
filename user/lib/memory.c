// The break, in the classic form.
#include "kernel/riscv.h"
#include "kernel/syscall.h"
#include "kernel/vm.h"
#include "user/kine.h"
#include "user/user.h"

static uint64 brk(uint64 to)
{
    return (uint64)syscall(SYS_brk, to);
}

// Moves the break.  => the old one, or SBRK_ERROR.  A shrink below the heap's start changes nothing.
static char *move_break(int n)
{
    uint64 old = brk(0), want = old + (uint64)(long)n;
    if (n == 0)
        return (char *)old;
    uint64 now = brk(want);
    if (n > 0 && now != want) {
        errno = ENOMEM;
        return SBRK_ERROR;
    }
    return (char *)old;
}

char *sbrklazy(int n)
{
    return move_break(n);
}

// Grow, then populate, then undo if memory does not suffice: so that what is granted never ends in an
// out-of-memory kill.
char *sbrk(int n)
{
    char *old = move_break(n);
    if (n <= 0 || old == SBRK_ERROR)
        return old;
    uint64 first = PGROUNDUP((uint64)old), end = PGROUNDUP((uint64)old + (uint64)n);
    if (first == end)
        return old;
    long r = syscall(SYS_madvise, first, end - first, MADV_POPULATE_WRITE);
    if (r < 0) {
        brk((uint64)old);
        errno = (int)-r;
        return SBRK_ERROR;
    }
    return old;
}

void *mmap(void *addr, uint64 len, int prot, int flags)
{
    return (void *)syscall_errno(
        syscall(SYS_mmap, addr, len, prot, flags | MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
}

int munmap(void *addr, uint64 len)
{
    return (int)syscall_errno(syscall(SYS_munmap, addr, len));
}

int mprotect(void *addr, uint64 len, int prot)
{
    return (int)syscall_errno(syscall(SYS_mprotect, addr, len, prot));
}
