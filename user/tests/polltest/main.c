// polltest: waiting for several files: ppoll, pselect6, epoll, and what is made to be waited for.
//
//   polltest [-q] [-l] [NAME...]

#include "user/tests/lib/runner.h"
#include "user/tests/polltest/polltest.h"

const char usage_text[] = "usage: polltest [-q] [-l] [PART...]   tests waiting for several files\n";

int poll_one(int fd, int events, int ms, int *got)
{
    struct pollfd p = { .fd = fd, .events = (int16)events, .revents = 77 };
    struct timespec limit = { ms / 1000, ms % 1000 * MS };
    int n = (int)sys(SYS_ppoll, &p, 1, ms < 0 ? NULL : &limit, 0, 0);
    *got = p.revents;
    return n;
}

void must_pipe_nonblock(int fd[2])
{
    EXPECT(sys(SYS_pipe2, fd, O_NONBLOCK), 0, "pipe");
}

long ms_since(uint64 begin)
{
    return (long)((now_ns() - begin) / MS);
}

long fill_pipe(int fd)
{
    static char bytes[4096];
    long n, sum = 0;
    while ((n = sys(SYS_write, fd, bytes, sizeof bytes)) > 0)
        sum += n;
    EXPECT(n, -EAGAIN, "write to a full pipe");
    return sum;
}

static const struct part parts[] = {
    { .name = "pipestates", .fn = pipe_states },
    { .name = "polltimes", .fn = poll_times },
    { .name = "pollrefuses", .fn = poll_refuses },
    { .name = "pollmany", .fn = poll_many },
    { .name = "pollwakes", .fn = poll_wakes },
    { .name = "pollkilled", .fn = poll_killed },
    { .name = "pollraces", .fn = poll_races },
    { .name = "pollbytes", .fn = poll_bytes },
    { .name = "waitflags", .fn = wait_flags },

    { .name = "selectsets", .fn = select_sets },
    { .name = "selectrefuses", .fn = select_refuses },
    { .name = "selectwakes", .fn = select_wakes },
    { .name = "waitmasks", .fn = wait_masks },

    { .name = "eventcounts", .fn = event_counts },
    { .name = "eventwaits", .fn = event_waits },
    { .name = "eventrefuses", .fn = event_refuses },
    { .name = "timerexpires", .fn = timer_expires },
    { .name = "timerrepeats", .fn = timer_repeats },
    { .name = "timerpolls", .fn = timer_polls },
    { .name = "timerrefuses", .fn = timer_refuses },

    { .name = "epolllevels", .fn = epoll_levels },
    { .name = "epolledges", .fn = epoll_edges },
    { .name = "epollonce", .fn = epoll_once },
    { .name = "epollcontrol", .fn = epoll_control },
    { .name = "epollclosed", .fn = epoll_closed },
    { .name = "epollshared", .fn = epoll_shared },
    { .name = "epollnested", .fn = epoll_nested },
    { .name = "epollmany", .fn = epoll_many },
    { .name = "epollwaits", .fn = epoll_waits },
    { .name = "epolltimer", .fn = epoll_timer },
    { .name = "epollraces", .fn = epoll_races },
};

static const struct suite suite = {
    .prefix = "polltest ",
    .ok = "ok",
    .failed = "FAILED",
    .parts = parts,
    .count = sizeof parts / sizeof parts[0],
    .all_passed = "polltest: OK",
    .some_failed = "polltest: FAILED",
};

int main(int argc, char **argv)
{
    return run_suite(&suite, argc, argv);
}
