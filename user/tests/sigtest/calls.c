// Calls that signals cut short, and those that wait for signals.
#include "user/tests/sigtest/sigtest.h"

struct later {
    int sig, ms, fd, times;
};

// Sends a signal to its parent, a few times, then a byte to fd.
static void sends(void *arg)
{
    const struct later *l = arg;
    for (int i = 0; i < l->times; i++) {
        sleep_ms(l->ms);
        kill_with(getppid(), l->sig);
    }
    sleep_ms(l->ms);
    write(l->fd, "x", 1);
    for_ever(0);
}

static void end(int pid)
{
    on(SIGUSR1, (handler *)SIG_IGN, 0);
    kill(pid);
    EXPECT(finish(pid).signal, SIGKILL, "the helper's end");
}

static long reads_while(uint64 flags)
{
    int fd[2];
    char byte = 0;
    must_pipe(fd);
    forget();
    on(SIGUSR1, note, flags);
    struct later l = { SIGUSR1, 20, fd[1], 3 };
    int pid = start(sends, &l);
    long got = sys(SYS_read, fd[0], &byte, 1);
    end(pid);
    close(fd[0]);
    close(fd[1]);
    CHECK(got < 0 || byte == 'x', "the byte went elsewhere");
    return got;
}

static void ends_soon(void *arg)
{
    for (int i = 0; i < 3; i++) {
        sleep_ms(20);
        kill_with(getppid(), SIGUSR1);
    }
    sleep_ms(20);
    exit(7);
}

void restarts(void)
{
    int status = 0;
    EXPECT(reads_while(SA_RESTART), 1, "a read that is made anew");
    EXPECT(seen, 3, "signals seen");
    EXPECT(reads_while(0), -EINTR, "a read that is not");
    on(SIGUSR1, note, SA_RESTART);
    int pid = start(ends_soon, 0);
    EXPECT(sys(SYS_wait4, pid, &status, 0, 0), pid, "wait4 that is made anew");
    EXPECT(status, 7 << 8, "status");
    on(SIGUSR1, note, 0);
    pid = start(ends_soon, 0);
    EXPECT(sys(SYS_wait4, pid, &status, 0, 0), -EINTR, "wait4 that is not");
    on(SIGUSR1, (handler *)SIG_IGN, 0);
    EXPECT(finish(pid).status, 7, "status");
}

static void stops_parent(void *arg)
{
    for (int i = 0; i < 3; i++) {
        sleep_ms(30);
        kill_with(getppid(), SIGSTOP);
        sleep_ms(30);
        kill_with(getppid(), SIGCONT);
    }
}

// Sleeps, and waits in read, while it is stopped and goes on, and while others take signals.
static void is_stopped(void *arg)
{
    struct timespec ts = { 0, 300 * MS }, left = { 9, 9 };
    uint64 begin = now_ns();
    int pid = start(stops_parent, 0);
    EXPECT(sys(SYS_nanosleep, &ts, &left), 0, "nanosleep that was stopped");
    CHECK(now_ns() - begin >= 300 * MS, "the sleep was too short");
    EXPECT(finish(pid).status, 0, "the helper's status");
}

void sleeps_on(void)
{
    struct timespec ts = { 10, 0 }, left = { 0, 0 };
    must_pass("a sleep that is stopped", is_stopped, 0);
    on(SIGUSR1, note, SA_RESTART);
    struct later l = { SIGUSR1, 50, -1, 1 };
    int pid = start(sends, &l);
    EXPECT(sys(SYS_nanosleep, &ts, &left), -EINTR, "nanosleep that a handler ends");
    CHECK(left.tv_sec == 9 && left.tv_nsec > 0, "what is left: %ld s", left.tv_sec);
    end(pid);
}

static void mask_in_handler(int sig, struct siginfo *info, struct ucontext *uc)
{
    note(sig, info, uc);
    EXPECT(blocked(), SIGBIT(SIGUSR2) | SIGBIT(SIGUSR1), "blocked in the handler");
    EXPECT(uc->uc_sigmask, SIGBIT(SIGUSR1), "to be blocked after it");
}

void suspends(void)
{
    uint64 others = SIGBIT(SIGUSR2);
    on(SIGUSR1, mask_in_handler, SA_RESTART);
    block(SIGBIT(SIGUSR1));
    raise(SIGUSR1);
    EXPECT(seen, 0, "signals seen while blocked");
    EXPECT(sys(SYS_rt_sigsuspend, &others, 8), -EINTR, "sigsuspend");
    EXPECT(seen, 1, "signals seen");
    EXPECT(blocked(), SIGBIT(SIGUSR1), "blocked after sigsuspend");
    struct later l = { SIGUSR1, 20, -1, 1 };
    int pid = start(sends, &l);
    EXPECT(sys(SYS_rt_sigsuspend, &others, 8), -EINTR, "sigsuspend");
    EXPECT(seen, 2, "signals seen");
    EXPECT(blocked(), SIGBIT(SIGUSR1), "blocked after sigsuspend");
    end(pid);
}

