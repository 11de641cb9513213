// Signals over fork and exec; what is refused; a storm of them.
#include "user/tests/sigtest/sigtest.h"

static void looks_at_child(void *arg)
{
    uint64 pending = ~0UL;
    EXPECT(sys(SYS_rt_sigpending, &pending, 8), 0, "sigpending");
    EXPECT(pending, 0, "pending in the child");
    EXPECT(blocked(), SIGBIT(SIGUSR1), "blocked in the child");
    unblock(SIGBIT(SIGUSR1));
    raise(SIGUSR1);
    EXPECT(seen, 1, "signals seen in the child");
    on(SIGUSR1, (handler *)SIG_DFL, 0); // not the parent's
}

void over_fork(void)
{
    on(SIGUSR1, note, 0);
    block(SIGBIT(SIGUSR1));
    raise(SIGUSR1);
    must_pass("a child", looks_at_child, 0);
    EXPECT(seen, 0, "signals seen while blocked");
    unblock(SIGBIT(SIGUSR1));
    EXPECT(seen, 1, "signals seen");
}

static void becomes_another(void *arg)
{
    char *argv[] = { "sigtest", "@exec", NULL };
    struct itimerval v = { { 0, 0 }, { 100, 0 } };
    on(SIGUSR1, note, 0);
    on(SIGUSR2, (handler *)SIG_IGN, 0);
    on(SIGTERM, note, 0);
    block(SIGBIT(SIGTERM));
    raise(SIGTERM);
    EXPECT(sys(SYS_setitimer, ITIMER_REAL, &v, 0), 0, "setitimer");
    exec("/sigtest", argv);
}

// => the status that becomes_another() is to have
int after_exec(void)
{
    struct sigaction a;
    struct itimerval v = { { 0, 0 }, { 0, 0 } };
    uint64 pending = 0;
    sigaction(SIGUSR1, NULL, &a);
    if (a.sa_handler != SIG_DFL || a.sa_flags)
        return 1;
    sigaction(SIGUSR2, NULL, &a);
    if (a.sa_handler != SIG_IGN)
        return 2;
    if (blocked() != SIGBIT(SIGTERM))
        return 3;
    sys(SYS_rt_sigpending, &pending, 8);
    if (pending != SIGBIT(SIGTERM))
        return 4;
    sys(SYS_getitimer, ITIMER_REAL, &v);
    return v.it_value.tv_sec > 90 ? 42 : 5;
}

void over_exec(void)
{
    EXPECT(run(becomes_another, 0).status, 42, "what another program finds");
}

void refused(void)
{
    struct sigaction a = { (uint64)note, 0, 0 };
    uint64 set = 0;
    struct siginfo info = { .si_code = SI_USER };
    EXPECT(sys(SYS_rt_sigaction, SIGKILL, &a, 0, 8), -EINVAL, "a handler for SIGKILL");
    EXPECT(sys(SYS_rt_sigaction, SIGSTOP, &a, 0, 8), -EINVAL, "a handler for SIGSTOP");
    EXPECT(sys(SYS_rt_sigaction, SIGKILL, 0, &a, 8), 0, "what SIGKILL does");
    EXPECT(sys(SYS_rt_sigaction, 0, 0, &a, 8), -EINVAL, "signal 0");
    EXPECT(sys(SYS_rt_sigaction, NSIG + 1, 0, &a, 8), -EINVAL, "signal 65");
    EXPECT(sys(SYS_rt_sigaction, SIGUSR1, 0, &a, 4), -EINVAL, "a set of 4 bytes");
    EXPECT(sys(SYS_rt_sigaction, SIGUSR1, 8, 0, 8), -EFAULT, "an action nowhere");
    EXPECT(sys(SYS_rt_sigprocmask, 3, &set, 0, 8), -EINVAL, "an unknown way");
    EXPECT(sys(SYS_kill, getpid(), NSIG + 1), -EINVAL, "kill with 65");
    EXPECT(sys(SYS_kill, getpid(), -1), -EINVAL, "kill with -1");
    EXPECT(sys(SYS_kill, 31999, 0), -ESRCH, "nobody");
    EXPECT(sys(SYS_kill, -31999, 0), -ESRCH, "no group");
    EXPECT(sys(SYS_kill, 1, SIGKILL), -EPERM, "init");
    EXPECT(sys(SYS_kill, 1, SIGSTOP), -EPERM, "init");
    EXPECT(sys(SYS_tgkill, getpid(), 1, 0), -ESRCH, "another's thread");
    EXPECT(sys(SYS_tkill, 0, 0), -EINVAL, "thread 0");
    EXPECT(sys(SYS_rt_sigqueueinfo, getppid(), SIGURG, &info), -EPERM, "what the kernel says");
    EXPECT(sys(SYS_restart_syscall), -EINTR, "no sleep was cut short");
}

// --- a storm ----------------------------------------------------------------------------------

#define PARTNERS 6
#define SHOTS    400

static int others[PARTNERS];
static volatile int *ready;

static void shoots(void *arg)
{
    uint64 chance = (uint64)getpid() * 7919 + 1;
    uint64 set = SIGBIT(SIGUSR1) | SIGBIT(SIGUSR2) | SIGBIT(50);
    on_masked(SIGUSR1, note, SA_RESTART, 0);
    on_masked(SIGUSR2, note, SA_RESTART, SIGBIT(SIGUSR1));
    on_masked(50, note, SA_RESTART, 0);
    __atomic_fetch_add(ready, 1, __ATOMIC_SEQ_CST);
    while (*ready < PARTNERS + 1)
        sleep_ms(1);
    for (int i = 0; i < SHOTS; i++) {
        static const int sig[] = { SIGUSR1, SIGUSR2, 50, SIGCONT, SIGURG };
        int to = *(volatile int *)&((volatile int *)ready)[1 + next_random(&chance) % PARTNERS];
        kill_with(to, sig[next_random(&chance) % 5]);
        switch (next_random(&chance) % 5) {
        case 0:
            block(set);
            unblock(set);
            break;
        case 1: sys(SYS_sched_yield); break;
        case 2: finish(start(do_nothing, 0)); break;
        default: sleep_ms(1);
        }
    }
}

void storm(void)
{
    ready = mmap(0, PGSIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    for (int i = 0; i < PARTNERS; i++)
        others[i] = start(shoots, 0);
    for (int i = 0; i < PARTNERS; i++)
        ((volatile int *)ready)[1 + i] = others[i];
    while (*ready < PARTNERS)
        sleep_ms(1);
    __atomic_fetch_add(ready, 1, __ATOMIC_SEQ_CST);
    for (int i = 0; i < 40; i++) {
        kill_with(others[i % PARTNERS], SIGSTOP);
        sleep_ms(2);
        kill_with(others[i % PARTNERS], SIGCONT);
    }
    for (int i = 0; i < PARTNERS; i++) {
        struct ending end = finish(others[i]);
        EXPECT(end.signal, 0, "the end of partner %d", i);
        EXPECT(end.status, 0, "the status of partner %d", i);
    }
}
