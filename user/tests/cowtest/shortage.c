// Memory runs out, or one allocation of the kernel's fails: an error or the end of one process,
// and everything else as before.  (Hazards 8, 9.)

#include "user/tests/cowtest/cowtest.h"

#define FAILURES_MAX 400 // allocations that any one call may make

// A child that will use up memory waits until its parent has pages of its own to wait with.
static void await_go(int fd[2])
{
    char byte;
    EXPECT(read(fd[0], &byte, 1), 1, "the word to go");
}

static struct ending run_when_ready(job *fn, int fd[2])
{
    must_pipe(fd);
    int child = start(fn, fd);
    EXPECT(write(fd[1], "g", 1), 1, "write to the pipe");
    return finish(child);
}

// --- no memory ----------------------------------------------------------------------------------

static void touch_too_much(void *arg)
{
    await_go(arg);
    struct kine_meminfo m = meminfo();
    long pages = (long)(m.free + m.cache) + 1024;
    char *at = lazy_pages(pages);
    for (long i = 0; i < pages; i++)
        at[i * PGSIZE] = 1;
}

void oom_fault(void)
{
    int fd[2];
    char *page = heap_pages(2);
    fill(page, 2 * PGSIZE, 1);
    struct ending end = run_when_ready(touch_too_much, fd);
    EXPECT(end.signal, SIGKILL, "the signal of a process that touches more than there is");
    check_filled(page, 2 * PGSIZE, 1);
    fill(page, 2 * PGSIZE, 2);
    must_pass("a child afterwards", do_nothing, NULL);
}

static void take_everything(void)
{
    for (int step = 256; step > 0; step /= 2)
        while (sbrk(step * PGSIZE) != SBRK_ERROR)
            ;
}

#define PROMISED 4096 // pages that reclaim might still find

// Reads into promised pages.  => the error of the first read() that finds no page, 0 if none did
static long read_until_refused(int file, int pages)
{
    char *at = lazy_pages(pages);
    for (int i = 0; i < pages; i++) {
        long got = sys(SYS_pread64, file, at + i * PGSIZE, 16, 0);
        if (got != 16)
            return got;
    }
    return 0;
}

// Once with memory: the code that runs without it must be mapped by then.
static void copyout_too_much(void *arg)
{
    int file = must_open("/README", O_RDONLY);
    EXPECT(read_until_refused(file, 1), 0, "read() into a page");
    await_go(arg);
    take_everything();
    EXPECT(read_until_refused(file, PROMISED), -ENOMEM, "read() into a page not to be had");
}

void oom_copyout(void)
{
    int fd[2];
    struct ending end = run_when_ready(copyout_too_much, fd);
    EXPECT(end.signal, 0, "the signal of a process that reads without memory");
    EXPECT(end.status, 0, "its exit");
}

// --- each allocation fails in turn --------------------------------------------------------------

static void fail_allocation(long n)
{
    EXPECT(sys(SYS_kine_inject, KINE_FAIL_KALLOC, n), 0, "kine_inject");
}

#define PROBES 3 // stretches of memory, each under a leaf table of its own
#define APART  (2 << 20)

// Everything as it was: bytes, frames in use, and the right to write.
static void check_intact(char *at, uint seed, const struct tally *before, long n)
{
    check_tally(before, "after a fork that failed");
    for (int i = 0; i < PROBES; i++) {
        check_filled(at + i * APART, PGSIZE, seed);
        fill(at + i * APART, PGSIZE, seed + 1);
        EXPECT(pte_of(at + i * APART).refs, 1, "references to page %d after failure %ld", i, n);
    }
}

// Forks, and calls the failure off before the parent stores anything: a store after a fork takes
// an allocation too.  => clone's result
static long fork_and_call_off(void)
{
    register long a0 asm("a0") = SIGCHLD, a1 asm("a1") = 0, a2 asm("a2") = 0;
    register long a3 asm("a3") = 0, a4 asm("a4") = 0, a7 asm("a7") = SYS_clone;
    asm volatile("ecall\n"
                 "mv t0, a0\n"
                 "beqz a0, 1f\n"
                 "li a0, %[kind]\n"
                 "li a1, 0\n"
                 "li a7, %[inject]\n"
                 "ecall\n"
                 "1: mv a0, t0\n"
                 : "+r"(a0), "+r"(a1), "+r"(a7)
                 : "r"(a2), "r"(a3),
                   "r"(a4), [kind] "i"(KINE_FAIL_KALLOC), [inject] "i"(SYS_kine_inject)
                 : "memory", "t0");
    return a0;
}

