// epoll.

#include "user/tests/polltest/polltest.h"

#define NOWHERE 0x80000000L

static int epoll(void)
{
    int fd = (int)sys(SYS_epoll_create1, 0);
    CHECK(fd >= 0, "epoll_create1: %d", fd);
    return fd;
}

static long control(int ep, int what, int fd, uint events, uint64 data)
{
    struct epoll_event event = { .events = events, .data = data };
    return sys(SYS_epoll_ctl, ep, what, fd, &event);
}

static void add(int ep, int fd, uint events)
{
    EXPECT(control(ep, EPOLL_CTL_ADD, fd, events, (uint64)fd), 0, "EPOLL_CTL_ADD of %d", fd);
}

static struct epoll_event event[64];

static long wait_ms(int ep, int ms)
{
    return sys(SYS_epoll_pwait, ep, event, 64, ms, 0, 8);
}

// One event, for fd.
static void expect_one(int ep, int fd, uint events, const char *what)
{
    EXPECT(wait_ms(ep, 0), 1, "%s: how many", what);
    EXPECT(event[0].events, events, "%s: events", what);
    EXPECT(event[0].data, fd, "%s: whose", what);
}

static void expect_none(int ep, const char *what)
{
    EXPECT(wait_ms(ep, 0), 0, "%s: how many", what);
}

static void put(int fd)
{
    EXPECT(write(fd, "x", 1), 1, "write");
}

static void get(int fd)
{
    char byte;
    EXPECT(read(fd, &byte, 1), 1, "read");
}

void epoll_levels(void)
{
    int fd[2], ep = epoll();
    must_pipe_nonblock(fd);
    add(ep, fd[0], POLLIN);
    add(ep, fd[1], POLLOUT);
    expect_one(ep, fd[1], POLLOUT, "room");
    put(fd[1]);
    EXPECT(wait_ms(ep, -1), 2, "both");
    EXPECT(wait_ms(ep, -1), 2, "both, as long as it is so");
    fill_pipe(fd[1]);
    expect_one(ep, fd[0], POLLIN, "no room");
    expect_one(ep, fd[0], POLLIN, "no room still");
    static char bytes[65536];
    read(fd[0], bytes, sizeof bytes);
    expect_one(ep, fd[1], POLLOUT, "room again");
    close(fd[1]);
    expect_one(ep, fd[0], POLLHUP, "the end");
}

void epoll_edges(void)
{
    int fd[2], ep = epoll();
    must_pipe_nonblock(fd);
    put(fd[1]);
    add(ep, fd[0], POLLIN | EPOLLET);
    expect_one(ep, fd[0], POLLIN, "what is there already");
    expect_none(ep, "nothing new");
    put(fd[1]);
    expect_one(ep, fd[0], POLLIN, "a byte more");
    expect_none(ep, "nothing new");
    get(fd[0]);
    get(fd[0]);
    expect_none(ep, "all is read");
    put(fd[1]);
    expect_one(ep, fd[0], POLLIN, "a byte");
    EXPECT(control(ep, EPOLL_CTL_MOD, fd[0], POLLIN | EPOLLET, 7), 0, "EPOLL_CTL_MOD");
    expect_one(ep, 7, POLLIN, "told anew when it is changed");
}

void epoll_once(void)
{
    int fd[2], ep = epoll();
    must_pipe_nonblock(fd);
    add(ep, fd[0], POLLIN | EPOLLONESHOT);
    expect_none(ep, "nothing");
    put(fd[1]);
    expect_one(ep, fd[0], POLLIN, "a byte");
    put(fd[1]);
    expect_none(ep, "it is switched off");
    close(fd[1]);
    expect_none(ep, "for the end too");
    EXPECT(control(ep, EPOLL_CTL_MOD, fd[0], POLLIN | EPOLLONESHOT, 9), 0, "switch it on");
    expect_one(ep, 9, POLLIN | POLLHUP, "once more");
    expect_none(ep, "it is switched off");
}

