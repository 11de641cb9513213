// Families: processes that share memory.

#include "user/tests/fuzzcalls/fuzzcalls.h"

#define MEMBERS     3 // the leader among them
#define STEPS       3000
#define STACK_BYTES 16384

static struct fuzzer fuzzers[MEMBERS];
static char stacks[MEMBERS][STACK_BYTES] __attribute__((aligned(16)));

static void run_member(void *arg)
{
    struct fuzzer *f = arg;
    while (f->steps-- > 0) {
        if (f->steps % CALLS_A_BYTE == 0)
            sys(SYS_write, COUNT_FD, f, 1);
        random_call(f);
    }
    exit(0);
}

// What timers send, and what others do, is handled at first.
static void set_up_signals(void)
{
    static const int sig[] = { SIGALRM, SIGVTALRM, SIGPROF, SIGUSR1, 40 };
    struct sigaction a = { (uint64)handle, SA_RESTART | SA_SIGINFO, 0 };
    for (size_t i = 0; i < sizeof sig / sizeof sig[0]; i++)
        sys(SYS_rt_sigaction, sig[i], &a, 0, sizeof(uint64));
}

// Descriptors that lead somewhere, and the arena.
static void set_up(void)
{
    set_up_signals();
    int fd[2];
    for (int i = 0; i < 3; i++)
        sys(SYS_openat, AT_FDCWD, i < 2 ? "file" : "a", O_CREAT | O_RDWR, 0644);
    sys(SYS_pipe2, fd, O_NONBLOCK);
    sys(SYS_pipe2, fd, 0);
    sys(SYS_openat, AT_FDCWD, ".", O_RDONLY);
    sys(SYS_mmap, ARENA, ARENA_PAGES * PGSIZE, PROT_READ | PROT_WRITE,
        MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    sys(SYS_madvise, ARENA, ARENA_PAGES / 2 * PGSIZE, MADV_POPULATE_WRITE);
}

void run_family(uint64 seed, int i)
{
    char name[16];
    if (chdir(numbered(name, TOP "/f", i)) < 0)
        exit(1);
    set_up();
    for (int m = 0; m < MEMBERS; m++) {
        struct fuzzer *f = &fuzzers[m];
        f->chance = (seed * 16 + (uint64)m) * 6364136223846793005UL + 1442695040888963407UL;
        f->steps = STEPS;
        if (m > 0)
            clone_sharing(run_member, f, stacks[m] + STACK_BYTES, pick(f, 2) ? CLONE_FILES : 0);
    }
    run_member(&fuzzers[0]);
    exit(0);
}
