// One allocation of the kernel's fails, each in turn: the call says so, or the process ends, and
// every page, count and table is as before.  (Hazards 8, 9.)

#include "user/tests/cowtest/cowtest.h"

#define FAILURES_MAX 400 // allocations that any one call may make
#define REFUSED      77  // exit of a child whose call failed

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

// => true if the fork failed, as it must with -ENOMEM if the n-th allocation failed
static bool fork_with_failure(long n)
{
    fail_allocation(n);
    long pid = sys(SYS_clone, SIGCHLD);
    if (pid == 0)
        exit(0);
    fail_allocation(0);
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
    exit(REFUSED);
}

// The allocation that fails may be the call's, or one of the first of the program's own.
void exec_fails(void)
{
    for (long n = 1; n < FAILURES_MAX; n++) {
        struct ending end = run(exec_with_failure, &n);
        if (end.signal == 0 && end.status == 0)
            return;
        CHECK(end.signal == SIGKILL || end.status == REFUSED,
              "exec without allocation %ld: got signal %d, exit %d", n, end.signal, end.status);
    }
    FAIL("exec failed %d times", FAILURES_MAX);
}

// --- faults -----------------------------------------------------------------------------------

static void ask_the_time(void *at)
{
    long err = sys(SYS_clock_gettime, CLOCK_MONOTONIC, at);
    CHECK(err == 0 || err == -ENOMEM || err == -EFAULT, "copyout gave %ld", err);
    if (err)
        exit(REFUSED);
}

struct touch {
    const char *what;
    int kind; // KINE_FAIL_*: what is to fail, the fault of ours or the call's
    job *touch;
    char *at;
    struct ending refused; // how it ends without memory
    long n;                // the allocation that fails
};

static void touch_with_failure(void *arg)
{
    struct touch *t = arg;
    EXPECT(sys(SYS_kine_inject, t->kind, t->n), 0, "kine_inject");
    t->touch(t->at);
    EXPECT(sys(SYS_kine_inject, t->kind, 0), 0, "kine_inject");
}

// Each allocation of one fault in turn: the process ends, or the call fails, until there is none.
static void fail_fault(struct touch t)
{
    struct tally before = tally_now();
    for (t.n = 1; t.n < FAILURES_MAX; t.n++) {
        struct ending end = run(touch_with_failure, &t);
        if (end.signal == 0 && end.status == 0)
            break;
        EXPECT(end.signal, t.refused.signal, "signal of %s without allocation %ld", t.what, t.n);
        EXPECT(end.status, t.refused.status, "exit of %s without allocation %ld", t.what, t.n);
        check_tally(&before, t.what);
    }
    CHECK(t.n > 1, "%s takes no allocation", t.what);
}

void fault_fails(void)
{
    const struct ending killed = { .signal = SIGKILL }, refused = { .status = REFUSED };
    char *cow = heap_pages(1), *far = lazy_pages(2 * (APART / PGSIZE)) + APART;
    const struct touch touches[] = {
        { "a store to a COW page", KINE_FAIL_FAULT, store_to, cow, killed, 0 },
        { "a store to a lazy page", KINE_FAIL_FAULT, store_to, far, killed, 0 },
        { "a load from a lazy page", KINE_FAIL_FAULT, load_from, far, killed, 0 },
        { "copyout to a COW page", KINE_FAIL_KALLOC, ask_the_time, cow, refused, 0 },
        { "copyout to a lazy page", KINE_FAIL_KALLOC, ask_the_time, far, refused, 0 },
    };
    fill(cow, PGSIZE, 3);
    for (size_t i = 0; i < sizeof touches / sizeof touches[0]; i++)
        fail_fault(touches[i]);
    check_filled(cow, PGSIZE, 3);
}

// --- other calls ------------------------------------------------------------------------------

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
