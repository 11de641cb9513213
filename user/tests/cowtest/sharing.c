// Who shares what, who copies when, and what the counts say afterwards.
// (Hazards 3, 10, 12, 13.)

#include "user/tests/cowtest/cowtest.h"

// --- descendants ------------------------------------------------------------------------------

#define GENERATIONS 6
#define LOT         4 // pages

struct lineage {
    char *at;
    int depth;
};

static void inherit(void *arg)
{
    struct lineage *l = arg;
    if (l->depth == GENERATIONS)
        return;
    check_filled(l->at, LOT * PGSIZE, (uint)l->depth);
    struct lineage next = { l->at, l->depth + 1 };
    fill(l->at, LOT * PGSIZE, (uint)next.depth);
    must_pass("a descendant", inherit, &next);
    check_filled(l->at, LOT * PGSIZE, (uint)next.depth);
}

void grandchildren(void)
{
    struct lineage l = { heap_pages(LOT), 0 };
    fill(l.at, LOT * PGSIZE, 0);
    must_pass("the first child", inherit, &l);
    must_pass("the second child", inherit, &l);
    check_filled(l.at, LOT * PGSIZE, 0);
}

// --- what a fork costs, what a store costs ----------------------------------------------------

#define SHARED 256 // pages

// A fork of many pages takes few frames, and a store takes one for each page.
void shared_not_copied(void)
{
    int fd[2];
    char *at = heap_pages(SHARED);
    fill(at, SHARED * PGSIZE, 5);
    must_pipe(fd);
    struct kine_meminfo before = meminfo();
    int child = start(wait_until_closed, fd);
    struct kine_meminfo forked = meminfo();
    CHECK(forked.user - before.user < 24, "a fork took %ld frames for pages",
          (long)(forked.user - before.user));
    for (int i = 0; i < SHARED; i++) {
        EXPECT(pte_of(at + i * PGSIZE).refs, 2, "references to page %d", i);
        at[i * PGSIZE]++;
        EXPECT(pte_of(at + i * PGSIZE).refs, 1, "references to page %d after a store", i);
    }
    long taken = (long)(meminfo().user - forked.user);
    CHECK(taken >= SHARED && taken < SHARED + 24, "stores to %d pages took %ld frames", SHARED,
          taken);
    close(fd[1]);
    EXPECT(finish(child).status, 0, "the child's exit");
}

// The last owner takes its page back as it is.
void take_back(void)
{
    char *page = heap_pages(1);
    fill(page, PGSIZE, 4);
    uint64 frame = PTE2PA(pte_of(page).pte);
    must_pass("a child", do_nothing, NULL);
    CHECK(pte_of(page).pte & PTE_COW, "after a fork the page has no COW bit");
    struct kine_meminfo before = meminfo();
    *page ^= 1;
    struct kine_meminfo after = meminfo();
    EXPECT(PTE2PA(pte_of(page).pte), frame, "the frame of a page that was taken back");
    EXPECT(pte_of(page).pte & (PTE_W | PTE_COW), PTE_W, "W and COW of it");
    EXPECT(after.cow_reuses - before.cow_reuses >= 1, true, "a page was reused");
    *page ^= 1;
    check_filled(page, PGSIZE, 4);
    EXPECT(meminfo().cow_reuses, after.cow_reuses, "faults of a second store");
}

// Untouched memory reads as zero, takes no frames for that, and is one's own once stored to.
void zero_page(void)
{
    char *at = lazy_pages(SHARED);
    struct tally before = tally_now();
    for (int i = 0; i < SHARED; i++)
        EXPECT(at[i * PGSIZE + i], 0, "a byte of lazy page %d", i);
    CHECK(tally_now().user - before.user < 8, "loads from lazy pages took %ld frames",
          tally_now().user - before.user);
    fill(at + PGSIZE, PGSIZE, 1);
    EXPECT(is_filled(at + PGSIZE, PGSIZE, 1), true, "a stored page reads back");
    for (int i = 0; i < PGSIZE; i++)
        EXPECT(at[i], 0, "byte %d of another lazy page", i);
}

