// ppoll, on pipes.

#include "user/tests/polltest/polltest.h"

#define NOWHERE 0x80000000L // not the user's

static void expect_ready(int fd, int events, int expected, const char *what)
{
    int got, n = poll_one(fd, events, 0, &got);
    EXPECT(got, expected, "%s: revents", what);
    EXPECT(n, expected != 0, "%s: how many", what);
}

void pipe_states(void)
{
    int fd[2];
    must_pipe_nonblock(fd);
    expect_ready(fd[0], POLLIN, 0, "an empty pipe");
    expect_ready(fd[1], POLLOUT, POLLOUT, "an empty pipe's writer");
    expect_ready(fd[1], POLLIN, 0, "a writer does not read");
    EXPECT(write(fd[1], "x", 1), 1, "write");
    expect_ready(fd[0], POLLIN | POLLPRI, POLLIN, "a byte");
    expect_ready(fd[0], POLLRDNORM, POLLRDNORM, "its other name");
    expect_ready(fd[0], 0, 0, "nothing is asked for");
    long full = 1 + fill_pipe(fd[1]);
    expect_ready(fd[1], POLLOUT, 0, "a full pipe");
    close(fd[1]);
    expect_ready(fd[0], POLLIN, POLLIN | POLLHUP, "bytes, and nobody writes");
    static char bytes[65536];
    EXPECT(read(fd[0], bytes, sizeof bytes), full, "read");
    expect_ready(fd[0], 0, POLLHUP, "nobody writes");
    close(fd[0]);
    must_pipe_nonblock(fd);
    close(fd[0]);
    expect_ready(fd[1], 0, POLLERR, "nobody reads");
    int file = must_open("README", O_RDONLY);
    expect_ready(file, POLLIN | POLLOUT, POLLIN | POLLOUT, "a file");
}

void poll_times(void)
{
    int fd[2], got;
    must_pipe_nonblock(fd);
    uint64 begin = now_ns();
    EXPECT(poll_one(fd[0], POLLIN, 50, &got), 0, "poll of an empty pipe");
    EXPECT(got, 0, "revents");
    CHECK(ms_since(begin) >= 50, "a poll of 50 ms took %ld", ms_since(begin));
    struct timespec limit = { 0, 30 * MS };
    EXPECT(sys(SYS_ppoll, NULL, 0, &limit, 0, 0), 0, "poll of nothing");
    EXPECT(limit.tv_sec * 1000000000L + limit.tv_nsec, 0, "time that is left");
    limit.tv_sec = 100;
    write(fd[1], "x", 1);
    struct pollfd p = { .fd = fd[0], .events = POLLIN };
    EXPECT(sys(SYS_ppoll, &p, 1, &limit, 0, 0), 1, "poll of a byte");
    CHECK(limit.tv_sec == 99, "%ld s are left of 100", (long)limit.tv_sec);
}

void poll_refuses(void)
{
    struct pollfd p[3] = { { .fd = 60, .events = POLLIN },
                           { .fd = -1, .events = POLLIN, .revents = 9 },
                           { .fd = 0x7fffffff, .events = POLLIN } };
    EXPECT(sys(SYS_ppoll, p, 3, NULL, 0, 0), 2, "poll of what is not open");
    EXPECT(p[0].revents, POLLNVAL, "revents of what is not open");
    EXPECT(p[1].revents, 0, "revents of what is left out");
    EXPECT(p[2].revents, POLLNVAL, "revents of no descriptor");
    struct timespec limit = { 0, 0 };
    EXPECT(sys(SYS_ppoll, p, 100000000, &limit, 0, 0), -EINVAL, "too many");
    EXPECT(sys(SYS_ppoll, p, -1, &limit, 0, 0), -EINVAL, "fewer than none");
    EXPECT(sys(SYS_ppoll, NOWHERE, 1, &limit, 0, 0), -EFAULT, "a bad address");
    EXPECT(sys(SYS_ppoll, p, 1, NOWHERE, 0, 0), -EFAULT, "a bad time");
    EXPECT(sys(SYS_ppoll, p, 1, NULL, NOWHERE, 8), -EFAULT, "a bad mask");
    EXPECT(sys(SYS_ppoll, p, 1, NULL, p, 4), -EINVAL, "a short mask");
    limit.tv_nsec = 1000000000;
    EXPECT(sys(SYS_ppoll, p, 1, &limit, 0, 0), -EINVAL, "a second of nanoseconds");
    limit.tv_sec = -1;
    limit.tv_nsec = 0;
    EXPECT(sys(SYS_ppoll, p, 1, &limit, 0, 0), -EINVAL, "a negative time");
    const struct pollfd *fixed = (void *)poll_refuses; // text
    limit.tv_sec = 0;
    EXPECT(sys(SYS_ppoll, fixed, 1, &limit, 0, 0), -EFAULT, "where nothing can be told");
}

// As many as there can be, one of them more than once.
void poll_many(void)
{
    static struct pollfd p[NOFILE];
    int fd[2], n = 0, next = 0;
    must_pipe_nonblock(fd);
    while (n < NOFILE) {
        p[n++] = (struct pollfd){ .fd = fd[0], .events = POLLIN };
        if (next >= 0)
            next = dup(fd[0]);
        if (next >= 0 && n < NOFILE)
            p[n++] = (struct pollfd){ .fd = next, .events = POLLIN };
    }
    struct timespec limit = { 0, 5 * MS };
    EXPECT(sys(SYS_ppoll, p, n, &limit, 0, 0), 0, "poll of many");
    write(fd[1], "x", 1);
    EXPECT(sys(SYS_ppoll, p, n, NULL, 0, 0), n, "poll of many that are ready");
    for (int i = 0; i < n; i++)
        EXPECT(p[i].revents, POLLIN, "revents of the one at %d", i);
}

