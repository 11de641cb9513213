// What the parts share.
#include "user/tests/sigtest/sigtest.h"

volatile int seen;
volatile int seen_sig[SEEN_MOST];
struct siginfo seen_info;

void note(int sig, struct siginfo *info, struct ucontext *uc)
{
    seen_info = *info;
    if (seen < SEEN_MOST)
        seen_sig[seen] = sig;
    seen++;
}

void forget(void)
{
    seen = 0;
    seen_info = (struct siginfo){ 0 };
}

void on_masked(int sig, handler *fn, uint64 flags, uint64 mask)
{
    struct sigaction a = { (uint64)fn, flags | SA_SIGINFO, mask };
    EXPECT(sigaction(sig, &a, NULL), 0, "sigaction of %d", sig);
}

void on(int sig, handler *fn, uint64 flags)
{
    on_masked(sig, fn, flags, 0);
}

void block(uint64 set)
{
    EXPECT(sigprocmask(SIG_BLOCK, &set, NULL), 0, "sigprocmask");
}

void unblock(uint64 set)
{
    EXPECT(sigprocmask(SIG_UNBLOCK, &set, NULL), 0, "sigprocmask");
}

uint64 blocked(void)
{
    uint64 set = 0;
    EXPECT(sigprocmask(SIG_BLOCK, NULL, &set), 0, "sigprocmask");
    return set;
}

void raise(int sig)
{
    EXPECT(kill_with(getpid(), sig), 0, "kill with %d", sig);
}

void expect_news(int pid, int options, int code, int status)
{
    struct siginfo info = { 0 };
    EXPECT(sys(SYS_waitid, P_PID, pid, &info, options, 0), 0, "waitid");
    EXPECT(info.si_pid, pid, "the child");
    EXPECT(info.si_code, code, "code of the news");
    EXPECT(info.si_status, status, "status of the news");
}

int start_and_let(job *fn, void *arg)
{
    int pid = start(fn, arg);
    sleep_ms(20);
    return pid;
}

void for_ever(void *arg)
{
    for (;;)
        sleep_ms(100000);
}
