// System calls on signals, groups and timers (sys_signal.c, sys_group.c, sys_timer.c, sigframe.c,
// deliver.c): arguments and answers, and the frame on the stack.  What the signals do is the test's.
#include <setjmp.h>
#include <string.h>
#include "calls.h"
#include "dev/output.h"
#include "proc/alarm.h"
#include "proc/group.h"
#include "proc/oom.h"
#include "proc/signal.h"
#include "riscv/trap.h"
#include "sys/deliver.h"
#include "sys/sigframe.h"
#include "task/fp.h"
#include "vm/aspace.h"
#include "proc/sigpage.h"
#include "vm/usercopy.h"

#define HANDLER 0x4444
#define STACK   (DATA + 8 * PGSIZE) // sp, in the middle of what can be written

static struct lwp_signals *state(void)
{
    return &current_lwp()->signals;
}

// --- what signals do, here --------------------------------------------------------------------

static struct sigaction actions[NSIG + 1];
static struct siginfo next[4]; // what signal_take() gives, one after the other
static int nnext, entered, put_backs, broken, forced;
static bool handles_faults;

int signal_set_action(int sig, const struct sigaction *action, struct sigaction *old)
{
    if (sig < 1 || sig > NSIG)
        return -EINVAL;
    *old = actions[sig];
    if (action)
        actions[sig] = *action;
    return 0;
}

uint64 signal_block(uint64 set)
{
    uint64 before = state()->blocked;
    state()->blocked = set & ~UNBLOCKABLE;
    return before;
}

void signal_block_for_now(uint64 set)
{
    state()->before = signal_block(set);
    host_interrupt(0, true); // so that it does not sleep
}

void signal_put_back(void)
{
    put_backs++;
}

uint64 signal_mask_to_return(void)
{
    return state()->blocked;
}

void signal_enter(int sig, const struct sigaction *action)
{
    entered++;
    signal_block(state()->blocked | SIGBIT(sig));
}

int signal_take(struct siginfo *info, struct sigaction *action)
{
    if (nnext == 0)
        return 0;
    *info = next[--nnext];
    *action = actions[info->si_signo];
    return info->si_signo;
}

bool signal_force(const struct siginfo *info)
{
    forced = info->si_signo;
    return handles_faults;
}

int signal_wait(uint64 set, uint64 until_ns, struct siginfo *info)
{
    *info = (struct siginfo){ .si_signo = 5, .si_value = set };
    info->si_utime = (int64)until_ns;
    return 5;
}

uint64 signal_pending_set(void)
{
    return 6;
}

void signal_broken_pipe(void)
{
    broken++;
}

int signal_kill_thread(int tgid, int tid, const struct siginfo *info)
{
    return tgid * 1000 + tid * 10 + info->si_signo;
}

int signal_own_actions(void)
{
    return 0;
}

void signal_exec(void)
{
}

int proc_setpgid(int pid, int pgid)
{
    return pid * 10 + pgid;
}

int proc_getpgid(int pid)
{
    return pid + 1;
}

int proc_getsid(int pid)
{
    return pid + 2;
}

int proc_setsid(void)
{
    return 3;
}

static struct alarm_time timer;
static struct sigevent event;
static bool absolute;

struct alarm_time itimer_get(int which)
{
    return timer;
}

int itimer_set(int which, struct alarm_time t, struct alarm_time *old)
{
    *old = timer;
    timer = t;
    return 0;
}

int ptimer_new(const struct sigevent *e, bool realtime)
{
    event = e ? *e : (struct sigevent){ 0 };
    return 8;
}

int ptimer_set(int id, uint64 value, uint64 interval, bool at, struct alarm_time *old)
{
    *old = timer;
    timer = (struct alarm_time){ value, interval };
    absolute = at;
    return id == 8 ? 0 : -EINVAL;
}

int ptimer_get(int id, struct alarm_time *out)
{
    *out = timer;
    return id == 8 ? 0 : -EINVAL;
}

int ptimer_overrun(int id)
{
    return id;
}

static int deleted;

int ptimer_delete(int id)
{
    deleted = id;
    return 0;
}

