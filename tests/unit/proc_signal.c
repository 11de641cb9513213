// Signals: who takes them and when, what is blocked, who stops and goes on.
#include <string.h>
#include "proc_world.h"
#include "abi.h"
#include "dev/chardev.h"

static int seen[64], nseen;
static struct siginfo last;

static void note(const struct siginfo *info)
{
    last = *info;
    seen[nseen++] = info->si_signo;
}

static void on(int sig, void *handler, uint64 flags)
{
    struct sigaction a = { (uint64)handler, flags, 0 }, old;
    CHECK_EQ(signal_set_action(sig, &a, &old), 0);
}

static void begin(void)
{
    nseen = 0;
    memset(&last, 0, sizeof last);
}

static uint64 pending(int pid)
{
    return proc_find(pid)->signals.pending.set;
}

// --- taking -----------------------------------------------------------------------------------

static void takes_in_order(void)
{
    begin();
    int me = self()->pid;
    for (int i = 0; i < 3; i++)
        on((int[]){ SIGUSR1, SIGUSR2, SIGSEGV }[i], note, 0);
    on(40, note, 0);
    signal_block(~0UL);
    CHECK(!thread_interrupted());
    for (int i = 0; i < 2; i++) {
        CHECK_EQ(send_signal(me, 40), 0);
        CHECK_EQ(send_signal(me, SIGUSR2), 0);
        CHECK_EQ(send_signal(me, SIGUSR1), 0);
        CHECK_EQ(send_signal(me, SIGSEGV), 0);
    }
    CHECK(!thread_interrupted());
    to_user_mode();
    CHECK_EQ(nseen, 0);
    signal_block(0);
    CHECK(thread_interrupted());
    to_user_mode();
    CHECK(!thread_interrupted());
    CHECK_EQ(nseen, 5); // faults first, then by number; what is queued each time, the others once
    CHECK(seen[0] == SIGSEGV && seen[1] == SIGUSR1 && seen[2] == SIGUSR2);
    CHECK(seen[3] == 40 && seen[4] == 40);
    proc_exit(3, 0);
}

static void sends_itself(void)
{
    CHECK_EQ(end_of(start(takes_in_order)), 3);
}

TEST(signals_are_taken_in_order)
{
    as_init(sends_itself);
}

static void fills_its_queue(void)
{
    int n = 0, err;
    signal_block(SIGBIT(40) | SIGBIT(SIGUSR1));
    on(40, note, 0);
    while ((err = send_signal(self()->pid, 40)) == 0)
        n++;
    CHECK_EQ(err, -EAGAIN);
    CHECK_EQ(n, PENDING_MOST);
    turns_fail = 1; // without memory a standard one waits all the same
    CHECK_EQ(send_signal(self()->pid, SIGUSR1), 0);
    turns_fail = 0;
    CHECK(pending(self()->pid) & SIGBIT(SIGUSR1));
    proc_exit(0, 0); // and all is given back
}

static void has_a_child_that_is_full(void)
{
    CHECK_EQ(end_of(start(fills_its_queue)), 0);
}

TEST(a_queue_has_an_end)
{
    as_init(has_a_child_that_is_full);
}

// --- between check and sleep ------------------------------------------------------------------

static void waits_for_one(void)
{
    struct siginfo info;
    signal_block(SIGBIT(SIGTERM));
    CHECK_EQ(signal_wait(SIGBIT(SIGTERM), clock_ns() + 1000000, &info), -EAGAIN);
    CHECK_EQ(signal_wait(SIGBIT(SIGTERM), clock_ns() + 1000000000, &info), SIGTERM);
    CHECK_EQ(info.si_pid, 1);
    CHECK_EQ(self()->leader.signals.awaited, 0);
    on(SIGUSR1, note, 0);
    CHECK_EQ(signal_wait(SIGBIT(SIGTERM), clock_ns() + 1000000000, &info), -EINTR);
    to_user_mode();
    CHECK_EQ(seen[0], SIGUSR1);
    proc_exit(6, 0);
}

