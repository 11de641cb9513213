// Signals that the program itself causes, and frames that lie.
#include "user/tests/sigtest/sigtest.h"

static volatile char *page;
static int fault_code;
static uint64 fault_addr;

static void mends(int sig, struct siginfo *info, struct ucontext *uc)
{
    note(sig, info, uc);
    fault_code = info->si_code;
    fault_addr = info->si_addr;
    if (info->si_code == SEGV_ACCERR)
        mprotect((void *)page, PGSIZE, PROT_READ | PROT_WRITE);
    else
        mmap((void *)page, PGSIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
             -1, 0);
}

static void skips(int sig, struct siginfo *info, struct ucontext *uc)
{
    note(sig, info, uc);
    fault_code = info->si_code;
    fault_addr = info->si_addr;
    uc->uc_mcontext.reg[0] += 4;
}

static void executes(int sig, int code)
{
    uint64 at;
    on(sig, skips, 0);
    forget();
    asm volatile("la %0, 1f\n"
                 ".option push\n"
                 ".option norvc\n"
                 "beqz %1, 2f\n"
                 "1: ebreak\n"
                 "j 3f\n"
                 "2: .word 0xffffffff\n"
                 "3:\n"
                 ".option pop\n"
                 : "=&r"(at)
                 : "r"((long)(sig == SIGTRAP))
                 : "memory");
    EXPECT(seen, 1, "signals seen");
    EXPECT(seen_sig[0], sig, "the signal");
    EXPECT(fault_code, code, "si_code");
    EXPECT(fault_addr, (long)at + (sig == SIGTRAP ? 0 : 8), "si_addr");
}

static void beyond_the_file(void)
{
    make_file("sigtest.f", 10, 1);
    int fd = must_open("sigtest.f", O_RDONLY);
    char *map = mmap(0, 2 * PGSIZE, PROT_READ, MAP_SHARED, fd, 0);
    on(SIGBUS, skips, 0);
    forget();
    asm volatile(".option push\n.option norvc\nlb t0, 0(%0)\n.option pop\n"
                 :
                 : "r"(map + PGSIZE)
                 : "t0", "memory");
    EXPECT(seen, 1, "signals seen beyond the end of the file");
    EXPECT(fault_code, BUS_ADRERR, "si_code");
    EXPECT(fault_addr, (long)map + PGSIZE, "si_addr");
    close(fd);
    must_unlink("sigtest.f");
}

static void store_blocked(void *at)
{
    on(SIGSEGV, note, 0);
    block(SIGBIT(SIGSEGV));
    store_to(at);
}

static void store_ignored(void *at)
{
    on(SIGSEGV, (handler *)SIG_IGN, 0);
    store_to(at);
}

