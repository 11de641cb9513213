// Rows about processes and what passes between them.
#include "kernel/syscall.h"
#include "user/bench/bench.h"
#include "user/kine.h"
#include "user/user.h"

#define CALLS         100
#define ROUNDS        64
#define MIB           (1024 * 1024L)
#define PER_RUN       (4 * MIB) // through a pipe
#define STACK         4096
#define EXEC_OF       "/true"
#define FIRST_COMMAND 3 // its pid: behind init and the shell

static int there[2], back[2]; // pipes
static int partner;

static long null_call(long arg)
{
    uint64 start = instructions();
    for (int i = 0; i < CALLS; i++)
        direct(SYS_getppid, 0, 0, 0);
    return (long)(instructions() - start) / CALLS;
}

// --- birth and death --------------------------------------------------------------------------

static long until_gone(uint64 start, int pid)
{
    if (pid < 0 || wait(0) != pid)
        return UNAVAILABLE;
    return (long)(instructions() - start);
}

static long fork_exit(long arg)
{
    uint64 start = instructions();
    int pid = fork();
    if (pid == 0)
        exit(0);
    return until_gone(start, pid);
}

static long vfork_exit(long arg)
{
    uint64 start = instructions();
    int pid = vfork();
    if (pid == 0)
        exit(0);
    return until_gone(start, pid);
}

static void do_nothing(void *arg)
{
}

static long clone_exit(long arg)
{
    static char stack[STACK] __attribute__((aligned(16)));
    uint64 start = instructions();
    return until_gone(start, clone_vm(do_nothing, 0, stack + STACK));
}

static long fork_exec(long arg)
{
    static char *argv[] = { EXEC_OF, 0 };
    uint64 start = instructions();
    int pid = fork();
    if (pid == 0) {
        exec(EXEC_OF, argv);
        exit(1);
    }
    return until_gone(start, pid);
}

// --- pipes and yielding -----------------------------------------------------------------------

static bool pipes_setup(long arg)
{
    return pipe(there) == 0 && pipe(back) == 0;
}

static void close_both(int ends[2])
{
    close(ends[0]);
    close(ends[1]);
}

static void pipes_teardown(long arg)
{
    close_both(there);
    close_both(back);
}

static bool pass_byte(int to, int from)
{
    char c = 'x';
    return direct(SYS_write, to, (long)&c, 1) == 1 && direct(SYS_read, from, (long)&c, 1) == 1;
}

static long pipe_alone(long arg)
{
    uint64 start = instructions();
    for (int i = 0; i < ROUNDS; i++)
        if (!pass_byte(there[1], there[0]))
            return UNAVAILABLE;
    return (long)(instructions() - start) / ROUNDS;
}

static void echo_bytes(void)
{
    char c;
    while (direct(SYS_read, there[0], (long)&c, 1) == 1)
        direct(SYS_write, back[1], (long)&c, 1);
}

static void yield_always(void)
{
    for (;;)
        direct(SYS_sched_yield, 0, 0, 0);
}

static bool start_partner(void (*work)(void))
{
    partner = fork();
    if (partner == 0) {
        work();
        exit(0);
    }
    return partner > 0;
}

static bool pingpong_setup(long arg)
{
    return pipes_setup(0) && start_partner(echo_bytes);
}

static void partner_teardown(long arg)
{
    end_child(partner);
}

static void pingpong_teardown(long arg)
{
    partner_teardown(0);
    pipes_teardown(0);
}

static long pingpong(long arg)
{
    uint64 start = instructions();
    for (int i = 0; i < ROUNDS; i++)
        if (!pass_byte(there[1], back[0]))
            return UNAVAILABLE;
    return (long)(instructions() - start) / ROUNDS;
}

#define STREAM_PIECE (64 * 1024)

static char piece[STREAM_PIECE];

// Tells when it has read PER_RUN.
static void swallow(void)
{
    for (long n, left = PER_RUN; (n = direct(SYS_read, there[0], (long)piece, sizeof piece)) > 0;)
        if ((left -= n) == 0) {
            direct(SYS_write, back[1], (long)piece, 1);
            left = PER_RUN;
        }
}

static bool stream_setup(long arg)
{
    memset(piece, 1, sizeof piece);
    return pipes_setup(0) && start_partner(swallow);
}

static long stream_kib(long arg)
{
    uint64 start = instructions();
    for (long left = PER_RUN; left > 0; left -= STREAM_PIECE)
        if (direct(SYS_write, there[1], (long)piece, sizeof piece) != STREAM_PIECE)
            return UNAVAILABLE;
    if (direct(SYS_read, back[0], (long)piece, 1) != 1)
        return UNAVAILABLE;
    return (long)(instructions() - start) / (PER_RUN / 1024);
}

static bool yield_setup(long arg)
{
    return start_partner(yield_always);
}

static long yield_pair(long arg)
{
    uint64 start = instructions();
    for (int i = 0; i < ROUNDS; i++)
        direct(SYS_sched_yield, 0, 0, 0);
    return (long)(instructions() - start) / ROUNDS;
}

// Only the first command at the prompt can tell.
static long boot(long arg)
{
    return getpid() == FIRST_COMMAND ? (long)start_cost : UNAVAILABLE;
}

const struct row process_rows[] = {
    { "boot", 0, boot, 0, 0 },
    { "null-call", 0, null_call, 0, 0 },
    { "fork-small", 0, fork_exit, 0, 0 },
    { "fork-1m", heap_setup, fork_exit, heap_teardown, MIB },
    { "fork-16m", heap_setup, fork_exit, heap_teardown, 16 * MIB },
    { "fork-64m", heap_setup, fork_exit, heap_teardown, 64 * MIB },
    { "fork-256m", heap_setup, fork_exit, heap_teardown, 256 * MIB },
    { "fork-1g", heap_setup, fork_exit, heap_teardown, 1024 * MIB },
    { "fork-map-1m", map_setup, fork_exit, map_teardown, MIB },
    { "fork-map-64m", map_setup, fork_exit, map_teardown, 64 * MIB },
    { "fork-map-1g", map_setup, fork_exit, map_teardown, 1024 * MIB },
    { "vfork", 0, vfork_exit, 0, 0 },
    { "clone-vm", 0, clone_exit, 0, 0 },
    { "fork-exec", 0, fork_exec, 0, 0 },
    { "pipe-byte", pipes_setup, pipe_alone, pipes_teardown, 0 },
    { "pipe-pingpong", pingpong_setup, pingpong, pingpong_teardown, 0 },
    { "pipe-kib", stream_setup, stream_kib, pingpong_teardown, 0 },
    { "yield-pair", yield_setup, yield_pair, partner_teardown, 0 },
    { 0 },
};