static struct fp_state unit;

void fp_get(struct fp_state *out)
{
    *out = unit;
}

void fp_set(const struct fp_state *from)
{
    unit = *from;
}

int oom_fault(uint64 va, enum access access)
{
    return vm_fault(current_proc()->aspace, va, access);
}

void output_folded(const char *kind, const char *fmt, ...)
{
}

static void begin(void)
{
    calls_begin(true);
    sigpage_init();
    memset(state(), 0, sizeof *state());
    memset(actions, 0, sizeof actions);
    nnext = entered = put_backs = broken = forced = 0;
    handles_faults = false;
    actions[10] = (struct sigaction){ HANDLER, 0, 0 };
    struct trapframe *tf = calls_thread.tf;
    for (int i = 1; i < 32; i++)
        tf->reg[i] = 1000 + (uint64)i;
    tf->reg[REG_SP] = STACK + 5;
    tf->sepc = 77;
}

// --- the frame --------------------------------------------------------------------------------

struct frame_seen { // as Linux lays it out on riscv64
    struct siginfo info;
    uint64 flags, link, stack[3], mask;
    uint64 spare[15], to_16;
    uint64 pc, x[31];
    uint64 f[32];
    uint32 fcsr, wider[64], reserved, end[2];
};

static void one(int sig)
{
    next[0] = (struct siginfo){ .si_signo = sig, .si_code = SI_QUEUE, .si_value = 99 };
    nnext = 1;
}

TEST(a_frame_is_as_linux_programs_know_it)
{
    struct frame_seen seen;
    begin();
    struct trapframe *tf = calls_thread.tf, before = *tf;
    CHECK_EQ(sizeof seen, 1088);
    for (int i = 0; i < 32; i++)
        unit.f[i] = 7000 + (uint64)i;
    unit.fcsr = 0x61;
    signal_block(0x30);
    CHECK_EQ(call(SYS_rt_sigaction, 10, 0, 0, 8), 0);
    struct sigaction a = { HANDLER, 0, 0 };
    put(DATA, &a, sizeof a);
    CHECK_EQ(call(SYS_rt_sigaction, 10, DATA, 0, 8), 0);
    one(10);
    deliver_signals(tf, false);
    CHECK_EQ(entered, 1);
    CHECK_EQ(tf->reg[REG_SP], STACK - 1088);
    CHECK_EQ(tf->reg[REG_A0], 10);
    CHECK_EQ(tf->reg[REG_A1], STACK - 1088);
    CHECK_EQ(tf->reg[REG_A2], STACK - 1088 + 128);
    CHECK_EQ(tf->reg[REG_RA], aspace_sigpage(calls_proc.aspace));
    CHECK_EQ(tf->sepc, HANDLER);
    CHECK_EQ(tf->reg[9], 1009);
    get(&seen, STACK - 1088, sizeof seen);
    CHECK(seen.info.si_signo == 10 && seen.info.si_value == 99);
    CHECK(seen.mask == 0x30 && seen.pc == 77 && seen.x[0] == 1001 && seen.x[30] == 1031);
    CHECK(seen.x[REG_SP - 1] == STACK + 5 && seen.f[31] == 7031 && seen.fcsr == 0x61);
    CHECK(seen.reserved == 0 && seen.end[0] == 0 && seen.end[1] == 0);
    CHECK_EQ(copyout(calls_proc.aspace, tf->reg[REG_RA], &seen, 4), -EFAULT); // nobody writes there
    // And back.
    unit = (struct fp_state){ 0 };
    CHECK_EQ(sigframe_pop(tf), 0);
    CHECK(memcmp(tf->reg + 1, before.reg + 1, sizeof before.reg - 8) == 0 && tf->sepc == 77);
    CHECK(tf->sstatus == before.sstatus && unit.f[31] == 7031 && state()->blocked == 0x30);
    calls_end();
}