void faults(void)
{
    page = mmap(0, PGSIZE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    on(SIGSEGV, mends, 0);
    page[5] = 'a'; // not allowed, until the handler has mended it
    EXPECT(page[5], 'a', "the byte");
    EXPECT(seen, 1, "signals seen");
    EXPECT(fault_code, SEGV_ACCERR, "si_code");
    EXPECT(fault_addr, (long)page + 5, "si_addr");
    EXPECT(munmap((void *)page, PGSIZE), 0, "munmap");
    page[7] = 'b';
    EXPECT(seen, 2, "signals seen");
    EXPECT(fault_code, SEGV_MAPERR, "si_code");
    EXPECT(fault_addr, (long)page + 7, "si_addr");
    executes(SIGTRAP, TRAP_BRKPT);
    executes(SIGILL, ILL_ILLOPC);
    beyond_the_file();
    must_die("a fault that is blocked", store_blocked, (void *)0, SIGSEGV);
    must_die("a fault that is ignored", store_ignored, (void *)0, SIGSEGV);
}

// --- no room ----------------------------------------------------------------------------------

static int go_down(int n)
{
    volatile char block[512];
    block[0] = (char)n;
    return n < 0 ? 0 : go_down(n + 1) + block[0];
}

static char other_stack[16384] __attribute__((aligned(16)));

static void gives_up(int sig, struct siginfo *info, struct ucontext *uc)
{
    exit(sig == SIGSEGV ? 5 : 6);
}

static void overflows(void *flags)
{
    struct sigaltstack s = { (uint64)other_stack, 0, 0, sizeof other_stack };
    EXPECT(sys(SYS_sigaltstack, &s, 0), 0, "sigaltstack");
    on(SIGSEGV, gives_up, (uint64)flags);
    go_down(0);
}

static void raises_without_stack(void *arg)
{
    on(SIGUSR1, note, 0);
    asm volatile("li sp, 16\n"
                 "mv a0, %0\n"
                 "li a1, %1\n"
                 "li a7, %2\n"
                 "ecall\n"
                 "1: j 1b\n"
                 :
                 : "r"((long)getpid()), "i"(SIGUSR1), "i"(SYS_kill)
                 : "memory", "a0", "a1", "a7");
}

void no_room(void)
{
    EXPECT(run(overflows, (void *)SA_ONSTACK).status, 5, "a stack that overflows, with another");
    must_die("a stack that overflows", overflows, 0, SIGSEGV);
    must_die("a signal without a stack", raises_without_stack, 0, SIGSEGV);
}

// --- frames that lie --------------------------------------------------------------------------

static struct {
    struct siginfo info;
    struct ucontext uc;
} frame __attribute__((aligned(16)));

static void return_to(void *at)
{
    asm volatile("mv sp, %0\n"
                 "li a7, %1\n"
                 "ecall\n"
                 :
                 : "r"(at), "i"(SYS_rt_sigreturn)
                 : "memory", "a7");
}

static void returns_to_nothing(void *at)
{
    return_to(at);
}

static void arrived(void)
{
    exit(fault_code);
}

static void frame_of(uint64 pc)
{
    memset(&frame, 0, sizeof frame);
    frame.uc.uc_mcontext.reg[0] = pc;
    frame.uc.uc_mcontext.reg[2] = (uint64)(other_stack + sizeof other_stack);
}

static void returns_to_pc(void *pc)
{
    frame_of((uint64)pc);
    return_to(&frame);
}

static void returns_with_extension(void *arg)
{
    frame_of((uint64)arrived);
    frame.uc.uc_mcontext.zero[1] = 0x53465457;
    return_to(&frame);
}

static void returns_with_junk(void *arg)
{
    memset(&frame, 0xff, sizeof frame);
    memset(frame.uc.uc_mcontext.zero, 0, sizeof frame.uc.uc_mcontext.zero);
    frame.uc.uc_mcontext.reg[0] = (uint64)arrived;
    frame.uc.uc_mcontext.reg[2] = (uint64)(other_stack + sizeof other_stack);
    fault_code = 9;
    return_to(&frame);
}

static void blocks_all_and_returns(void *arg)
{
    frame_of((uint64)for_ever);
    frame.uc.uc_sigmask = ~0UL;
    return_to(&frame);
}

static void handles_in_kernel(void *at)
{
    struct sigaction a = { (uint64)at, 0, 0 };
    sigaction(SIGUSR1, &a, NULL);
    raise(SIGUSR1);
}

void frames_that_lie(void)
{
    static const uint64 wild[] = { 0,
                                   1,
                                   0x80000000,
                                   0x3fffffffff,
                                   0x4000000000,
                                   1UL << 63,
                                   0xffffffc080200000,
                                   0xffffffffffffffff };
    for (size_t i = 0; i < sizeof wild / sizeof wild[0]; i++) {
        must_die("a frame at a wild place", returns_to_nothing, (void *)wild[i], SIGSEGV);
        must_die("a frame that returns there", returns_to_pc, (void *)(wild[i] & ~1UL), SIGSEGV);
        if (wild[i] > 1)
            must_die("a handler there", handles_in_kernel, (void *)wild[i], SIGSEGV);
    }
    must_die("a frame with an extension", returns_with_extension, 0, SIGSEGV);
    EXPECT(run(returns_with_junk, 0).status, 9, "a frame of ones");
    EXPECT(run(returns_to_pc, arrived).status, 0, "a frame of our own making");
    int pid = start_and_let(blocks_all_and_returns, 0);
    kill(pid);
    EXPECT(finish(pid).signal, SIGKILL, "the end of who blocks all");
}

// --- pipes ------------------------------------------------------------------------------------

void broken_pipes(void)
{
    int fd[2];
    must_pipe(fd);
    close(fd[0]);
    EXPECT(sys(SYS_write, fd[1], "x", 1), -EPIPE, "a write that nobody reads");
    on(SIGPIPE, note, 0);
    EXPECT(sys(SYS_write, fd[1], "x", 1), -EPIPE, "a write that nobody reads");
    EXPECT(seen, 1, "SIGPIPE seen");
    struct iovec v = { "x", 1 };
    EXPECT(sys(SYS_writev, fd[1], &v, 1), -EPIPE, "a write that nobody reads");
    EXPECT(seen, 2, "SIGPIPE seen");
}