void epoll_control(void)
{
    int fd[2], ep = epoll(), file = must_open("README", O_RDONLY);
    must_pipe_nonblock(fd);
    add(ep, fd[1], POLLOUT);
    EXPECT(control(ep, EPOLL_CTL_ADD, fd[1], POLLOUT, 0), -EEXIST, "twice");
    int copy = dup(fd[1]);
    add(ep, copy, POLLOUT);
    EXPECT(wait_ms(ep, 0), 2, "by two descriptors");
    EXPECT(control(ep, EPOLL_CTL_DEL, copy, 0, 0), 0, "EPOLL_CTL_DEL");
    EXPECT(control(ep, EPOLL_CTL_DEL, copy, 0, 0), -ENOENT, "what is not there");
    EXPECT(control(ep, EPOLL_CTL_MOD, copy, 0, 0), -ENOENT, "what is not there");
    EXPECT(control(ep, EPOLL_CTL_MOD, fd[1], POLLIN, 0), 0, "EPOLL_CTL_MOD");
    expect_none(ep, "what is not asked for");
    EXPECT(sys(SYS_epoll_ctl, ep, EPOLL_CTL_DEL, fd[1], NULL), 0, "DEL needs no event");
    EXPECT(control(ep, 4, fd[1], 0, 0), -EINVAL, "an unknown act");
    EXPECT(control(ep, EPOLL_CTL_ADD, file, POLLIN, 0), -EPERM, "a file never waits");
    EXPECT(control(ep, EPOLL_CTL_ADD, ep, POLLIN, 0), -EINVAL, "itself");
    EXPECT(control(fd[0], EPOLL_CTL_ADD, fd[1], POLLIN, 0), -EINVAL, "no epoll");
    EXPECT(control(ep, EPOLL_CTL_ADD, 60, POLLIN, 0), -EBADF, "nothing");
    EXPECT(control(60, EPOLL_CTL_ADD, fd[0], POLLIN, 0), -EBADF, "nothing");
    EXPECT(sys(SYS_epoll_ctl, ep, EPOLL_CTL_ADD, fd[0], NOWHERE), -EFAULT, "no event");
    EXPECT(sys(SYS_epoll_pwait, ep, event, 0, 0, 0, 8), -EINVAL, "room for none");
    EXPECT(sys(SYS_epoll_pwait, ep, event, -1, 0, 0, 8), -EINVAL, "room for fewer");
    EXPECT(sys(SYS_epoll_pwait, fd[0], event, 1, 0, 0, 8), -EINVAL, "no epoll");
    EXPECT(sys(SYS_epoll_pwait, 60, event, 1, 0, 0, 8), -EBADF, "nothing");
    EXPECT(sys(SYS_epoll_pwait, ep, event, 1, 0, event, 3), -EINVAL, "a short mask");
    EXPECT(sys(SYS_epoll_pwait, ep, event, 1, 0, NOWHERE, 8), -EFAULT, "a bad mask");
    EXPECT(sys(SYS_epoll_create1, 1), -EINVAL, "an unknown flag");
    add(ep, fd[1], POLLOUT);
    EXPECT(sys(SYS_epoll_pwait, ep, NOWHERE, 1, 0, 0, 8), -EFAULT, "no place");
    EXPECT(sys(SYS_read, ep, event, 8), -EINVAL, "read");
}

// A file that is closed leaves, but not before its last descriptor.
void epoll_closed(void)
{
    int fd[2], other[2], ep = epoll();
    must_pipe_nonblock(fd);
    must_pipe_nonblock(other);
    put(fd[1]);
    put(other[1]);
    add(ep, fd[0], POLLIN);
    add(ep, other[0], POLLIN);
    int copy = dup(fd[0]), was = fd[0];
    close(fd[0]);
    EXPECT(wait_ms(ep, 0), 2, "another descriptor has it");
    close(copy);
    expect_one(ep, other[0], POLLIN, "the one that is left");
    EXPECT(dup2(other[0], was), was, "dup2");
    EXPECT(control(ep, EPOLL_CTL_MOD, was, POLLIN, 0), -ENOENT, "another file at its number");
    add(ep, was, POLLIN);
    EXPECT(wait_ms(ep, 0), 2, "both");
    close(ep); // it goes first
    close(was);
    close(other[0]);
    for (int i = 0; i < 200; i++) {
        ep = epoll();
        must_pipe_nonblock(fd);
        add(ep, fd[0], POLLIN);
        add(ep, fd[1], POLLOUT);
        close(i % 2 ? ep : fd[0]);
        close(fd[1]);
        close(i % 2 ? fd[0] : ep);
    }
}

static void child_adds(void *arg)
{
    int *fd = arg; // an epoll, a pipe
    add(fd[0], fd[1], POLLIN);
    expect_one(fd[0], fd[1], POLLIN, "in the child");
}

void epoll_shared(void)
{
    int fd[3] = { epoll() };
    must_pipe_nonblock(fd + 1);
    put(fd[2]);
    must_pass("a child adds", child_adds, fd);
    expect_one(fd[0], fd[1], POLLIN, "in the parent");
}