static void sends_to_who_waits(void)
{
    begin();
    int pid = start(waits_for_one);
    nap(10);
    CHECK_EQ(send_signal(pid, SIGTERM), 0); // which it blocks, and does not die of
    nap(10);
    CHECK_EQ(send_signal(pid, SIGUSR1), 0);
    CHECK_EQ(end_of(pid), 6);
}

TEST(who_waits_for_a_signal_gets_it)
{
    as_init(sends_to_who_waits);
}

static void suspends(void)
{
    on(SIGUSR1, note, 0);
    signal_block(SIGBIT(SIGUSR1));
    CHECK_EQ(send_signal(self()->pid, SIGUSR1), 0);
    CHECK_EQ(sleep_ns(1000), 0);
    signal_block_for_now(0);
    CHECK_EQ(sleep_ns(1000), -EINTR);
    to_user_mode();
    CHECK_EQ(nseen, 1);
    CHECK_EQ(self()->leader.signals.blocked, SIGBIT(SIGUSR1)); // again
    signal_block_for_now(0);
    to_user_mode(); // nothing was to be taken
    CHECK_EQ(self()->leader.signals.blocked, SIGBIT(SIGUSR1));
    proc_exit(8, 0);
}

static void has_one_that_suspends(void)
{
    begin();
    CHECK_EQ(end_of(start(suspends)), 8);
}

TEST(what_was_blocked_is_blocked_again)
{
    as_init(has_one_that_suspends);
}

// --- init -------------------------------------------------------------------------------------

static void asks_for_it(void)
{
    begin();
    CHECK_EQ(send_signal(1, SIGTERM), -EPERM);
    CHECK_EQ(send_signal(1, SIGCHLD), 0);
    on(SIGTERM, note, 0);
    CHECK_EQ(send_signal(1, SIGTERM), 0);
    to_user_mode();
    CHECK_EQ(nseen, 1);
    CHECK_EQ(last.si_pid, 1);
    on(SIGTERM, (void *)SIG_DFL, 0);
    struct sigaction a = { (uint64)note, 0, 0 }, old;
    CHECK_EQ(signal_set_action(SIGKILL, &a, &old), -EINVAL);
    CHECK_EQ(signal_set_action(SIGKILL, NULL, &old), 0);
}

TEST(init_gets_what_it_asks_for)
{
    as_init(asks_for_it);
}

// --- stopping ---------------------------------------------------------------------------------

static struct wait_news news;

static int wait_any(uint32 options)
{
    struct wait_for what = { .type = P_ALL, .options = options };
    return wait_for(what, &news);
}

static struct kine_proc told_of(int pid)
{
    struct kine_proc told;
    CHECK(proc_describe(pid - 1, &told));
    CHECK_EQ(told.pid, pid);
    return told;
}

static void described(int pid)
{
    struct kine_proc told = told_of(pid);
    CHECK_EQ(told.state, 'T');
    CHECK_EQ(told.threads, 1);
    CHECK(told.group == self()->group->pgid && told.session == self()->group->session->sid);
    CHECK_EQ(told.terminal, 0);
    console_of = told.session + 1;
    CHECK_EQ(told_of(pid).terminal, 0);
    console_of = told.session;
    CHECK_EQ(told_of(pid).terminal, DEV_CONSOLE << 8);
    console_of = 0;
}

static void stops_and_continues(void)
{
    begin();
    int pid = start(for_ever);
    nap(5);
    on(SIGCHLD, note, 0);
    CHECK_EQ(send_signal(pid, SIGSTOP), 0);
    CHECK_EQ(wait_any(WSTOPPED), 0);
    CHECK(news.pid == pid && news.code == CLD_STOPPED && news.status == SIGSTOP);
    to_user_mode();
    CHECK(nseen == 1 && last.si_code == CLD_STOPPED && last.si_status == SIGSTOP);
    on(SIGCHLD, (void *)SIG_DFL, 0);
    CHECK_EQ(wait_any(WSTOPPED | WNOHANG), 0);
    CHECK_EQ(news.pid, 0); // it is told once
    CHECK(signal_stopped_anywhere());
    described(pid);
    CHECK_EQ(send_signal(pid, SIGTERM), 0); // waits
    nap(2000);
    CHECK(!proc_find(pid)->zombie && pending(pid) & SIGBIT(SIGTERM));
    CHECK_EQ(send_signal(pid, SIGTSTP), 0);
    CHECK_EQ(send_signal(pid, SIGCONT), 0);
    CHECK(!(pending(pid) & SIGBIT(SIGTSTP)));
    CHECK_EQ(wait_any(WCONTINUED), 0);
    CHECK(news.code == CLD_CONTINUED && news.status == SIGCONT);
    CHECK_EQ(end_of(pid), 1000 + SIGTERM);
    CHECK(!signal_stopped_anywhere());
    pid = start(for_ever);
    nap(5);
    CHECK_EQ(send_signal(pid, SIGSTOP), 0);
    nap(5);
    CHECK_EQ(send_signal(pid, SIGKILL), 0);
    CHECK_EQ(end_of(pid), 1000 + SIGKILL);
    CHECK(!signal_stopped_anywhere());
}

