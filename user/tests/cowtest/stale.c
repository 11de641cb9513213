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

// --- rights and pages that are taken away -------------------------------------------------------

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
