// pselect6.

#include "user/tests/polltest/polltest.h"

#define NOWHERE 0x80000000L

static long call_select(int n, uint64 *in, uint64 *out, uint64 *except, long ms)
{
    struct timespec limit = { ms / 1000, ms % 1000 * MS };
    return sys(SYS_pselect6, n, in, out, except, ms < 0 ? NULL : &limit, NULL);
}

void select_sets(void)
{
    int fd[2];
    must_pipe_nonblock(fd);
    uint64 in = 1UL << fd[0], out = 1UL << fd[1] | 1UL << fd[0], except = in;
    EXPECT(call_select(NOFILE, &in, &out, &except, 0), 1, "select");
    EXPECT(in, 0, "readable");
    EXPECT(out, 1L << fd[1], "writable");
    EXPECT(except, 0, "exceptional");
    write(fd[1], "x", 1);
    in = 1UL << fd[0];
    out = 1UL << fd[1];
    EXPECT(call_select(fd[1] + 1, &in, &out, NULL, -1), 2, "select");
    EXPECT(in, 1L << fd[0], "readable");
    in = 1UL << fd[0];
    EXPECT(call_select(fd[0], &in, NULL, NULL, 10), 0, "select of those below");
    EXPECT(call_select(0, NULL, NULL, NULL, 10), 0, "select of nothing");
    // One that is at its end can be read without waiting, and does not make the others ready.
    char byte;
    read(fd[0], &byte, 1);
    close(fd[1]);
    in = out = 1UL << fd[0];
    EXPECT(call_select(NOFILE, &in, NULL, NULL, -1), 1, "select at the end");
    uint64 begin = now_ns();
    EXPECT(call_select(NOFILE, NULL, &out, NULL, 20), 0, "select of a reader to write");
    CHECK(ms_since(begin) >= 20, "it took %ld ms, not 20", ms_since(begin));
}

void select_refuses(void)
{
    uint64 in = 1UL << 60;
    EXPECT(call_select(NOFILE, &in, NULL, NULL, 0), -EBADF, "select of what is not open");
    EXPECT(call_select(60, &in, NULL, NULL, 0), 0, "it is not asked for");
    EXPECT(call_select(-1, &in, NULL, NULL, 0), -EINVAL, "fewer than none");
    EXPECT(call_select(0x7fffffff, (uint64 *)NOWHERE, NULL, NULL, 0), -EFAULT, "a bad set");
    in = 0;
    EXPECT(call_select(0x7fffffff, &in, NULL, NULL, 0), 0, "more than there can be");
    struct timespec limit = { 0, -1 };
    EXPECT(sys(SYS_pselect6, 1, NULL, NULL, NULL, &limit, NULL), -EINVAL, "a bad time");
    uint64 mask[2] = { NOWHERE, 8 };
    EXPECT(sys(SYS_pselect6, 0, NULL, NULL, NULL, NULL, mask), -EFAULT, "a bad mask");
    mask[0] = (uint64)mask;
    mask[1] = 3;
    EXPECT(sys(SYS_pselect6, 0, NULL, NULL, NULL, NULL, mask), -EINVAL, "a short mask");
}

static void write_soon(void *fd)
{
    sleep_ms(20);
    write(((int *)fd)[1], "x", 1);
}

void select_wakes(void)
{
    int fd[2];
    must_pipe_nonblock(fd);
    int child = start(write_soon, fd);
    uint64 in = 1UL << fd[0];
    EXPECT(call_select(NOFILE, &in, NULL, NULL, -1), 1, "select");
    EXPECT(in, 1L << fd[0], "readable");
    finish(child);
}

// --- the mask for the time of a wait ----------------------------------------------------------

static volatile int handled;

static void handle(int sig)
{
    handled++;
}

static uint64 blocked(void)
{
    uint64 set = 0;
    sys(SYS_rt_sigprocmask, 0, NULL, &set, 8);
    return set;
}

// A signal that is blocked ends a wait only if the wait's mask lets it, and is blocked again then.
void wait_masks(void)
{
    struct sigaction action = { .sa_handler = (uint64)handle, .sa_flags = SA_RESTART };
    struct timespec limit = { 0, 20 * MS };
    uint64 set = 1UL << (SIGUSR1 - 1), none = 0, select_mask[2] = { (uint64)&none, 8 };
    struct epoll_event event;
    int ep = (int)sys(SYS_epoll_create1, 0);
    EXPECT(sys(SYS_rt_sigaction, SIGUSR1, &action, NULL, 8), 0, "sigaction");
    EXPECT(sys(SYS_rt_sigprocmask, 0, &set, NULL, 8), 0, "sigprocmask");
    kill_with(getpid(), SIGUSR1);
    EXPECT(sys(SYS_ppoll, NULL, 0, &limit, &set, 8), 0, "a wait that goes on blocking it");
    EXPECT(handled, 0, "handlers");
    EXPECT(sys(SYS_ppoll, NULL, 0, NULL, &none, 8), -EINTR, "ppoll");
    EXPECT(handled, 1, "handlers");
    EXPECT(blocked(), set, "it is blocked again");
    kill_with(getpid(), SIGUSR1);
    EXPECT(sys(SYS_pselect6, 0, NULL, NULL, NULL, NULL, select_mask), -EINTR, "pselect6");
    EXPECT(handled, 2, "handlers");
    kill_with(getpid(), SIGUSR1);
    EXPECT(sys(SYS_epoll_pwait, ep, &event, 1, -1, &none, 8), -EINTR, "epoll_pwait");
    EXPECT(handled, 3, "handlers");
    limit = (struct timespec){ 0, 0 };
    EXPECT(sys(SYS_ppoll, NULL, 0, &limit, &none, 8), 0, "a wait that is over");
    EXPECT(blocked(), set, "it is blocked again");
}
