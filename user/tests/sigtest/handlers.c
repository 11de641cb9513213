// Handlers: what they find, what is blocked meanwhile, and what they leave behind.
#include "user/tests/sigtest/sigtest.h"

static uint64 mask_inside;
static struct ucontext context_seen;

static void looks(int sig, struct siginfo *info, struct ucontext *uc)
{
    note(sig, info, uc);
    mask_inside = blocked();
    context_seen = *uc;
    CHECK(((uint64)info & 15) == 0, "the frame is not aligned");
    CHECK((uint64)uc - (uint64)info == 128, "the context does not follow the information");
}

void handlers(void)
{
    struct sigaction old;
    on(SIGUSR1, looks, 0);
    EXPECT(sigaction(SIGUSR1, NULL, &old), 0, "sigaction");
    EXPECT(old.sa_handler, (long)looks, "handler as set");
    EXPECT(old.sa_flags, SA_SIGINFO, "flags as set");
    for (int i = 1; i <= 1000; i++) {
        raise(SIGUSR1);
        EXPECT(seen, i, "signals seen");
    }
    EXPECT(seen_sig[0], SIGUSR1, "signal");
    EXPECT(seen_info.si_signo, SIGUSR1, "si_signo");
    EXPECT(seen_info.si_code, SI_USER, "si_code");
    EXPECT(seen_info.si_pid, getpid(), "si_pid");
    EXPECT(sys(SYS_tkill, sys(SYS_gettid), SIGUSR1), 0, "tkill");
    EXPECT(seen_info.si_code, SI_TKILL, "si_code of tkill");
    EXPECT(sys(SYS_tgkill, getpid(), sys(SYS_gettid), SIGUSR1), 0, "tgkill");
    EXPECT(seen, 1002, "signals seen");
    EXPECT(mask_inside, SIGBIT(SIGUSR1), "blocked inside");
    EXPECT(context_seen.uc_sigmask, 0, "blocked before");
    EXPECT(blocked(), 0, "blocked afterwards");
    on(SIGUSR1, (handler *)SIG_IGN, 0);
    raise(SIGUSR1);
    EXPECT(seen, 1002, "signals seen");
}

void masks(void)
{
    uint64 set = ~0UL, pending = 0;
    on_masked(SIGUSR1, looks, SA_NODEFER, SIGBIT(SIGUSR2) | SIGBIT(SIGKILL) | SIGBIT(40));
    raise(SIGUSR1);
    EXPECT(mask_inside, SIGBIT(SIGUSR2) | SIGBIT(40), "blocked inside");
    EXPECT(sigprocmask(SIG_SETMASK, &set, NULL), 0, "sigprocmask");
    EXPECT(blocked(), ~(SIGBIT(SIGKILL) | SIGBIT(SIGSTOP)), "all that can be blocked");
    raise(SIGUSR1);
    raise(SIGUSR1);
    EXPECT(seen, 1, "signals seen while blocked");
    EXPECT(sys(SYS_rt_sigpending, &pending, 8), 0, "sigpending");
    EXPECT(pending, SIGBIT(SIGUSR1), "pending");
    unblock(~0UL);
    EXPECT(seen, 2, "a standard signal is kept once");
    EXPECT(context_seen.uc_sigmask, 0, "blocked before the handler");
    // What is ignored while it waits is forgotten.
    block(SIGBIT(SIGUSR1));
    raise(SIGUSR1);
    on(SIGUSR1, (handler *)SIG_IGN, 0);
    EXPECT(sys(SYS_rt_sigpending, &pending, 8), 0, "sigpending");
    EXPECT(pending, 0, "pending");
}

void once(void)
{
    struct sigaction old;
    on(SIGUSR1, note, SA_RESETHAND);
    raise(SIGUSR1);
    EXPECT(seen, 1, "signals seen");
    EXPECT(sigaction(SIGUSR1, NULL, &old), 0, "sigaction");
    EXPECT(old.sa_handler, SIG_DFL, "handler after SA_RESETHAND");
}

static void raises_another(int sig, struct siginfo *info, struct ucontext *uc)
{
    note(sig, info, uc);
    if (sig == SIGUSR1)
        raise(SIGUSR2);
    note(-sig, info, uc);
}

static void expect_order(int a, int b, int c, int d)
{
    int expected[] = { a, b, c, d };
    EXPECT(seen, 4, "notes");
    for (int i = 0; i < 4; i++)
        EXPECT(seen_sig[i], expected[i], "note %d", i);
    forget();
}

void nested(void)
{
    on(SIGUSR1, raises_another, 0);
    on(SIGUSR2, raises_another, 0);
    raise(SIGUSR1);
    expect_order(SIGUSR1, SIGUSR2, -SIGUSR2, -SIGUSR1);
    on_masked(SIGUSR1, raises_another, 0, SIGBIT(SIGUSR2));
    raise(SIGUSR1);
    expect_order(SIGUSR1, -SIGUSR1, SIGUSR2, -SIGUSR2);
}

static void *place[5]; // for __builtin_setjmp

static void jumps(int sig, struct siginfo *info, struct ucontext *uc)
{
    seen++;
    unblock(SIGBIT(sig));
    __builtin_longjmp(place, 1);
}

static __attribute__((noinline)) void raise_and_come_back(void)
{
    if (__builtin_setjmp(place) == 0)
        raise(SIGUSR1);
}

void left_by_jump(void)
{
    on(SIGUSR1, jumps, 0);
    for (int i = 0; i < 1000; i++)
        raise_and_come_back();
    EXPECT(seen, 1000, "handlers that were left by a jump");
    EXPECT(blocked(), 0, "blocked afterwards");
}

