// The break, in the classic form.
#include "kernel/riscv.h"
#include "kernel/syscall.h"
#include "kernel/vm.h"
#include "user/kine.h"
#include "user/lib/lib.h"
#include "user/user.h"

static uint64 brk(uint64 to)
{
    return (uint64)syscall(SYS_brk, to);
}

// Moves the break.  => the old one, or SBRK_ERROR.  A shrink below the heap's start changes
// nothing.
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

// Makes every page of the range present and writable, the partly used ones at its ends too.
static long populate(uint64 start, uint64 n)
{
    uint64 first = PGROUNDDOWN(start), end = PGROUNDUP(start + n);
    return syscall(SYS_madvise, first, end - first, MADV_POPULATE_WRITE);
}

// The page of a local variable is known to be there.
bool can_store(const void *p, uint64 n)
{
    char here;
    uint64 first = (uint64)p, last = first + n - 1, page = PGROUNDDOWN((uint64)&here);
    if (PGROUNDDOWN(first) == page && PGROUNDDOWN(last) == page)
        return true;
    return last >= first && populate(first, n) == 0;
}

// Grow, then populate, then undo if memory does not suffice: so that what is granted never ends in
// an out-of-memory kill.
static char *sbrk_eager(int n)
{
    char *old = move_break(n);
    if (n <= 0 || old == SBRK_ERROR)
        return old;
    long r = populate((uint64)old, (uint64)n);
    if (r < 0) {
        brk((uint64)old);
        errno = (int)-r;
        return SBRK_ERROR;
    }
    return old;
}

char *sys_sbrk(int n, int how)
{
    return how == SBRK_LAZY ? sbrklazy(n) : sbrk_eager(n);
}

char *sbrk(int n)
{
    return sys_sbrk(n, SBRK_DEFAULT);
}

int mprotect(void *addr, uint64 len, int prot)
{
    return (int)syscall_errno(syscall(SYS_mprotect, addr, len, prot));
}

int msync(void *addr, uint64 len, int flags)
{
    return (int)syscall_errno(syscall(SYS_msync, addr, len, flags));
}

void *mremap(void *addr, uint64 len, uint64 fresh_len, int flags)
{
    return (void *)syscall_errno(syscall(SYS_mremap, addr, len, fresh_len, flags, 0));
}

int memfd_create(const char *name, int flags)
{
    return (int)syscall_errno(syscall(SYS_memfd_create, name, flags));
}