// Whatever a frame says, sigreturn takes registers of user mode from it, or nothing.
TEST(a_frame_gives_no_right)
{
    struct frame_seen lie;
    begin();
    struct trapframe *tf = calls_thread.tf;
    uint64 sstatus = tf->sstatus;
    memset(&lie, 0xff, sizeof lie);
    put(STACK, &lie, sizeof lie);
    tf->reg[REG_SP] = STACK;
    struct trapframe before = *tf;
    CHECK_EQ(sigframe_pop(tf), -EFAULT);
    CHECK(memcmp(tf, &before, sizeof before) == 0);
    lie.reserved = lie.end[0] = lie.end[1] = 0;
    put(STACK, &lie, sizeof lie);
    CHECK_EQ(sigframe_pop(tf), 0);
    CHECK_EQ(tf->sstatus, sstatus);
    CHECK_EQ(state()->blocked, ~UNBLOCKABLE);
    for (uint64 at = 0; at < 3; at++) {
        tf->reg[REG_SP] = at == 0 ? NOWHERE : at == 1 ? ~0UL : 1UL << 38;
        CHECK_EQ(sigframe_pop(tf), -EFAULT);
    }
    calls_end();
}

TEST(a_call_is_made_anew_or_not)
{
    static const struct {
        int64 result;
        bool handler, restart;
        uint64 a0, sepc, a7;
    } cases[] = {
        { -ERESTART, false, false, 42, 73, 1017 },
        { -ERESTART_NOHAND, false, false, 42, 73, 1017 },
        { -ERESTART_REST, false, false, 42, 73, SYS_restart_syscall },
        { -ERESTART, true, true, 42, 73, 1017 },
        { -ERESTART, true, false, (uint64)-EINTR, 77, 1017 },
        { -ERESTART_NOHAND, true, true, (uint64)-EINTR, 77, 1017 },
        { -ERESTART_REST, true, true, (uint64)-EINTR, 77, 1017 },
        { -EINTR, false, false, (uint64)-EINTR, 77, 1017 },
        { 5, true, true, 5, 77, 1017 },
    };
    struct frame_seen seen;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        begin();
        struct trapframe *tf = calls_thread.tf;
        tf->stval = 42;
        tf->reg[REG_A0] = (uint64)cases[i].result;
        actions[10].sa_flags = cases[i].restart ? SA_RESTART : 0;
        if (cases[i].handler)
            one(10);
        deliver_signals(tf, true);
        if (cases[i].handler) {
            get(&seen, tf->reg[REG_SP], sizeof seen);
            CHECK(seen.x[REG_A0 - 1] == cases[i].a0 && seen.pc == cases[i].sepc);
            CHECK_EQ(put_backs, 0);
        } else {
            CHECK(tf->reg[REG_A0] == cases[i].a0 && tf->sepc == cases[i].sepc);
            CHECK_EQ(tf->reg[REG_A7], cases[i].a7);
            CHECK_EQ(put_backs, 1);
        }
        calls_end();
    }
    begin(); // what is no call has no result
    calls_thread.tf->reg[REG_A0] = (uint64)-ERESTART;
    deliver_signals(calls_thread.tf, false);
    CHECK_EQ(calls_thread.tf->reg[REG_A0], (uint64)-ERESTART);
    calls_end();
}

TEST(a_frame_without_room_is_a_fault)
{
    begin();
    handles_faults = true;
    calls_thread.tf->reg[REG_SP] = NOWHERE + 2 * PGSIZE;
    one(10);
    deliver_signals(calls_thread.tf, false);
    CHECK(forced == SIGSEGV && entered == 0);
    calls_end();
}

