// Raw system calls, and children of all kinds.

#include "user/tests/lib/test.h"

const char *part_name = "test";

long sys_raw(long number, long a, long b, long c, long d, long e, long f)
{
    register long a0 asm("a0") = a, a1 asm("a1") = b, a2 asm("a2") = c;
    register long a3 asm("a3") = d, a4 asm("a4") = e, a5 asm("a5") = f;
    register long a7 asm("a7") = number;
    asm volatile("ecall"
                 : "+r"(a0)
                 : "r"(a1), "r"(a2), "r"(a3), "r"(a4), "r"(a5), "r"(a7)
                 : "memory");
    return a0;
}

int start(job *fn, void *arg)
{
    int pid = fork();
    if (pid < 0)
        FAIL("fork failed");
    if (pid == 0) {
        fn(arg);
        exit(0);
    }
    return pid;
}

struct ending finish(int pid)
{
    struct siginfo info = { 0 };
    long err = sys(SYS_waitid, P_PID, pid, &info, WEXITED, 0);
    if (err)
        FAIL("waiting for child %d gave %ld", pid, err);
    if (info.si_code == CLD_EXITED)
        return (struct ending){ .status = info.si_status };
    return (struct ending){ .signal = info.si_status };
}

struct ending run(job *fn, void *arg)
{
    return finish(start(fn, arg));
}

void must_pass(const char *what, job *fn, void *arg)
{
    struct ending end = run(fn, arg);
    if (end.signal)
        FAIL("%s: expected exit 0, killed by signal %d", what, end.signal);
    if (end.status)
        FAIL("%s: expected exit 0, got exit %d", what, end.status);
}

void must_die(const char *what, job *fn, void *arg, int signal)
{
    struct ending end = run(fn, arg);
    if (!end.signal)
        FAIL("%s: expected signal %d, got exit %d", what, signal, end.status);
    if (end.signal != signal)
        FAIL("%s: expected signal %d, got signal %d", what, signal, end.signal);
}

// The new process finds what to run on top of its stack, since that is all it has of its own.
static long clone_on(void *stack_top, job *fn, void *arg)
{
    void **top = (void **)stack_top - 2;
    top[0] = (void *)fn;
    top[1] = arg;
    register long a0 asm("a0") = CLONE_VM | CLONE_FILES | SIGCHLD;
    register long a1 asm("a1") = (long)top;
    register long a2 asm("a2") = 0, a3 asm("a3") = 0, a4 asm("a4") = 0;
    register long a7 asm("a7") = SYS_clone;
    asm volatile("ecall\n"
                 "bnez a0, 1f\n"
                 "ld t0, 0(sp)\n"
                 "ld a0, 8(sp)\n"
                 "jalr t0\n"
                 "li a0, 0\n"
                 "li a7, %[exit]\n"
                 "ecall\n"
                 "1:\n"
                 : "+r"(a0)
                 : "r"(a1), "r"(a2), "r"(a3), "r"(a4), "r"(a7), [exit] "i"(SYS_exit)
                 : "memory", "t0", "ra");
    return a0;
}

int start_sharing(job *fn, void *arg)
{
    char *stack = heap_pages(SHARER_STACK / PGSIZE);
    long pid = clone_on(stack + SHARER_STACK, fn, arg);
    if (pid < 0)
        FAIL("clone(CLONE_VM) gave %ld", pid);
    return (int)pid;
}

uint64 now_ns(void)
{
    struct timespec ts = { 0 };
    sys(SYS_clock_gettime, CLOCK_MONOTONIC, &ts);
    return (uint64)ts.tv_sec * 1000000000 + (uint64)ts.tv_nsec;
}

void sleep_ms(int ms)
{
    struct timespec ts = { ms / 1000, ms % 1000 * 1000000L };
    sys(SYS_nanosleep, &ts, 0);
}

void spin_until(uint64 when)
{
    while (now_ns() < when)
        ;
}

uint64 next_random(uint64 *state)
{
    uint64 x = *state;
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    return *state = x;
}