// => true if the fork failed, as it must with -ENOMEM if the n-th allocation failed
static bool fork_with_failure(long n)
{
    fail_allocation(n);
    long pid = fork_and_call_off();
    if (pid == 0)
        exit(0);
    if (pid > 0)
        EXPECT(finish((int)pid).status, 0, "the child's exit");
    else
        EXPECT(pid, -ENOMEM, "fork without allocation %ld", n);
    return pid < 0;
}

void fork_fails(void)
{
    char *at = lazy_pages(PROBES * (APART / PGSIZE));
    for (int i = 0; i < PROBES; i++)
        fill(at + i * APART, PGSIZE, 0);
    must_pass("a child that warms up", do_nothing, NULL);
    struct tally before = tally_now();
    long n = 1;
    while (fork_with_failure(n)) {
        check_intact(at, (uint)n - 1, &before, n);
        CHECK(++n < FAILURES_MAX, "fork failed %ld times", n);
    }
    CHECK(n > PROBES, "fork could fail in %ld places only", n - 1);
    check_intact(at, (uint)n - 1, &before, n);
}

#define EXEC_FAILED 77

static void exec_with_failure(void *arg)
{
    static char *argv[] = { "sleep", "0", NULL };
    long n = *(long *)arg;
    char *page = heap_pages(1);
    fill(page, PGSIZE, 1);
    fail_allocation(n);
    long err = sys(SYS_execve, "/sleep", argv, 0);
    fail_allocation(0);
    EXPECT(err, -ENOMEM, "exec without allocation %ld", n);
    check_filled(page, PGSIZE, 1);
    exit(EXEC_FAILED);
}

// The allocation that fails may be the call's, or one of the first of the program's own.
void exec_fails(void)
{
    for (long n = 1; n < FAILURES_MAX; n++) {
        struct ending end = run(exec_with_failure, &n);
        if (end.signal == 0 && end.status == 0)
            return;
        CHECK(end.signal == SIGKILL || end.status == EXEC_FAILED,
              "exec without allocation %ld: got signal %d, exit %d", n, end.signal, end.status);
    }
    FAIL("exec failed %d times", FAILURES_MAX);
}

// --- other calls --------------------------------------------------------------------------------

static int pipe_fd[2], scratch; // descriptors that the calls below leave for their undoing
static char *lazy;

static long try_pipe(void)
{
    return sys(SYS_pipe2, pipe_fd, 0);
}

static void undo_pipe(void)
{
    close(pipe_fd[0]);
    close(pipe_fd[1]);
}

static long try_open(void)
{
    return scratch = (int)sys(SYS_openat, AT_FDCWD, "cow.fails", O_CREAT | O_RDWR, 0644);
}

static void undo_open(void)
{
    close(scratch);
    must_unlink("cow.fails");
}

static long try_mkdir(void)
{
    return sys(SYS_mkdirat, AT_FDCWD, "cow.dir", 0755);
}

static void undo_mkdir(void)
{
    must_unlink("cow.dir");
}

static long try_brk(void)
{
    return sbrk(4 * PGSIZE) == SBRK_ERROR ? -ENOMEM : 0;
}

static void undo_brk(void)
{
    sbrk(-4 * PGSIZE);
}

static long try_clock(void)
{
    return sys(SYS_clock_gettime, CLOCK_MONOTONIC, lazy);
}

static void undo_clock(void)
{
    sys(SYS_madvise, lazy, PGSIZE, MADV_DONTNEED);
}

static const struct trial {
    const char *what;
    long (*call)(void);
    void (*undo)(void);
    bool copies_out; // a buffer for which there is no page counts as a bad one
} trials[] = {
    { "pipe", try_pipe, undo_pipe, true },     { "open", try_open, undo_open, false },
    { "mkdir", try_mkdir, undo_mkdir, false }, { "sbrk", try_brk, undo_brk, false },
    { "clock", try_clock, undo_clock, true },
};

static void fail_until_done(const struct trial *t)
{
    struct tally before = tally_now();
    for (long n = 1;; n++) {
        CHECK(n < FAILURES_MAX, "%s failed %ld times", t->what, n);
        fail_allocation(n);
        long result = t->call();
        fail_allocation(0);
        if (result >= 0)
            break;
        CHECK(result == -ENOMEM || (result == -EFAULT && t->copies_out),
              "%s without allocation %ld gave %ld", t->what, n, result);
    }
    t->undo();
    check_tally(&before, t->what);
}

void calls_fail(void)
{
    lazy = lazy_pages(1);
    for (size_t i = 0; i < sizeof trials / sizeof trials[0]; i++) {
        trials[i].call(); // once without failures, so that tables and caches are warm
        trials[i].undo();
        fail_until_done(&trials[i]);
    }
}
