// What a hart remembers of an address space must not outlive the entry: a process that shares our
// memory and runs on another hart sees a new page, a lost page and a lost right at once.
// (Hazards 15, 18, 19.)
//
// The other process spins in user mode, so that nothing but the kernel's fence makes its hart
// forget.  With one hart these parts pass by the switch alone.

#include "user/tests/cowtest/cowtest.h"

#define ROUNDS      25
#define SETTLE_NS   300000       // for the other hart to load its translation
#define PATIENCE_NS 5000000000UL // after this a translation is stale for good

struct watched {
    volatile long *at;   // the page in question
    volatile long *seen; // on another page: what the other process last saw there
    volatile int stop;
};

static struct watched *new_watched(void)
{
    static struct watched w;
    w.at = (long *)heap_pages(1);
    w.seen = (long *)heap_pages(1);
    *w.at = *w.seen = w.stop = 0;
    return &w;
}

static void report_what_is_there(void *arg)
{
    struct watched *w = arg;
    while (!w->stop)
        *w->seen = *w->at;
}

static void await_sight(struct watched *w, long value)
{
    uint64 limit = now_ns() + PATIENCE_NS;
    while (*w->seen != value)
        CHECK(now_ns() < limit, "another process of this memory sees %ld, not %ld", *w->seen,
              value);
}

// After the page was copied for our store, nobody in this address space reads the old frame.
void stale_copy(void)
{
    struct watched *w = new_watched();
    int other = start_sharing(report_what_is_there, w), fd[2];
    for (long i = 1; i <= ROUNDS; i++) {
        must_pipe(fd);
        int child = start(wait_until_closed, fd); // keeps the old frame in being
        spin_until(now_ns() + SETTLE_NS);
        *w->at = i;
        await_sight(w, i);
        close(fd[0]);
        close(fd[1]);
        EXPECT(finish(child).status, 0, "the child's exit");
    }
    w->stop = 1;
    EXPECT(finish(other).status, 0, "exit of the other process");
}

// --- rights and pages that are taken away -----------------------------------------------------

static void load_until_stopped(void *arg)
{
    struct watched *w = arg;
    while (!w->stop)
        *w->seen = *w->at + 1;
}

static void store_until_stopped(void *arg)
{
    struct watched *w = arg;
    while (!w->stop)
        *w->at = *w->seen = *w->seen + 1;
}

// Lets the other process do its work for a moment, takes something away, and expects its death.
static void take_away(job *fn, long (*take)(struct watched *w))
{
    for (int i = 0; i < ROUNDS / 5; i++) {
        struct watched *w = new_watched();
        int other = start_sharing(fn, w);
        while (*w->seen == 0)
            ;
        spin_until(now_ns() + SETTLE_NS);
        EXPECT(take(w), 0, "taking it away");
        struct siginfo info = { 0 };
        uint64 limit = now_ns() + PATIENCE_NS;
        while (sys(SYS_waitid, P_PID, other, &info, WEXITED | WNOHANG) == 0 && !info.si_pid)
            w->stop = now_ns() > limit;
        EXPECT(info.si_code, CLD_KILLED, "the other's end");
        EXPECT(info.si_status, SIGSEGV, "the other's signal");
    }
}

static long unmap_page(struct watched *w)
{
    return sys(SYS_munmap, w->at, PGSIZE);
}

static long make_read_only(struct watched *w)
{
    return sys(SYS_mprotect, w->at, PGSIZE, PROT_READ);
}

void stale_unmap(void)
{
    take_away(load_until_stopped, unmap_page);
}

void stale_protect(void)
{
    take_away(store_until_stopped, make_read_only);
}

// --- kernel stacks ----------------------------------------------------------------------------

// As many stacks as the kernel keeps for the next threads.
#define STACKS   32
#define WELL     77
#define PLACE_NS 50000000 // for every process that spins to have a hart of its own

static void sleep_long(void *arg)
{
    sleep_ms(100000);
}

