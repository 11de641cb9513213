// Children that end, stop and go on; process groups, sessions.
#include "user/tests/sigtest/sigtest.h"

static void exits_with(void *status)
{
    exit((int)(long)status);
}

static void await(int n)
{
    for (int ms = 0; seen < n; ms++) {
        CHECK(ms < 5000, "%d signals came of %d", seen, n);
        sleep_ms(1);
    }
}

static void expect_told(int n, int pid, int code, int status)
{
    await(n);
    EXPECT(seen, n, "SIGCHLD seen");
    EXPECT(seen_info.si_signo, SIGCHLD, "the signal");
    EXPECT(seen_info.si_pid, pid, "si_pid");
    EXPECT(seen_info.si_code, code, "si_code");
    EXPECT(seen_info.si_status, status, "si_status");
}

void told_of_children(void)
{
    on(SIGCHLD, note, SA_RESTART);
    int pid = start(exits_with, (void *)747L);
    expect_told(1, pid, CLD_EXITED, 747);
    finish(pid);
    pid = start_and_let(for_ever, 0);
    kill_with(pid, SIGSTOP);
    expect_told(2, pid, CLD_STOPPED, SIGSTOP);
    kill_with(pid, SIGCONT);
    expect_told(3, pid, CLD_CONTINUED, SIGCONT);
    kill_with(pid, SIGTERM);
    expect_told(4, pid, CLD_KILLED, SIGTERM);
    EXPECT(finish(pid).signal, SIGTERM, "the child's end");
    on(SIGCHLD, note, SA_RESTART | SA_NOCLDSTOP);
    pid = start_and_let(for_ever, 0);
    kill_with(pid, SIGSTOP);
    expect_news(pid, WSTOPPED, CLD_STOPPED, SIGSTOP);
    kill_with(pid, SIGCONT);
    expect_news(pid, WCONTINUED, CLD_CONTINUED, SIGCONT);
    EXPECT(seen, 4, "SIGCHLD seen with SA_NOCLDSTOP");
    kill_with(pid, SIGKILL);
    expect_told(5, pid, CLD_KILLED, SIGKILL);
    finish(pid);
}

static void leaves_none(handler *fn, uint64 flags)
{
    on(SIGCHLD, fn, flags);
    for (int i = 0; i < 20; i++)
        start(exits_with, 0);
    EXPECT(sys(SYS_wait4, -1, 0, 0, 0), -ECHILD, "wait4 when children leave no zombies");
}

void no_zombies(void)
{
    leaves_none((handler *)SIG_IGN, 0);
    leaves_none((handler *)SIG_DFL, SA_NOCLDWAIT);
    on(SIGCHLD, (handler *)SIG_DFL, 0);
    EXPECT(finish(start(exits_with, (void *)3)).status, 3, "a zombie again");
}

// --- stopped ----------------------------------------------------------------------------------

static volatile long *counter; // shared with children

static void counts(void *arg)
{
    for (;;)
        ++*counter;
}