TEST(the_alternate_stack)
{
    struct sigaltstack s = { DATA + PGSIZE, 0, 0, 2 * PGSIZE }, got;
    begin();
    handles_faults = true;
    struct trapframe *tf = calls_thread.tf;
    put(STACK, &s, sizeof s);
    CHECK_EQ(call(SYS_sigaltstack, STACK, STACK + 64), 0);
    get(&got, STACK + 64, sizeof got);
    CHECK_EQ(got.ss_flags, SS_DISABLE);
    actions[10].sa_flags = SA_ONSTACK;
    one(10);
    deliver_signals(tf, false);
    CHECK_EQ(tf->reg[REG_SP], DATA + 3 * PGSIZE - 1088);
    CHECK_EQ(call(SYS_sigaltstack, STACK, 0), -EPERM); // it is in use
    one(10);
    deliver_signals(tf, false);
    CHECK_EQ(tf->reg[REG_SP], DATA + 3 * PGSIZE - 2 * 1088); // below the first
    tf->reg[REG_SP] = DATA + PGSIZE + 1000;
    one(10);
    deliver_signals(tf, false);
    CHECK_EQ(forced, SIGSEGV); // over its end
    tf->reg[REG_SP] = STACK;
    s.ss_flags = 4;
    put(STACK, &s, sizeof s);
    CHECK_EQ(call(SYS_sigaltstack, STACK, 0), -EINVAL);
    s = (struct sigaltstack){ DATA, 0, 0, MINSIGSTKSZ - 1 };
    put(STACK, &s, sizeof s);
    CHECK_EQ(call(SYS_sigaltstack, STACK, 0), -ENOMEM);
    CHECK_EQ(call(SYS_sigaltstack, NOWHERE, 0), -EFAULT);
    calls_end();
}

// --- arguments --------------------------------------------------------------------------------

TEST(sets_and_their_sizes)
{
    uint64 set = 0x1ff, got;
    begin();
    put(DATA, &set, 8);
    CHECK_EQ(call(SYS_rt_sigprocmask, SIG_SETMASK, DATA, DATA + 8, 8), 0);
    CHECK_EQ(state()->blocked, 0xff); // SIGKILL is the ninth
    CHECK_EQ(call(SYS_rt_sigprocmask, SIG_UNBLOCK, DATA, DATA + 8, 8), 0);
    get(&got, DATA + 8, 8);
    CHECK(got == 0xff && state()->blocked == 0);
    CHECK_EQ(call(SYS_rt_sigprocmask, 3, DATA, 0, 8), -EINVAL);
    CHECK_EQ(call(SYS_rt_sigprocmask, 3, 0, DATA, 8), 0); // how does not matter
    CHECK_EQ(call(SYS_rt_sigprocmask, SIG_BLOCK, DATA, 0, 16), -EINVAL);
    CHECK_EQ(call(SYS_rt_sigprocmask, SIG_BLOCK, NOWHERE, 0, 8), -EFAULT);
    CHECK_EQ(call(SYS_rt_sigpending, DATA, 9), -EINVAL);
    CHECK_EQ(call(SYS_rt_sigsuspend, DATA, 8), -ERESTART_NOHAND);
    host_interrupt(0, false);
    CHECK_EQ(call(SYS_rt_sigsuspend, DATA, 4), -EINVAL);
    CHECK_EQ(call(SYS_rt_sigaction, 0, 0, 0, 8), -EINVAL);
    CHECK_EQ(call(SYS_rt_sigaction, 10, 0, 0, 4), -EINVAL);
    CHECK_EQ(call(SYS_rt_sigaction, 10, NOWHERE, 0, 8), -EFAULT);
    struct sigaction a = { HANDLER, ~0UL, 0 };
    put(DATA, &a, sizeof a);
    CHECK_EQ(call(SYS_rt_sigaction, 10, DATA, DATA, 8), 0);
    CHECK_EQ(actions[10].sa_flags, 0xd8000007); // those that are known
    calls_end();
}