// --- many sharers -----------------------------------------------------------------------------

#define SHARERS 300 // more than a byte can count

void sharers(void)
{
    static int child[SHARERS];
    int fd[2];
    char *page = heap_pages(1);
    fill(page, PGSIZE, 6);
    must_pipe(fd);
    for (int i = 0; i < SHARERS; i++)
        child[i] = start(wait_until_closed, fd);
    EXPECT(pte_of(page).refs, SHARERS + 1, "references to a page of %d processes", SHARERS + 1);
    close(fd[1]);
    for (int i = 0; i < SHARERS; i++)
        EXPECT(finish(child[i]).status, 0, "exit of child %d", i);
    EXPECT(pte_of(page).refs, 1, "references at the end");
    check_filled(page, PGSIZE, 6);
}

#define ZEROS 70000 // more than two bytes can count

static void read_all(char *at, long pages)
{
    for (long i = 0; i < pages; i++)
        EXPECT(at[i * PGSIZE], 0, "a byte of lazy page %ld", i);
}

static void read_and_write_one(void *arg)
{
    char *at = arg;
    CHECK(pte_of(at).refs >= ZEROS, "the zero frame is named %ld times", (long)pte_of(at).refs);
    at[5] = 1;
    EXPECT(pte_of(at).refs, 1, "references to a page of one's own");
}

void many_sharers(void)
{
    char *one = lazy_pages(1);
    EXPECT(*(volatile char *)one, 0, "a byte of a lazy page");
    long before = (long)pte_of(one).refs;
    char *at = lazy_pages(ZEROS);
    read_all(at, ZEROS);
    EXPECT(pte_of(one).refs, before + ZEROS, "references to the zero frame");
    must_pass("a child", read_and_write_one, at);
    EXPECT(pte_of(one).refs, before + ZEROS, "references to the zero frame");
    EXPECT((long)sbrk(-(ZEROS * PGSIZE)), (long)at + ZEROS * PGSIZE, "sbrk down");
    EXPECT(pte_of(one).refs, before, "references to the zero frame at the end");
}

#define COUNTERS    4
#define COUNT_PAGES 3000

struct hot {
    char *at; // COUNT_PAGES pages, all of them the zero frame
    uint64 when;
};

static void take_and_drop(void *arg)
{
    struct hot *h = arg;
    spin_until(h->when);
    read_all(lazy_pages(COUNT_PAGES), COUNT_PAGES); // takes one by one
    int child = start(do_nothing, NULL);            // takes many at a time
    CHECK(sbrk(-2 * COUNT_PAGES * PGSIZE) != SBRK_ERROR, "sbrk down failed");
    EXPECT(finish(child).status, 0, "exit of a grandchild");
}

// Several processes take and drop references to one frame, thousands each, at the same time.
void count_race(void)
{
    char *one = lazy_pages(1);
    EXPECT(*(volatile char *)one, 0, "a byte of a lazy page");
    long before = (long)pte_of(one).refs;
    struct hot h = { .at = lazy_pages(COUNT_PAGES) };
    read_all(h.at, COUNT_PAGES);
    for (int round = 0; round < 4; round++) {
        int child[COUNTERS];
        h.when = now_ns() + 4000000;
        for (int i = 0; i < COUNTERS; i++)
            child[i] = start(take_and_drop, &h);
        for (int i = 0; i < COUNTERS; i++)
            EXPECT(finish(child[i]).status, 0, "exit of child %d", i);
        EXPECT(pte_of(one).refs, before + COUNT_PAGES, "references in round %d", round);
    }
}

// --- the last owners, at one moment -----------------------------------------------------------

#define RACE_PAGES  32
#define RACE_ROUNDS 40
#define START_NS    3000000

struct race {
    char *at;
    uint64 when;
    int seed;
    int ready[2], done[2]; // pipes: "I have written", "you may end"
};

