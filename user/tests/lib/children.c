// Children of all kinds, time and chance.

#include "user/tests/lib/test.h"

const char *part_name = "test";

int start(job *fn, void *arg)
{
    int pid = fork();
    if (pid < 0)
        FAIL("fork failed: %s", strerror(errno));
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

void do_nothing(void *arg)
{
}

void load_from(void *at)
{
    exit(*(volatile char *)at & 1);
}

void store_to(void *at)
{
    *(volatile char *)at = 1;
}

void wait_until_closed(void *fd)
{
    int *end = fd;
    char byte;
    close(end[1]);
    EXPECT(read(end[0], &byte, 1), 0, "read until the other end is closed");
}

bool has_writer(int fd)
{
    char byte;
    return sys(SYS_read, fd, &byte, 1) == -EAGAIN;
}

int start_sharing(job *fn, void *arg)
{
    char *stack = heap_pages(SHARER_STACK / PGSIZE);
    int pid = clone_vm(fn, arg, stack + SHARER_STACK);
    if (pid < 0)
        FAIL("clone_vm failed: %s", strerror(errno));
    return pid;
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

void must_refuse_clone(uint64 flags)
{
    long pid = sys(SYS_clone, flags);
    if (pid == 0)
        exit(0);
    if (pid > 0)
        finish((int)pid);
    EXPECT(pid, -EINVAL, "clone with 0x%lx", flags);
}