TEST(who_sends_and_who_waits)
{
    struct siginfo info = { .si_code = SI_QUEUE };
    struct timespec ts = { 1, 0 };
    uint64 set = 0x10;
    begin();
    CHECK_EQ(call(SYS_tkill, 2, 3), 23);
    CHECK_EQ(call(SYS_tkill, 0, 3), -EINVAL);
    CHECK_EQ(call(SYS_tgkill, 1, 2, 3), 1023);
    CHECK_EQ(call(SYS_tgkill, 0, 2, 3), -EINVAL);
    put(DATA, &info, sizeof info);
    CHECK_EQ(call(SYS_rt_tgsigqueueinfo, 1, 2, 3, DATA), 1023);
    CHECK_EQ(call(SYS_rt_sigqueueinfo, 9, 3, DATA), -ESRCH);
    CHECK_EQ(call(SYS_rt_sigqueueinfo, 9, 3, NOWHERE), -EFAULT);
    info.si_code = SI_TKILL;
    put(DATA, &info, sizeof info);
    CHECK_EQ(call(SYS_rt_sigqueueinfo, 9, 3, DATA), -EPERM);
    CHECK_EQ(call(SYS_rt_tgsigqueueinfo, 7, 7, 3, DATA), 7073); // to itself
    put(DATA, &set, 8);
    put(DATA + 8, &ts, sizeof ts);
    CHECK_EQ(call(SYS_rt_sigtimedwait, DATA, DATA + 64, DATA + 8, 8), 5);
    get(&info, DATA + 64, sizeof info);
    CHECK(info.si_value == 0x10 && (uint64)info.si_utime == calls_clock_ns + 1000000000);
    ts.tv_nsec = -1;
    put(DATA + 8, &ts, sizeof ts);
    CHECK_EQ(call(SYS_rt_sigtimedwait, DATA, 0, DATA + 8, 8), -EINVAL);
    CHECK_EQ(call(SYS_setpgid, 4, 5), 45);
    CHECK_EQ(call(SYS_getpgid, 4), 5);
    CHECK_EQ(call(SYS_getsid, 4), 6);
    CHECK_EQ(call(SYS_setsid, 0), 3);
    CHECK_EQ(call(SYS_restart_syscall, 0), -EINTR);
    calls_end();
}

TEST(times_of_timers)
{
    struct itimerval v = { { 1, 2 }, { 3, 4 } }, got;
    struct itimerspec t = { { 1, 2 }, { 3, 4 } };
    struct sigevent e = { .sigev_signo = 65, .sigev_notify = SIGEV_SIGNAL };
    begin();
    timer = (struct alarm_time){ 1, 0 };
    put(DATA, &v, sizeof v);
    CHECK_EQ(call(SYS_setitimer, ITIMER_REAL, DATA, DATA + 64), 0);
    CHECK(timer.left == 3000004000 && timer.interval == 1000002000);
    get(&got, DATA + 64, sizeof got);
    CHECK(got.it_value.tv_sec == 0 && got.it_value.tv_usec == 1); // not 0: it is set
    v.it_value.tv_usec = 1000000;
    put(DATA, &v, sizeof v);
    CHECK_EQ(call(SYS_setitimer, ITIMER_REAL, DATA, 0), -EINVAL);
    CHECK_EQ(call(SYS_setitimer, 3, DATA, 0), -EINVAL);
    CHECK_EQ(call(SYS_getitimer, 3, DATA), -EINVAL);
    put(DATA, &e, sizeof e);
    CHECK_EQ(call(SYS_timer_create, CLOCK_MONOTONIC, DATA, DATA + 64), -EINVAL);
    CHECK_EQ(call(SYS_timer_create, 2, 0, DATA + 64), -EINVAL);
    CHECK_EQ(call(SYS_timer_create, CLOCK_REALTIME, 0, DATA + 64), 0);
    CHECK_EQ(call(SYS_timer_create, CLOCK_REALTIME, 0, NOWHERE), -EFAULT);
    CHECK_EQ(deleted, 8); // nobody would know of it
    put(DATA, &t, sizeof t);
    CHECK_EQ(call(SYS_timer_settime, 8, TIMER_ABSTIME, DATA, 0), 0);
    CHECK(timer.left == 3000000004 && timer.interval == 1000000002 && absolute);
    CHECK_EQ(call(SYS_timer_settime, 9, 0, DATA, 0), -EINVAL);
    CHECK_EQ(call(SYS_timer_settime, 8, 2, DATA, 0), -EINVAL);
    CHECK_EQ(call(SYS_timer_gettime, 8, DATA), 0);
    CHECK_EQ(call(SYS_timer_getoverrun, 8), 8);
    CHECK_EQ(call(SYS_timer_delete, 8), 0);
    calls_end();
}