static void write_all(struct race *r, int seed)
{
    spin_until(r->when);
    for (int i = 0; i < RACE_PAGES; i++)
        *(int *)(r->at + i * PGSIZE) = seed + i;
}

// Every page is our own and holds what we wrote, and behind it what was there before.
static void check_own(struct race *r, int seed)
{
    for (int i = 0; i < RACE_PAGES; i++) {
        EXPECT(*(int *)(r->at + i * PGSIZE), seed + i, "the word in page %d", i);
        EXPECT(*(int *)(r->at + (i + 1) * PGSIZE - 4), i, "the last word in page %d", i);
        EXPECT(pte_of(r->at + i * PGSIZE).refs, 1, "references to page %d", i);
        CHECK(pte_of(r->at + i * PGSIZE).pte & PTE_W, "page %d has no W", i);
    }
}

static void race_child(void *arg)
{
    struct race *r = arg;
    char byte = 0;
    write_all(r, r->seed);
    EXPECT(write(r->ready[1], &byte, 1), 1, "write to the pipe");
    EXPECT(read(r->done[0], &byte, 1), 1, "read from the pipe");
    check_own(r, r->seed);
}

static void race_once(struct race *r, int children)
{
    char byte = 0;
    int child[2];
    for (int i = 0; i < RACE_PAGES; i++)
        *(int *)(r->at + (i + 1) * PGSIZE - 4) = i;
    r->when = now_ns() + START_NS;
    for (int i = 0; i < children; i++) {
        r->seed = (i + 1) * 1000;
        child[i] = start(race_child, r);
    }
    write_all(r, 0);
    for (int i = 0; i < children; i++)
        EXPECT(read(r->ready[0], &byte, 1), 1, "read from the pipe");
    check_own(r, 0);
    for (int i = 0; i < children; i++)
        EXPECT(write(r->done[1], &byte, 1), 1, "write to the pipe");
    for (int i = 0; i < children; i++)
        EXPECT(finish(child[i]).status, 0, "the child's exit");
}

static void races(int children)
{
    struct race r = { .at = heap_pages(RACE_PAGES) };
    must_pipe(r.ready);
    must_pipe(r.done);
    for (int i = 0; i < RACE_ROUNDS; i++)
        race_once(&r, children);
}

void last_two(void)
{
    races(1);
}

void last_three(void)
{
    races(2);
}

// --- a copy is complete before it can be seen -------------------------------------------------

#define WATCHERS    2
#define COPY_PAGES  8
#define COPY_ROUNDS 20

struct watch {
    char *at;
    volatile int stop;
};

static void expect_rest(const volatile char *page, int which)
{
    for (int i = PGSIZE - 1; i > 0; i -= 255) {
        char seen = page[i];
        EXPECT(seen, 'c', "byte %d of page %d", i, which);
    }
}

// Only byte 0 of a page ever changes: whoever sees anything else elsewhere saw half a copy.
static void watch_pages(void *arg)
{
    struct watch *w = arg;
    while (!w->stop)
        for (int i = 0; i < COPY_PAGES; i++)
            expect_rest(w->at + i * PGSIZE, i);
}

void copy_complete(void)
{
    static struct watch w;
    int watcher[WATCHERS], fd[2];
    w.at = heap_pages(COPY_PAGES);
    memset(w.at, 'c', COPY_PAGES * PGSIZE);
    for (int i = 0; i < WATCHERS; i++)
        watcher[i] = start_sharing(watch_pages, &w);
    for (int round = 0; round < COPY_ROUNDS; round++) {
        must_pipe(fd);
        int child = start(wait_until_closed, fd);
        for (int i = 0; i < COPY_PAGES; i++)
            w.at[i * PGSIZE] = (char)round;
        close(fd[1]);
        close(fd[0]);
        EXPECT(finish(child).status, 0, "the child's exit");
    }
    w.stop = 1;
    for (int i = 0; i < WATCHERS; i++)
        EXPECT(finish(watcher[i]).status, 0, "exit of watcher %d", i);
}