// --- no signal is lost between check and sleep ------------------------------------------------

#define ROUNDS 2000

// Answers each SIGUSR1 with one to its parent.
static void answers(void *arg)
{
    uint64 none = 0;
    for (int i = 1; i <= ROUNDS; i++) {
        while (seen < i)
            sys(SYS_rt_sigsuspend, &none, 8);
        kill_with(getppid(), SIGUSR1);
    }
}

void wakes_every_time(void)
{
    uint64 none = 0;
    on(SIGUSR1, note, 0);
    block(SIGBIT(SIGUSR1));
    int pid = start(answers, 0);
    for (int i = 1; i <= ROUNDS; i++) {
        kill_with(pid, SIGUSR1);
        while (seen < i)
            sys(SYS_rt_sigsuspend, &none, 8);
    }
    EXPECT(finish(pid).status, 0, "the partner's status");
}

// --- waiting for signals ----------------------------------------------------------------------

static long wait_for(uint64 set, struct siginfo *info, long ms)
{
    struct timespec ts = { ms / 1000, ms % 1000 * (long)MS };
    return sys(SYS_rt_sigtimedwait, &set, info, ms < 0 ? 0 : (long)&ts, 8);
}

void waits_for_signals(void)
{
    struct siginfo info = { 0 };
    uint64 begin = now_ns();
    block(SIGBIT(SIGUSR1) | SIGBIT(SIGTERM));
    EXPECT(wait_for(SIGBIT(SIGUSR1), &info, 0), -EAGAIN, "nothing waits");
    EXPECT(wait_for(SIGBIT(SIGUSR1), &info, 50), -EAGAIN, "nothing comes");
    CHECK(now_ns() - begin >= 50 * MS, "it did not wait");
    struct later l = { SIGTERM, 20, -1, 1 };
    int pid = start(sends, &l);
    EXPECT(wait_for(SIGBIT(SIGUSR1) | SIGBIT(SIGTERM), &info, -1), SIGTERM, "the signal");
    EXPECT(info.si_pid, pid, "who sent it");
    end(pid);
    on(SIGUSR2, note, SA_RESTART);
    l = (struct later){ SIGUSR2, 20, -1, 1 };
    pid = start(sends, &l);
    EXPECT(wait_for(SIGBIT(SIGUSR1), &info, 10000), -EINTR, "another signal");
    EXPECT(seen, 1, "signals seen");
    end(pid);
}

// --- queues -----------------------------------------------------------------------------------

static long queue(int sig, uint64 value)
{
    struct siginfo info = { .si_signo = sig, .si_code = SI_QUEUE, .si_value = value };
    info.si_pid = getpid();
    return sys(SYS_rt_sigqueueinfo, getpid(), sig, &info);
}

void queues(void)
{
    struct siginfo info;
    uint64 all = SIGBIT(40) | SIGBIT(41) | SIGBIT(SIGUSR1);
    long kept = 0, err;
    block(all);
    for (int i = 0; i < 10; i++) {
        EXPECT(queue(41, 100 + (uint64)i), 0, "sigqueue");
        EXPECT(queue(40, 200 + (uint64)i), 0, "sigqueue");
        EXPECT(queue(SIGUSR1, 300 + (uint64)i), 0, "sigqueue");
    }
    EXPECT(wait_for(all, &info, 0), SIGUSR1, "the lowest is first");
    EXPECT(info.si_value, 300, "the first of a standard signal is kept");
    for (int i = 0; i < 20; i++) {
        EXPECT(wait_for(all, &info, 0), i < 10 ? 40 : 41, "signal %d", i);
        EXPECT(info.si_value, (i < 10 ? 200 : 90) + i, "value of signal %d", i);
        EXPECT(info.si_code, SI_QUEUE, "code");
    }
    EXPECT(wait_for(all, &info, 0), -EAGAIN, "nothing is left");
    while ((err = queue(40, 0)) == 0)
        kept++;
    EXPECT(err, -EAGAIN, "sigqueue when too many wait");
    CHECK(kept >= 256 && kept <= 65536, "%ld signals are kept", kept);
    EXPECT(queue(SIGUSR1, 7), 0, "a standard signal has its place");
    EXPECT(wait_for(SIGBIT(SIGUSR1), &info, 0), SIGUSR1, "the standard signal");
    EXPECT(info.si_value, 7, "its value");
}