TEST(who_is_stopped_stands_until_he_goes_on)
{
    as_init(stops_and_continues);
}

// --- threads ----------------------------------------------------------------------------------

#define THREAD (CLONE_VM | CLONE_FILES | CLONE_FS | CLONE_SIGHAND | CLONE_THREAD)

static void thread_takes(void)
{
    signal_block(0);
    while (nseen == 0)
        nap(1000);
    lwp_exit(0);
}

static void blocks_and_has_a_thread(void)
{
    on(SIGUSR1, note, 0);
    signal_block(SIGBIT(SIGUSR1));
    CHECK(start_with(THREAD, thread_takes) > 0);
    nap(5);
    CHECK_EQ(send_signal(self()->pid, SIGUSR1), 0); // the other's to take
    nap(5);
    CHECK_EQ(nseen, 1);
    CHECK_EQ(self()->nlive, 1);
    proc_exit(4, 0);
}

static void thread_stands(void)
{
    for (;;)
        nap(1000);
}

static void has_a_thread(void)
{
    CHECK(start_with(THREAD, thread_stands) > 0);
    for (;;)
        nap(1000);
}

static void signals_threads(void)
{
    begin();
    CHECK_EQ(end_of(start(blocks_and_has_a_thread)), 4);
    int pid = start(has_a_thread);
    nap(5);
    CHECK_EQ(proc_find(pid)->nlive, 2);
    CHECK_EQ(send_signal(pid, SIGSTOP), 0);
    CHECK_EQ(wait_any(WSTOPPED), 0); // once for both
    CHECK_EQ(proc_find(pid)->signals.nstopped, 2);
    CHECK_EQ(send_signal(pid, SIGCONT), 0);
    nap(5);
    CHECK_EQ(proc_find(pid)->signals.nstopped, 0);
    CHECK_EQ(send_signal(pid, SIGTERM), 0); // all of it
    CHECK_EQ(end_of(pid), 1000 + SIGTERM);
}

TEST(a_signal_goes_to_a_thread_that_takes_it)
{
    as_init(signals_threads);
}

// --- children ---------------------------------------------------------------------------------

static void leaves_no_zombies(void)
{
    on(SIGCHLD, (void *)SIG_IGN, 0);
    for (int i = 0; i < 5; i++)
        start(ends_7);
    CHECK_EQ(wait_any(WEXITED), -ECHILD);
    proc_exit(9, 0);
}

static void takes_them_over(void)
{
    CHECK_EQ(end_of(start(leaves_no_zombies)), 9);
    for (int i = 0; i < 5; i++)
        CHECK_EQ(end_of(-1), 7);
}

TEST(who_ignores_sigchld_has_no_zombies)
{
    as_init(takes_them_over);
}

static void leaves_a_clone(void)
{
    CHECK(start_with(0, ends_7) > 0);
    proc_exit(2, 0);
}

static void waits_for_all_alike(void)
{
    CHECK_EQ(end_of(start(leaves_a_clone)), 2);
    CHECK_EQ(wait_any(WEXITED), 0); // without __WALL
    CHECK(news.code == CLD_EXITED && news.status == 7);
}

TEST(orphaned_clones_are_waited_for_too)
{
    as_init(waits_for_all_alike);
}

// --- groups -----------------------------------------------------------------------------------

