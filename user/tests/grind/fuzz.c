// Calls whose arguments make no sense: single ones that must be refused, and whole runs of them in
// a child that may come to any end.

#include "user/tests/grind/grind.h"

static const uint64 wild[] = { 0,         8,          KERNBASE,   PHYSTOP,   TRAPFRAME,
                               MAXVA - 8, MAXVA,      1UL << 47,  1UL << 63, ~0UL,
                               ~0xfffUL,  0x100000UL, 0xfffff000, 0x12345678 };
#define WILD (sizeof wild / sizeof wild[0])

void bad_pointers(struct worker *w)
{
    uint64 at = wild[pick(w, 11)]; // the first ones are nobody's
    EXPECT(sys(SYS_openat, AT_FDCWD, at, O_RDWR), -EFAULT, "open of %p", (void *)at);
    EXPECT(sys(SYS_chdir, at), -EFAULT, "chdir to %p", (void *)at);
    EXPECT(sys(SYS_execve, at, at, at), -EFAULT, "exec of %p", (void *)at);
    EXPECT(sys(SYS_pipe2, at, 0), -EFAULT, "pipe to %p", (void *)at);
    int fd = must_open("/README", O_RDONLY);
    EXPECT(sys(SYS_read, fd, at, 1 + pick(w, 10000)), -EFAULT, "read to %p", (void *)at);
    EXPECT(sys(SYS_fstat, fd, at), -EFAULT, "fstat to %p", (void *)at);
    close(fd);
}

// Left out: what ends us or others or the system, what waits without end, and clone.
static const int calls[] = {
    SYS_getcwd,  SYS_dup,           SYS_dup3,        SYS_fcntl,      SYS_ioctl,       SYS_mknodat,
    SYS_mkdirat, SYS_unlinkat,      SYS_linkat,      SYS_faccessat,  SYS_openat,      SYS_close,
    SYS_pipe2,   SYS_getdents64,    SYS_lseek,       SYS_read,       SYS_write,       SYS_readv,
    SYS_writev,  SYS_pread64,       SYS_pwrite64,    SYS_newfstatat, SYS_fstat,       SYS_fsync,
    SYS_waitid,  SYS_clock_gettime, SYS_sched_yield, SYS_times,      SYS_uname,       SYS_getpid,
    SYS_sysinfo, SYS_brk,           SYS_munmap,      SYS_mmap,       SYS_mprotect,    SYS_madvise,
    SYS_wait4,   SYS_kine_meminfo,  SYS_kine_procs,  SYS_kine_pte,   SYS_kine_inject, SYS_execve,
};
#define CALLS (sizeof calls / sizeof calls[0])

// Names are relative: whatever is made lies in the worker's own directory.
static const char *const names[] = { "fz0", "fz1", "fz2", "fz0/x", ".", "" };

static long any_argument(struct worker *w)
{
    switch (pick(w, 7)) {
    case 0: return (long)wild[pick(w, WILD)];
    case 1: return (long)w->page + pick(w, MODEL_PAGES * PGSIZE);
    case 2: return (long)names[pick(w, 6)];
    case 3: return (long)PGROUNDDOWN((uint64)w->page) + pick(w, MODEL_PAGES) * PGSIZE;
    case 4: return AT_FDCWD;
    case 5: return pick(w, 8);
    default: return 1L << pick(w, 20);
    }
}

static void run_wild(struct worker *w)
{
    for (int fd = 0; fd < NOFILE; fd++)
        close(fd);
    for (int i = 0; i < 60; i++) {
        long a[6];
        for (int k = 0; k < 6; k++)
            a[k] = any_argument(w);
        syscall(calls[pick(w, CALLS)], a[0], a[1], a[2], a[3], a[4], a[5]);
    }
    exit(0);
}

// The child may die of what it does to its own memory, or wait for ever in a pipe of its own.
void senseless(struct worker *w)
{
    int pid = fork();
    if (pid == 0)
        run_wild(w);
    if (pid < 0)
        return;
    struct siginfo info = { 0 };
    for (int ms = 0; ms < 10 && info.si_pid == 0; ms++) {
        sleep_ms(1);
        EXPECT(sys(SYS_waitid, P_PID, pid, &info, WEXITED | WNOHANG), 0, "waitid");
    }
    if (info.si_pid == 0) {
        kill(pid);
        finish(pid);
    }
    check_pages(w);
}