void epoll_nested(void)
{
    int fd[2], inner = epoll(), outer = epoll(), third = epoll(), got;
    must_pipe_nonblock(fd);
    add(inner, fd[0], POLLIN);
    add(outer, inner, POLLIN);
    expect_none(outer, "nothing");
    EXPECT(poll_one(outer, POLLIN, 0, &got), 0, "poll");
    put(fd[1]);
    expect_one(outer, inner, POLLIN, "the inner one is ready");
    EXPECT(poll_one(outer, POLLIN, -1, &got), 1, "poll");
    expect_one(inner, fd[0], POLLIN, "the inner one");
    get(fd[0]);
    expect_none(outer, "nothing");
    EXPECT(control(inner, EPOLL_CTL_ADD, outer, POLLIN, 0), -ELOOP, "a loop");
    EXPECT(control(inner, EPOLL_CTL_ADD, third, POLLIN, 0), -ELOOP, "three levels");
    EXPECT(control(third, EPOLL_CTL_ADD, outer, POLLIN, 0), -ELOOP, "three levels");
    close(inner);
    expect_none(outer, "nothing is watched");
    add(third, outer, POLLIN); // it watches no epoll any more
}

void epoll_many(void)
{
    int fd[20][2], ep = epoll(), seen = 0;
    for (int i = 0; i < 20; i++) {
        must_pipe_nonblock(fd[i]);
        add(ep, fd[i][0], POLLIN);
        put(fd[i][1]);
    }
    // A few at a time: each has its turn.
    uint64 mask = 0;
    for (int i = 0; i < 10; i++) {
        EXPECT(sys(SYS_epoll_pwait, ep, event, 4, -1, 0, 8), 4, "four of twenty");
        for (int k = 0; k < 4; k++, seen++)
            mask |= 1UL << event[k].data;
    }
    int ready = 0;
    for (int i = 0; i < 64; i++)
        ready += mask >> i & 1;
    EXPECT(ready, 20, "how many were told of");
}

static void put_soon(void *fd)
{
    sleep_ms(20);
    put(((int *)fd)[1]);
}

static void add_soon(void *arg)
{
    int *fd = arg; // an epoll, a pipe
    sleep_ms(20);
    add(fd[0], fd[1], POLLIN);
}

void epoll_waits(void)
{
    int fd[2], ep = epoll(), outer = epoll();
    must_pipe_nonblock(fd);
    add(ep, fd[0], POLLIN);
    add(outer, ep, POLLIN);
    uint64 begin = now_ns();
    EXPECT(wait_ms(ep, 30), 0, "epoll_pwait of nothing");
    CHECK(ms_since(begin) >= 30, "30 ms took %ld", ms_since(begin));
    int child = start(put_soon, fd);
    EXPECT(wait_ms(outer, -1), 1, "it is waited for, through two");
    finish(child);
    expect_one(ep, fd[0], POLLIN, "a byte");
    get(fd[0]);
    int adds[3] = { epoll() };
    must_pipe_nonblock(adds + 1);
    put(adds[2]);
    child = start(add_soon, adds);
    EXPECT(wait_ms(adds[0], -1), 1, "what is added meanwhile");
    finish(child);
}

void epoll_timer(void)
{
    int ep = epoll(), fd = (int)sys(SYS_timerfd_create, CLOCK_MONOTONIC, TFD_NONBLOCK);
    struct itimerspec at = { { 0, 10 * MS }, { 0, 10 * MS } };
    uint64 n;
    add(ep, fd, POLLIN);
    expect_none(ep, "a timer that is off");
    sys(SYS_timerfd_settime, fd, 0, &at, NULL);
    for (int i = 0; i < 3; i++) {
        EXPECT(wait_ms(ep, -1), 1, "a timer");
        EXPECT(sys(SYS_read, fd, &n, sizeof n), sizeof n, "read of a timer");
    }
}

// Files come, go and become ready while others wait, for a while.
static void comes_and_goes(void *arg)
{
    int fd[2], ep = *(int *)arg;
    for (int i = 0; i < 300; i++) {
        must_pipe_nonblock(fd);
        control(ep, EPOLL_CTL_ADD, fd[0], i % 2 ? POLLIN : POLLIN | EPOLLET, 1);
        put(fd[1]);
        if (i % 3 == 0)
            control(ep, EPOLL_CTL_DEL, fd[0], 0, 0);
        if (i % 5 == 0)
            wait_ms(ep, 0);
        close(fd[i % 2]);
        close(fd[!(i % 2)]);
    }
}

static void waits(void *arg)
{
    for (;;)
        wait_ms(*(int *)arg, 5);
}

void epoll_races(void)
{
    int ep = epoll(), child[4], waiter[2];
    for (int i = 0; i < 2; i++)
        waiter[i] = start(waits, &ep);
    for (int i = 0; i < 4; i++)
        child[i] = start(comes_and_goes, &ep);
    for (int i = 0; i < 4; i++)
        EXPECT(finish(child[i]).status, 0, "status");
    for (int i = 0; i < 2; i++) {
        kill(waiter[i]);
        finish(waiter[i]);
    }
    expect_none(ep, "all are closed");
}