static void forms_groups(void)
{
    int a = start(for_ever), b = start(for_ever), c = start(for_ever);
    CHECK_EQ(proc_getpgid(a), 1);
    CHECK_EQ(proc_setpgid(a, 0), 0);
    CHECK_EQ(proc_setpgid(b, a), 0);
    CHECK_EQ(proc_setpgid(b, c), -EPERM); // there is no such group
    CHECK_EQ(proc_setpgid(1, a), -EPERM); // it leads the session
    CHECK_EQ(proc_setpgid(30000, 0), -ESRCH);
    CHECK_EQ(proc_setsid(), -EPERM);
    CHECK_EQ(proc_getsid(b), 1);
    nap(5);
    CHECK_EQ(send_signal(-a, SIGTERM), 0);
    CHECK_EQ(end_of(a), 1000 + SIGTERM);
    CHECK(group_find(a) != NULL); // as long as b is not forgotten
    CHECK_EQ(end_of(b), 1000 + SIGTERM);
    CHECK(group_find(a) == NULL);
    CHECK_EQ(send_signal(-a, 0), -ESRCH);
    CHECK_EQ(send_signal(c, SIGKILL), 0);
    CHECK_EQ(end_of(c), 1000 + SIGKILL);
}

TEST(groups_live_as_long_as_their_members)
{
    as_init(forms_groups);
}

static void hangs_up(void)
{
    on(SIGHUP, note, 0);
    CHECK_EQ(send_signal(self()->pid, SIGSTOP), 0);
    to_user_mode();
    CHECK(nseen == 1 && seen[0] == SIGHUP);
    proc_exit(5, 0);
}

static void leads_a_session(void)
{
    CHECK_EQ(proc_setsid(), self()->pid);
    int pid = start(hangs_up);
    CHECK_EQ(proc_setpgid(pid, pid), 0);
    CHECK_EQ(wait_any(WSTOPPED), 0);
    CHECK(!group_is_orphaned(group_find(pid)));
    proc_exit(2, 0);
}

static void has_a_session(void)
{
    begin();
    CHECK_EQ(end_of(start(leads_a_session)), 2);
    CHECK_EQ(end_of(-1), 5);
}

TEST(an_orphaned_group_that_stands_hangs_up)
{
    as_init(has_a_session);
}

// --- alarms -----------------------------------------------------------------------------------

static void rings(void)
{
    struct siginfo info;
    uint64 begin_ns = clock_ns();
    signal_block(SIGBIT(SIGALRM));
    struct alarm_time t = { 50000000, 20000000 }, old;
    CHECK_EQ(itimer_set(ITIMER_REAL, t, &old), 0);
    CHECK_EQ(old.left, 0);
    CHECK_EQ(signal_wait(SIGBIT(SIGALRM), SLEEP_LONGEST_NS, &info), SIGALRM);
    CHECK_EQ(clock_ns() - begin_ns, 50000000);
    CHECK_EQ(signal_wait(SIGBIT(SIGALRM), SLEEP_LONGEST_NS, &info), SIGALRM);
    CHECK_EQ(clock_ns() - begin_ns, 70000000);
    t = itimer_get(ITIMER_REAL);
    CHECK(t.left == 20000000 && t.interval == 20000000);
    int id = ptimer_new(NULL, false);
    itimer_set(ITIMER_REAL, (struct alarm_time){ 0, 0 }, &old);
    CHECK_EQ(ptimer_set(id, 1000000, 1000000, false, &old), 0);
    nap(20);
    CHECK_EQ(signal_wait(SIGBIT(SIGALRM), SLEEP_LONGEST_NS, &info), SIGALRM);
    CHECK(info.si_code == SI_TIMER && info.si_overrun >= 18 && info.si_overrun <= 19);
    CHECK_EQ(ptimer_overrun(id), info.si_overrun);
    CHECK_EQ(ptimer_delete(id + 1), -EINVAL);
    proc_exit(3, 0); // with the timer running
}

static void has_alarms(void)
{
    static bool started;
    if (!started)
        CHECK(alarms_start());
    started = true;
    CHECK_EQ(end_of(start(rings)), 3);
    nap(100); // nothing rings for who is gone
}

TEST(alarms_ring_in_time)
{
    as_init(has_alarms);
}
