// eventfd and timerfd.

#include "user/tests/polltest/polltest.h"

#define NOWHERE 0x80000000L
#define MOST    0xfffffffffffffffeUL

static int event(long count, long flags)
{
    int fd = (int)sys(SYS_eventfd2, count, flags);
    CHECK(fd >= 0, "eventfd: %d", fd);
    return fd;
}

static long add(int fd, uint64 n)
{
    return sys(SYS_write, fd, &n, sizeof n);
}

// => what is taken, a negative errno
static long take(int fd)
{
    uint64 n;
    long err = sys(SYS_read, fd, &n, sizeof n);
    return err == sizeof n ? (long)n : err;
}

void event_counts(void)
{
    int fd = event(3, EFD_NONBLOCK), got;
    EXPECT(take(fd), 3, "the first count");
    EXPECT(take(fd), -EAGAIN, "nothing is there");
    EXPECT(poll_one(fd, POLLIN | POLLOUT, 0, &got), 1, "poll");
    EXPECT(got, POLLOUT, "revents of 0");
    EXPECT(add(fd, 5), 8, "write");
    EXPECT(add(fd, 7), 8, "write");
    EXPECT(poll_one(fd, POLLIN | POLLOUT, 0, &got), 1, "poll");
    EXPECT(got, POLLIN | POLLOUT, "revents of 12");
    EXPECT(take(fd), 12, "the sum");
    EXPECT(add(fd, MOST), 8, "the most");
    EXPECT(add(fd, 1), -EAGAIN, "more than the most");
    EXPECT(poll_one(fd, POLLIN | POLLOUT, 0, &got), 1, "poll");
    EXPECT(got, POLLIN, "revents of the most");
    fd = event(2, EFD_SEMAPHORE | EFD_NONBLOCK | EFD_CLOEXEC);
    EXPECT(take(fd), 1, "a semaphore");
    EXPECT(take(fd), 1, "a semaphore");
    EXPECT(take(fd), -EAGAIN, "a semaphore");
    EXPECT(sys(SYS_fcntl, fd, F_GETFD, 0), FD_CLOEXEC, "close on exec");
}

static void add_soon(void *fd)
{
    sleep_ms(20);
    add(*(int *)fd, 9);
}

static void take_soon(void *fd)
{
    sleep_ms(20);
    take(*(int *)fd);
}

void event_waits(void)
{
    int fd = event(0, 0), got;
    int child = start(add_soon, &fd);
    EXPECT(take(fd), 9, "a count that is waited for");
    finish(child);
    child = start(add_soon, &fd);
    EXPECT(poll_one(fd, POLLIN, -1, &got), 1, "poll for a count");
    finish(child);
    EXPECT(add(fd, MOST - 9), 8, "the most");
    child = start(take_soon, &fd);
    EXPECT(add(fd, 4), 8, "a write that waits");
    EXPECT(take(fd), 4, "what it has written");
    finish(child);
}

void event_refuses(void)
{
    int fd = event(1, 0);
    uint64 n = ~0UL;
    EXPECT(sys(SYS_write, fd, &n, 8), -EINVAL, "write of what is no count");
    EXPECT(sys(SYS_write, fd, &n, 7), -EINVAL, "write of 7 bytes");
    EXPECT(sys(SYS_read, fd, &n, 7), -EINVAL, "read of 7 bytes");
    EXPECT(sys(SYS_read, fd, NOWHERE, 8), -EFAULT, "read to nowhere");
    EXPECT(sys(SYS_write, fd, NOWHERE, 8), -EFAULT, "write from nowhere");
    EXPECT(sys(SYS_pread64, fd, &n, 8, 0), -ESPIPE, "pread");
    EXPECT(sys(SYS_lseek, fd, 0, 0), -ESPIPE, "lseek");
    EXPECT(take(fd), 1, "nothing was taken by what was refused");
    EXPECT(sys(SYS_eventfd2, 0, 0x10), -EINVAL, "an unknown flag");
}

// --- timers -----------------------------------------------------------------------------------

static int timer(long flags)
{
    int fd = (int)sys(SYS_timerfd_create, CLOCK_MONOTONIC, flags);
    CHECK(fd >= 0, "timerfd_create: %d", fd);
    return fd;
}

static struct itimerspec spec(long ms, long interval_ms)
{
    return (struct itimerspec){ { interval_ms / 1000, interval_ms % 1000 * MS },
                                { ms / 1000, ms % 1000 * MS } };
}

static void set(int fd, long ms, long interval_ms)
{
    struct itimerspec at = spec(ms, interval_ms);
    EXPECT(sys(SYS_timerfd_settime, fd, 0, &at, NULL), 0, "timerfd_settime");
}

