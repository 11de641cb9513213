// What no address of a user is: kernel memory, the ends of the address space, page 0, the guards
// around the stack.  A load_from, a store and a jump kill; a system call fails.  (Hazard 5.)

#include "user/tests/cowtest/cowtest.h"

static const uint64 bad[] = {
    0,
    8,
    KERNBASE,
    KERNBASE + 0x200000,
    PHYSTOP - 8,
    TRAPFRAME,
    0x3fffffe000UL,
    TRAMPOLINE,
    MAXVA - 8,
    MAXVA,
    MAXVA + PGSIZE,
    0x8000000000UL,
    0x0100000000000000UL,
    0x8000000000000000UL,
    0xffffffc000000000UL,
    0xffffffff80000000UL,
    0xffffffffffffe000UL,
    0xfffffffffffffff8UL,
};
#define BAD (sizeof bad / sizeof bad[0])

static void jump(void *at)
{
    ((void (*)(void))at)();
}

// No address of these is fine for one access and fatal for the other.
static void die_at_all(const char *what, job *fn)
{
    for (size_t i = 0; i < BAD; i++) {
        struct ending end = run(fn, (void *)bad[i]);
        CHECK(end.signal == SIGSEGV || end.signal == SIGBUS,
              "%s %p: expected signal %d, got signal %d, exit %d", what, (void *)bad[i], SIGSEGV,
              end.signal, end.status);
    }
}

void bad_load(void)
{
    die_at_all("a load from", load_from);
}

void bad_store(void)
{
    die_at_all("a store to", store_to);
}

void bad_jump(void)
{
    die_at_all("a jump to", jump);
}

static void calls_refuse(uint64 at, int file, int fd[2])
{
    long a = (long)at;
    EXPECT(sys(SYS_read, file, a, 8), -EFAULT, "read from a file to %p", (void *)at);
    EXPECT(sys(SYS_write, fd[1], a, 8), -EFAULT, "write to a pipe from %p", (void *)at);
    EXPECT(write(fd[1], "12345678", 8), 8, "write to the pipe");
    EXPECT(sys(SYS_read, fd[0], a, 8), -EFAULT, "read from a pipe to %p", (void *)at);
    char eight[8];
    EXPECT(read(fd[0], eight, 8), 8, "a read after one that failed");
    EXPECT(sys(SYS_openat, AT_FDCWD, a, O_RDONLY), -EFAULT, "open of %p", (void *)at);
    EXPECT(sys(SYS_execve, a, 0, 0), -EFAULT, "exec of %p", (void *)at);
    EXPECT(sys(SYS_fstat, file, a), -EFAULT, "fstat to %p", (void *)at);
    EXPECT(pte_of((void *)at).pte, 0, "the entry of %p", (void *)at);
}

void bad_calls(void)
{
    int fd[2], file = must_open("/README", O_RDONLY);
    must_pipe(fd);
    for (size_t i = 0; i < BAD; i++)
        calls_refuse(bad[i], file, fd);
}

// Lengths that reach past the end of everything, and around it.
void wrap_around(void)
{
    char *page = heap_pages(1);
    int fd[2], file = must_open("/README", O_RDONLY);
    must_pipe(fd);
    EXPECT(sys(SYS_read, file, TRAPFRAME - 4, 64), -EFAULT, "read to the last four bytes");
    EXPECT(sys(SYS_read, file, 0xfffffffffffffffcUL, 64), -EFAULT, "read that wraps around");
    EXPECT(sys(SYS_write, fd[1], 0xfffffffffffffffcUL, 64), -EFAULT, "write that wraps around");
    long most = sys(SYS_write, fd[1], page + PGSIZE - 8, 0x7fffffffffffffffUL);
    CHECK(most == 8 || most == -EFAULT, "write of 2^63 - 1 bytes from the last eight gave %ld",
          most);
    EXPECT(sys(SYS_write, fd[1], page, 0x8000000000000000UL), -EINVAL, "write of -2^63 bytes");
    EXPECT(sys(SYS_munmap, 0xfffffffffffff000UL, 2 * PGSIZE), -EINVAL, "munmap that wraps around");
    EXPECT(sys(SYS_munmap, page, 0xfffffffffffff000UL), -EINVAL, "munmap of nearly everything");
    EXPECT(sys(SYS_mmap, 0xfffffffffffff000UL, 2 * PGSIZE, PROT_READ,
               MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0),
           -EINVAL, "mmap that wraps around");
    *page = 1;
}

// --- the guards -------------------------------------------------------------------------------

static void load_below_stack(void *arg)
{
    load_from((char *)r_sp() - USERSTACK * PGSIZE);
}

static void store_below_stack(void *arg)
{
    store_to((char *)r_sp() - USERSTACK * PGSIZE);
}

static void load_after_fork(void *arg)
{
    must_die("a load in a grandchild", load_below_stack, NULL, SIGSEGV);
    must_die("a store in a grandchild", store_below_stack, NULL, SIGSEGV);
}

// The store comes first: the guard must not become a page by it.
void guards(void)
{
    must_die("a store below the stack", store_below_stack, NULL, SIGSEGV);
    must_die("a load below the stack", load_below_stack, NULL, SIGSEGV);
    must_pass("a child", load_after_fork, NULL);
    int fd[2];
    must_pipe(fd);
    EXPECT(write(fd[1], "x", 1), 1, "write to the pipe");
    EXPECT(sys(SYS_read, fd[0], r_sp() - USERSTACK * PGSIZE, 1), -EFAULT, "read into the guard");
    char *top = sbrk(0);
    must_die("a store beyond the heap", store_to, (char *)PGROUNDUP((uint64)top), SIGSEGV);
    must_die("a load beyond the heap", load_from, (char *)PGROUNDUP((uint64)top), SIGSEGV);
}