static void end_all(const int *pid, int n)
{
    for (int i = 0; i < n; i++) {
        EXPECT(sys(SYS_kill, pid[i], SIGKILL), 0, "kill");
        EXPECT(finish(pid[i]).signal, SIGKILL, "the signal");
    }
}

// Waits without sleeping: where every process has a hart of its own, nothing else runs here
// meanwhile.
static void spin_read(int fd, void *buf, int n)
{
    long got;
    while ((got = sys(SYS_read, fd, buf, n)) == -EAGAIN)
        sched_yield();
    EXPECT(got, n, "read");
}

struct rebuild {
    int ask[2], answer[2]; // pipes, not blocking
};

// On another hart: ends the sleepers it is told of, when the kernel keeps enough stacks already, so
// that theirs are unmapped; then has the same addresses mapped to other frames, and kept.
static void rebuild_stacks(void *arg)
{
    const struct rebuild *r = arg;
    int told[STACKS], own[2 * STACKS];
    spin_read(r->ask[0], told, sizeof told);
    for (int i = 0; i < STACKS; i++)
        own[i] = start(sleep_long, NULL);
    end_all(own, STACKS);
    for (int i = STACKS; i-- > 0;) {
        EXPECT(sys(SYS_kill, told[i], SIGKILL), 0, "kill");
        sched_yield(); // it dies here, one after the other
    }
    for (int i = 0; i < 2 * STACKS; i++)
        own[i] = start(sleep_long, NULL);
    end_all(own + STACKS, STACKS);
    end_all(own, STACKS);
    EXPECT(write(r->answer[1], "", 1), 1, "answer");
}

static volatile bool all_started;

static void exit_well(void *arg)
{
    while (!all_started)
        sched_yield();
    exit(WELL);
}

static void spin(void *arg)
{
    for (;;)
        sched_yield();
}

static void start_on(char *stacks, job *fn, int *pid)
{
    for (int i = 0; i < STACKS; i++) {
        pid[i] = clone_vm(fn, NULL, stacks + (i + 1) * SHARER_STACK);
        CHECK(pid[i] > 0, "clone_vm failed: %s", strerror(errno));
    }
}

// No hart is idle, so that we stay on ours.
static void rebuild_and_use(void)
{
    struct rebuild r;
    int sleeper[STACKS], fresh[STACKS];
    char byte;
    must_pipe(r.ask);
    must_pipe(r.answer);
    EXPECT(sys(SYS_fcntl, r.ask[0], F_SETFL, O_NONBLOCK), 0, "fcntl");
    EXPECT(sys(SYS_fcntl, r.answer[0], F_SETFL, O_NONBLOCK), 0, "fcntl");
    all_started = false;
    int other = start(rebuild_stacks, &r), spinner = start(spin, NULL);
    char *stacks = heap_pages(2 * STACKS * SHARER_STACK / PGSIZE); // nobody's copy: no fences
    spin_until(now_ns() + PLACE_NS);
    start_on(stacks, sleep_long, sleeper);
    spin_until(now_ns() + PLACE_NS);
    EXPECT(write(r.ask[1], sleeper, sizeof sleeper), sizeof sleeper, "asking");
    spin_read(r.answer[0], &byte, 1);
    start_on(stacks + STACKS * SHARER_STACK, exit_well, fresh);
    all_started = true;
    for (int i = 0; i < STACKS; i++) {
        struct ending end = finish(fresh[i]);
        EXPECT(end.signal, 0, "signal of a new process");
        EXPECT(end.status, WELL, "exit of a new process");
        EXPECT(finish(sleeper[i]).signal, SIGKILL, "a sleeper's signal");
    }
    end_all(&spinner, 1);
    EXPECT(finish(other).status, 0, "exit of the other process");
    for (int i = 0; i < 2; i++) {
        close(r.ask[i]);
        close(r.answer[i]);
    }
}

// A hart writes a new thread's first registers to the thread's stack, not to the frames that stood
// at its address the last time.
void stale_stack(void)
{
    for (int i = 0; i < ROUNDS / 5; i++)
        rebuild_and_use();
}