static void share_counter(void)
{
    counter = mmap(0, PGSIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    CHECK(counter != (long *)-1, "mmap failed");
}

static bool moves(void)
{
    long before = *counter;
    sleep_ms(60);
    return *counter != before;
}

void stops(void)
{
    int status;
    share_counter();
    int pid = start_and_let(counts, 0);
    for (int i = 0; i < 3; i++) {
        CHECK(moves(), "the child does not run");
        kill_with(pid, SIGSTOP);
        EXPECT(sys(SYS_wait4, pid, &status, WUNTRACED, 0), pid, "wait4 for a stop");
        EXPECT(status, SIGSTOP << 8 | 0x7f, "status of a stop");
        EXPECT(sys(SYS_wait4, pid, &status, WUNTRACED | WNOHANG, 0), 0, "the same news again");
        CHECK(!moves(), "the child runs while it is stopped");
        kill_with(pid, SIGTERM); // waits until it goes on
        kill_with(pid, SIGURG);
        sleep_ms(20);
        EXPECT(sys(SYS_wait4, pid, &status, WNOHANG, 0), 0, "a stopped child's end by SIGTERM");
        if (i == 2)
            break;
        kill_with(pid, SIGCONT);
        EXPECT(finish(pid).signal, SIGTERM, "the end of a child that goes on");
        pid = start_and_let(counts, 0);
    }
    kill_with(pid, SIGKILL);
    EXPECT(finish(pid).signal, SIGKILL, "the end of a stopped child");
}

static uint64 pending_of_ours(void)
{
    uint64 set = 0;
    EXPECT(sys(SYS_rt_sigpending, &set, 8), 0, "sigpending");
    return set;
}

void stops_are_cancelled(void)
{
    uint64 all = SIGBIT(SIGTSTP) | SIGBIT(SIGTTIN) | SIGBIT(SIGTTOU) | SIGBIT(SIGCONT);
    on(SIGCONT, note, 0);
    block(all);
    raise(SIGTSTP);
    raise(SIGTTIN);
    EXPECT(pending_of_ours(), SIGBIT(SIGTSTP) | SIGBIT(SIGTTIN), "pending");
    raise(SIGCONT);
    EXPECT(pending_of_ours(), SIGBIT(SIGCONT), "pending after SIGCONT");
    raise(SIGTTOU);
    EXPECT(pending_of_ours(), SIGBIT(SIGTTOU), "pending after a signal that stops");
    raise(SIGCONT);
    unblock(all);
    EXPECT(seen, 1, "SIGCONT seen");
    on(SIGTSTP, note, 0);
    raise(SIGTSTP);
    EXPECT(seen, 2, "SIGTSTP seen");
}

void waits_of_all_kinds(void)
{
    struct siginfo info = { 0 };
    int status, mine = start_and_let(for_ever, 0), other = start_and_let(for_ever, 0);
    EXPECT(setpgid(other, 0), 0, "setpgid");
    kill_with(mine, SIGSTOP);
    kill_with(other, SIGSTOP);
    EXPECT(sys(SYS_wait4, 0, &status, WUNTRACED, 0), mine, "wait4 in the group of the caller");
    EXPECT(sys(SYS_wait4, -other, &status, WUNTRACED, 0), other, "wait4 in a group");
    EXPECT(sys(SYS_waitid, P_ALL, 0, &info, WSTOPPED | WNOHANG, 0), 0, "waitid");
    EXPECT(info.si_pid, 0, "news twice");
    kill_with(other, SIGCONT);
    EXPECT(sys(SYS_waitid, P_PGID, other, &info, WCONTINUED | WNOWAIT, 0), 0, "waitid");
    EXPECT(info.si_code, CLD_CONTINUED, "news");
    EXPECT(sys(SYS_wait4, -1, &status, WCONTINUED, 0), other, "the same news again");
    EXPECT(status, 0xffff, "status of going on");
    kill_with(other, SIGKILL);
    EXPECT(sys(SYS_waitid, P_PGID, other, &info, WEXITED | WNOWAIT, 0), 0, "waitid");
    EXPECT(info.si_code, CLD_KILLED, "news");
    EXPECT(sys(SYS_wait4, -other, &status, 0, 0), other, "the same news again");
    EXPECT(sys(SYS_wait4, -other, &status, 0, 0), -ECHILD, "wait4 in a group that is gone");
    EXPECT(sys(SYS_waitid, P_ALL, 0, &info, 0, 0), -EINVAL, "waitid for nothing");
    kill_with(mine, SIGKILL);
    EXPECT(sys(SYS_wait4, 0, &status, WUNTRACED | WCONTINUED, 0), mine, "wait4");
    EXPECT(status, SIGKILL, "status");
}

// --- groups -----------------------------------------------------------------------------------

#define NOBODY 0x3fffffff // a number that no process and no group has

void groups(void)
{
    int a = start_and_let(for_ever, 0), b = start_and_let(for_ever, 0);
    EXPECT(getpgid(a), getpgid(0), "a child's group");
    EXPECT(setpgid(a, 0), 0, "a group of its own");
    EXPECT(setpgid(b, a), 0, "a move to it");
    EXPECT(getpgid(b), a, "its group");
    EXPECT(sys(SYS_setpgid, b, NOBODY), -EPERM, "a group of that number is not there");
    EXPECT(sys(SYS_setpgid, 1, 0), -ESRCH, "another's child");
    EXPECT(sys(SYS_setpgid, a, -1), -EINVAL, "no number");
    EXPECT(sys(SYS_getsid, a), sys(SYS_getsid, 0), "session");
    EXPECT(sys(SYS_getsid, 0), sys(SYS_getsid, getppid()), "session");
    EXPECT(sys(SYS_kill, -a, 0), 0, "the group is there");
    EXPECT(sys(SYS_kill, -a, SIGTERM), 0, "kill of a group");
    EXPECT(finish(a).signal, SIGTERM, "the first one's end");
    EXPECT(getpgid(b), a, "the group lives on");
    EXPECT(finish(b).signal, SIGTERM, "the second one's end");
    EXPECT(sys(SYS_kill, -a, 0), -ESRCH, "the group is gone");
    // The caller's own group, with the caller.
    EXPECT(setpgid(0, 0), 0, "a group of our own");
    a = start_and_let(for_ever, 0);
    on(SIGTERM, note, 0);
    EXPECT(sys(SYS_kill, 0, SIGTERM), 0, "kill of our group");
    EXPECT(seen, 1, "signals seen");
    EXPECT(finish(a).signal, SIGTERM, "the child's end");
}

static void begins_session(void *arg)
{
    EXPECT(setsid(), getpid(), "setsid");
    EXPECT(getpgid(0), getpid(), "its group");
    EXPECT(sys(SYS_getsid, 0), getpid(), "its session");
    EXPECT(sys(SYS_setsid), -EPERM, "setsid once more");
    EXPECT(sys(SYS_setpgid, 0, 0), -EPERM, "its leader moves");
    int child = start_and_let(for_ever, 0);
    EXPECT(sys(SYS_setpgid, child, getppid()), -EPERM, "a group of another session");
    kill(child);
    finish(child);
}

void sessions(void)
{
    must_pass("a session", begins_session, 0);
    EXPECT(setpgid(0, 0), 0, "setpgid");
    EXPECT(sys(SYS_setsid), -EPERM, "setsid of who leads a group");
}

// --- orphans ----------------------------------------------------------------------------------

static void tells_of_hangup(void *arg)
{
    *counter = 1;
    on(SIGHUP, note, 0);
    raise(SIGSTOP);
    *counter = 2 + seen;
}

// In a session of its own: a child that stops in a group of its own, which is orphaned by our end.
static void leaves_stopped_child(void *arg)
{
    int status;
    setsid();
    int pid = start(tells_of_hangup, 0);
    setpgid(pid, pid);
    EXPECT(sys(SYS_wait4, pid, &status, WUNTRACED, 0), pid, "wait4");
}

static void stops_by_terminal(void *arg)
{
    setsid(); // an orphaned group, which nobody would continue
    raise(SIGTSTP);
    raise(SIGTTIN);
}

void orphans(void)
{
    share_counter();
    must_pass("the parent", leaves_stopped_child, 0);
    for (int ms = 0; *counter != 3; ms++) {
        CHECK(ms < 5000, "the orphan has not got SIGHUP and gone on: %ld", *counter);
        sleep_ms(1);
    }
    must_pass("an orphan that is to stop", stops_by_terminal, 0);
}