// --- registers --------------------------------------------------------------------------------

static void spoils(int sig, struct siginfo *info, struct ucontext *uc)
{
    seen++;
    asm volatile("li t0, -1\n"
                 "fscsr t0\n"
                 ".irp i, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,"
                 "27,28,29,30,31\n"
                 "fmv.d.x f\\i, t0\n"
                 ".endr\n"
                 "mv t1, t0; mv t2, t0; mv t3, t0; mv t4, t0; mv t5, t0; mv t6, t0\n"
                 "mv a3, t0; mv a4, t0; mv a5, t0; mv a6, t0; mv a7, t0\n"
                 :
                 :
                 : "t0", "t1", "t2", "t3", "t4", "t5", "t6", "a3", "a4", "a5", "a6", "a7");
}

#define FP_REGISTERS                                                                               \
    "0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31"
#define REGISTERS "6,7,8,9,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31"

// long hold(long turns): holds a value in every register that is its own to use, and a rounding
// mode, for so many turns.  => how many were others afterwards
long hold(long turns);
asm(".text\n"
    "hold: addi sp, sp, -96\n"
    "sd s0, 0(sp); sd s1, 8(sp); sd s2, 16(sp); sd s3, 24(sp); sd s4, 32(sp); sd s5, 40(sp)\n"
    "sd s6, 48(sp); sd s7, 56(sp); sd s8, 64(sp); sd s9, 72(sp); sd s10, 80(sp); sd s11, 88(sp)\n"
    "li t0, 0x60\n"
    "fscsr t0\n"
    ".irp i, " FP_REGISTERS "\n"
    "li t0, 1000 + \\i\n"
    "fmv.d.x f\\i, t0\n"
    ".endr\n"
    ".irp r, " REGISTERS "\n"
    "li x\\r, 1000 + \\r\n"
    ".endr\n"
    "1: addi a0, a0, -1\n"
    "bgtz a0, 1b\n"
    "li a1, 0\n"
    ".irp r, " REGISTERS "\n"
    "addi x\\r, x\\r, -1000 - \\r\n"
    "snez x\\r, x\\r\n"
    "add a1, a1, x\\r\n"
    ".endr\n"
    ".irp i, " FP_REGISTERS "\n"
    "fmv.x.d t0, f\\i\n"
    "addi t0, t0, -1000 - \\i\n"
    "snez t0, t0\n"
    "add a1, a1, t0\n"
    ".endr\n"
    "frcsr t0\n"
    "addi t0, t0, -0x60\n"
    "snez t0, t0\n"
    "add a0, a1, t0\n"
    "fscsr zero\n"
    "ld s0, 0(sp); ld s1, 8(sp); ld s2, 16(sp); ld s3, 24(sp); ld s4, 32(sp); ld s5, 40(sp)\n"
    "ld s6, 48(sp); ld s7, 56(sp); ld s8, 64(sp); ld s9, 72(sp); ld s10, 80(sp); ld s11, 88(sp)\n"
    "addi sp, sp, 96\n"
    "ret\n");

static void every_ms(int which, long us)
{
    struct itimerval v = { { us / 1000000, us % 1000000 }, { us / 1000000, us % 1000000 } };
    EXPECT(sys(SYS_setitimer, which, &v, 0), 0, "setitimer");
}

// A handler that spoils whatever it may comes between any two instructions.
void registers(void)
{
    on(SIGALRM, spoils, 0);
    every_ms(ITIMER_REAL, 1000);
    while (seen < 100)
        EXPECT(hold(100000), 0, "registers that a handler changed");
    every_ms(ITIMER_REAL, 0);
}

// --- the alternate stack ----------------------------------------------------------------------

static char other_stack[16384] __attribute__((aligned(16)));
static bool was_on_it, may_not_change;

static void where(int sig, struct siginfo *info, struct ucontext *uc)
{
    char here;
    struct sigaltstack now, none = { 0, SS_DISABLE, 0, 0 };
    note(sig, info, uc);
    was_on_it = &here >= other_stack && &here < other_stack + sizeof other_stack;
    EXPECT(sys(SYS_sigaltstack, 0, &now), 0, "sigaltstack");
    EXPECT(now.ss_flags, was_on_it ? SS_ONSTACK : 0, "flags inside");
    may_not_change = sys(SYS_sigaltstack, &none, 0) == -EPERM;
    if (sig == SIGUSR1)
        raise(SIGUSR2);
}

void alternate_stack(void)
{
    struct sigaltstack s = { (uint64)other_stack, 0, 0, sizeof other_stack }, now;
    struct sigaltstack small = { (uint64)other_stack, 0, 0, MINSIGSTKSZ - 1 };
    EXPECT(sys(SYS_sigaltstack, 0, &now), 0, "sigaltstack");
    EXPECT(now.ss_flags, SS_DISABLE, "flags at first");
    EXPECT(sys(SYS_sigaltstack, &small, 0), -ENOMEM, "a stack that is too small");
    EXPECT(sys(SYS_sigaltstack, &s, 0), 0, "sigaltstack");
    on(SIGUSR1, where, SA_ONSTACK);
    on(SIGUSR2, where, SA_ONSTACK);
    raise(SIGUSR1); // and the second on the same stack, below the first
    EXPECT(seen, 2, "signals seen");
    CHECK(was_on_it && may_not_change, "the handler does not run on the alternate stack");
    on(SIGUSR2, where, 0);
    raise(SIGUSR2);
    CHECK(!was_on_it, "a handler without SA_ONSTACK runs on the alternate stack");
}