void timer_expires(void)
{
    struct itimerspec now;
    int fd = timer(TFD_NONBLOCK);
    EXPECT(take(fd), -EAGAIN, "a timer that is off");
    uint64 begin = now_ns();
    set(fd, 30, 0);
    EXPECT(take(fd), -EAGAIN, "a timer that is on");
    EXPECT(sys(SYS_timerfd_gettime, fd, &now), 0, "timerfd_gettime");
    CHECK(now.it_value.tv_nsec > 0 && now.it_value.tv_nsec <= 30 * MS, "%ld ns to go",
          (long)now.it_value.tv_nsec);
    sys(SYS_fcntl, fd, F_SETFL, 0);
    EXPECT(take(fd), 1, "a timer's end");
    CHECK(ms_since(begin) >= 30, "30 ms took %ld", ms_since(begin));
    sys(SYS_timerfd_gettime, fd, &now);
    EXPECT(now.it_value.tv_sec + now.it_value.tv_nsec, 0, "to go after the end");
    set(fd, 100000, 0);
    struct itimerspec off = spec(0, 0), old;
    EXPECT(sys(SYS_timerfd_settime, fd, 0, &off, &old), 0, "switch it off");
    EXPECT(old.it_value.tv_sec, 99, "seconds it had to go");
    // At a time of the clock, one that is past already.
    struct itimerspec past = spec(1, 0);
    EXPECT(sys(SYS_timerfd_settime, fd, TFD_TIMER_ABSTIME, &past, NULL), 0, "settime");
    EXPECT(take(fd), 1, "a time that is past");
    int day = (int)sys(SYS_timerfd_create, CLOCK_REALTIME, 0);
    struct itimerspec at = spec(20, 0);
    struct timespec today;
    sys(SYS_clock_gettime, CLOCK_REALTIME, &today);
    at.it_value.tv_sec = today.tv_sec + (today.tv_nsec + 20 * MS) / 1000000000L;
    at.it_value.tv_nsec = (today.tv_nsec + 20 * MS) % 1000000000L;
    begin = now_ns();
    EXPECT(sys(SYS_timerfd_settime, day, TFD_TIMER_ABSTIME, &at, NULL), 0, "settime");
    EXPECT(take(day), 1, "a time of the day");
    CHECK(ms_since(begin) >= 19, "20 ms took %ld", ms_since(begin));
}

void timer_repeats(void)
{
    int fd = timer(0);
    uint64 begin = now_ns();
    long sum = 0;
    set(fd, 10, 10);
    while (sum < 5)
        sum += take(fd);
    CHECK(ms_since(begin) >= 10 * sum, "%ld times 10 ms took %ld", sum, ms_since(begin));
    sleep_ms(35);
    CHECK(take(fd) >= 3, "times that were missed");
}

static void set_soon(void *fd)
{
    sleep_ms(20);
    set(*(int *)fd, 5, 0);
}

void timer_polls(void)
{
    int fd = timer(TFD_NONBLOCK), got;
    set(fd, 20, 0);
    EXPECT(poll_one(fd, POLLIN, 0, &got), 0, "poll before the time");
    uint64 begin = now_ns();
    EXPECT(poll_one(fd, POLLIN, -1, &got), 1, "poll until the time");
    CHECK(ms_since(begin) < 5000, "20 ms took %ld", ms_since(begin));
    EXPECT(poll_one(fd, POLLIN, -1, &got), 1, "it has not been read");
    EXPECT(take(fd), 1, "the timer");
    set(fd, 100000, 0);
    EXPECT(poll_one(fd, POLLIN, 20, &got), 0, "the limit comes first");
    int child = start(set_soon, &fd);
    EXPECT(poll_one(fd, POLLIN, -1, &got), 1, "the timer is set anew meanwhile");
    finish(child);
}

void timer_refuses(void)
{
    int fd = timer(0);
    struct itimerspec at = spec(10, 0);
    EXPECT(sys(SYS_timerfd_create, 77, 0), -EINVAL, "an unknown clock");
    EXPECT(sys(SYS_timerfd_create, CLOCK_MONOTONIC, 1), -EINVAL, "an unknown flag");
    EXPECT(sys(SYS_timerfd_settime, fd, 4, &at, NULL), -EINVAL, "an unknown flag");
    EXPECT(sys(SYS_timerfd_settime, fd, 0, NOWHERE, NULL), -EFAULT, "a bad address");
    EXPECT(sys(SYS_timerfd_settime, fd, 0, &at, NOWHERE), -EFAULT, "no place for the old");
    EXPECT(sys(SYS_timerfd_gettime, fd, NOWHERE), -EFAULT, "no place");
    EXPECT(sys(SYS_timerfd_gettime, 0, &at), -EINVAL, "no timer");
    EXPECT(sys(SYS_timerfd_settime, 0, 0, &at, NULL), -EINVAL, "no timer");
    EXPECT(sys(SYS_timerfd_gettime, 60, &at), -EBADF, "nothing");
    at.it_value.tv_nsec = 1000000000;
    EXPECT(sys(SYS_timerfd_settime, fd, 0, &at, NULL), -EINVAL, "a second of nanoseconds");
    EXPECT(sys(SYS_write, fd, &at, 8), -EINVAL, "write");
}