static void write_soon(void *fd)
{
    sleep_ms(20);
    write(((int *)fd)[1], "x", 1);
}

static void read_soon(void *fd)
{
    static char bytes[8192];
    sleep_ms(20);
    read(((int *)fd)[0], bytes, sizeof bytes);
}

static void close_soon(void *fd)
{
    close(((int *)fd)[0]);
    sleep_ms(20);
}

void poll_wakes(void)
{
    int fd[2], got;
    must_pipe_nonblock(fd);
    int child = start(write_soon, fd);
    EXPECT(poll_one(fd[0], POLLIN, -1, &got), 1, "poll for a byte");
    EXPECT(got, POLLIN, "revents");
    finish(child);
    fill_pipe(fd[1]);
    child = start(read_soon, fd);
    EXPECT(poll_one(fd[1], POLLOUT, -1, &got), 1, "poll for room");
    EXPECT(got, POLLOUT, "revents");
    finish(child);
    static char bytes[65536];
    read(fd[0], bytes, sizeof bytes);
    child = start(close_soon, fd);
    close(fd[1]);
    EXPECT(poll_one(fd[0], POLLIN, -1, &got), 1, "poll for the end");
    EXPECT(got, POLLHUP, "revents");
    finish(child);
}

static void poll_for_ever(void *fd)
{
    int got;
    poll_one(((int *)fd)[0], POLLIN, -1, &got);
}

// Whoever dies in a poll leaves nobody in a queue.
void poll_killed(void)
{
    int fd[2], got;
    must_pipe_nonblock(fd);
    for (int i = 0; i < 20; i++) {
        int child = start(poll_for_ever, fd);
        sleep_ms(i % 4);
        kill(child);
        EXPECT(finish(child).signal, SIGKILL, "signal");
        write(fd[1], "x", 1);
        EXPECT(poll_one(fd[0], POLLIN, 0, &got), 1, "poll after a death");
        char byte;
        read(fd[0], &byte, 1);
    }
}

#define RUNNERS 4
#define TURNS   500

struct ring {
    int fd[RUNNERS][2];
    int at;
};

// Waits for the byte by poll and passes it on: a wakeup that gets lost stops all.
static void run_round(void *arg)
{
    struct ring *ring = arg;
    int in = ring->fd[ring->at][0], out = ring->fd[(ring->at + 1) % RUNNERS][1], got;
    char byte;
    for (int i = 0; i < TURNS; i++) {
        EXPECT(poll_one(in, POLLIN, -1, &got), 1, "poll");
        EXPECT(read(in, &byte, 1), 1, "read");
        EXPECT(write(out, &byte, 1), 1, "write");
    }
}

void poll_races(void)
{
    struct ring ring;
    int child[RUNNERS];
    for (int i = 0; i < RUNNERS; i++)
        must_pipe_nonblock(ring.fd[i]);
    for (int i = 0; i < RUNNERS; i++) {
        ring.at = i;
        child[i] = start(run_round, &ring);
    }
    write(ring.fd[0][1], "xx", 2);
    for (int i = 0; i < RUNNERS; i++)
        EXPECT(finish(child[i]).status, 0, "status of a runner");
}

void poll_bytes(void)
{
    int fd[2], n = -1;
    must_pipe_nonblock(fd);
    write(fd[1], "hello", 5);
    EXPECT(sys(SYS_ioctl, fd[0], FIONREAD, &n), 0, "FIONREAD");
    EXPECT(n, 5, "bytes that wait");
    EXPECT(sys(SYS_ioctl, fd[0], FIONREAD, NOWHERE), -EFAULT, "FIONREAD to nowhere");
    EXPECT(sys(SYS_ioctl, fd[0], TCGETS, &n), -ENOTTY, "a pipe is no terminal");
}

void wait_flags(void)
{
    int fd[2], on = 1;
    char byte;
    must_pipe(fd);
    EXPECT(sys(SYS_ioctl, fd[0], FIONBIO, &on), 0, "FIONBIO");
    EXPECT(sys(SYS_read, fd[0], &byte, 1), -EAGAIN, "a read that does not wait");
    EXPECT(sys(SYS_fcntl, fd[0], F_GETFL, 0), O_NONBLOCK, "flags");
    on = 0;
    sys(SYS_ioctl, fd[0], FIONBIO, &on);
    EXPECT(sys(SYS_fcntl, fd[0], F_GETFL, 0), 0, "flags");
    EXPECT(sys(SYS_ioctl, fd[0], FIONBIO, NOWHERE), -EFAULT, "FIONBIO from nowhere");
    EXPECT(sys(SYS_ioctl, fd[0], FIOCLEX, 0), 0, "FIOCLEX");
    EXPECT(sys(SYS_fcntl, fd[0], F_GETFD, 0), FD_CLOEXEC, "close on exec");
    sys(SYS_ioctl, fd[0], FIONCLEX, 0);
    EXPECT(sys(SYS_fcntl, fd[0], F_GETFD, 0), 0, "not closed on exec");
}
