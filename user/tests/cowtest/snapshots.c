// Fork is one moment: what anybody stores later, be it the parent, a process that shares the
// parent's memory on another hart, or the kernel in the middle of a read(), the child does not
// see.  (Hazards 15, 17, 19.)

#include "user/tests/cowtest/cowtest.h"

// --- the parent itself ------------------------------------------------------------------------

#define WRITE_ROUNDS 150
#define WRITE_PAGES  8

struct view {
    volatile int *at; // WRITE_PAGES pages, a word at the start of each
    int value;
};

static void expect_value(void *arg)
{
    struct view *v = arg;
    for (int look = 0; look < 3; look++) {
        for (int i = 0; i < WRITE_PAGES; i++)
            EXPECT(v->at[i * PGSIZE / 4], v->value, "the child's word %d", i);
        sys(SYS_sched_yield);
    }
}

void parent_writes(void)
{
    struct view v = { .at = (int *)heap_pages(WRITE_PAGES) };
    for (int i = 0; i < WRITE_PAGES; i++)
        v.at[i * PGSIZE / 4] = 0;
    for (v.value = 0; v.value < WRITE_ROUNDS; v.value++) {
        int child = start(expect_value, &v);
        for (int i = 0; i < WRITE_PAGES; i++)
            v.at[i * PGSIZE / 4]++;
        EXPECT(finish(child).status, 0, "the child's exit in round %d", v.value);
    }
}

// --- somebody who shares the memory and stores all the time -----------------------------------

#define TORN_ROUNDS 80
#define LOOKS       50

struct counters {
    volatile long *first, *second; // in pages of their own; first is counted up first
    volatile int stop;
};

// Yields now and then: where there is one hart only, the others want their turn.
static void count_up(void *arg)
{
    struct counters *c = arg;
    while (!c->stop) {
        ++*c->first;
        __sync_synchronize();
        ++*c->second;
        __sync_synchronize();
        if (*c->first % 512 == 0)
            sys(SYS_sched_yield);
    }
}

static void look_at_counters(void *arg)
{
    struct counters *c = arg;
    long first = *c->first, second = *c->second;
    CHECK(first == second || first == second + 1, "torn: the first is %ld, the second %ld", first,
          second);
    for (int i = 0; i < LOOKS; i++) {
        EXPECT(*c->first, first, "the first counter changed in the child");
        EXPECT(*c->second, second, "the second counter changed in the child");
        if (i % 8 == 0)
            sys(SYS_sched_yield);
    }
}

// Both orders of the two pages: a copy that goes upwards tears one of them.
static void count_while_forking(struct counters *c)
{
    c->stop = 0;
    *c->first = *c->second = 0;
    int other = start_sharing(count_up, c);
    for (int i = 0; i < TORN_ROUNDS; i++)
        must_pass("the child", look_at_counters, c);
    c->stop = 1;
    EXPECT(finish(other).status, 0, "exit of the process that counts");
}

void torn_fork(void)
{
    static struct counters c;
    char *at = heap_pages(64);
    c.first = (long *)at;
    c.second = (long *)(at + 63 * PGSIZE);
    count_while_forking(&c);
    c.first = (long *)(at + 63 * PGSIZE);
    c.second = (long *)at;
    count_while_forking(&c);
}

// --- several that fork at once ----------------------------------------------------------------

#define FORKERS      3
#define FORKS        25
#define FORKER_PAGES 4

struct forker {
    char *own; // pages that only this one stores to
    int id;
};

static void check_and_change(void *arg)
{
    struct forker *f = arg;
    check_filled(f->own, FORKER_PAGES * PGSIZE, (uint)f->id);
    fill(f->own, FORKER_PAGES * PGSIZE, 99);
}

static void fork_in_turn(void *arg)
{
    struct forker *f = arg;
    for (int i = 0; i < FORKS; i++) {
        fill(f->own, FORKER_PAGES * PGSIZE, (uint)f->id);
        must_pass("a child", check_and_change, f);
        check_filled(f->own, FORKER_PAGES * PGSIZE, (uint)f->id);
    }
}

void threads_fork(void)
{
    static struct forker f[FORKERS];
    int pid[FORKERS];
    char *at = heap_pages(FORKERS * FORKER_PAGES);
    for (int i = 0; i < FORKERS; i++) {
        f[i] = (struct forker){ at + i * FORKER_PAGES * PGSIZE, i };
        pid[i] = start_sharing(fork_in_turn, &f[i]);
    }
    for (int i = 0; i < FORKERS; i++)
        EXPECT(finish(pid[i]).status, 0, "exit of forker %d", i);
}

// --- a read in progress -----------------------------------------------------------------------

#define PIPE_ROUNDS 30
#define HALF        (PGSIZE / 2)

struct reading {
    char *page;
    int fd[2];
    volatile int begun;
};

static void read_half(void *arg)
{
    struct reading *r = arg;
    r->begun = 1;
    EXPECT(read(r->fd[0], r->page, HALF), HALF, "read of half a page");
}

// The page as it was at the fork, for as long as the child looks.
static void see_old_page(void *arg)
{
    struct reading *r = arg;
    for (int i = 0; i < 5; i++) {
        check_filled(r->page, PGSIZE, 1);
        sleep_ms(1);
    }
}

static void read_through_fork(struct reading *r, char *message)
{
    fill(r->page, PGSIZE, 1);
    r->begun = 0;
    int reader = start_sharing(read_half, r);
    while (!r->begun)
        sys(SYS_sched_yield);
    sleep_ms(1); // now it waits in the pipe
    int child = start(see_old_page, r);
    r->page[PGSIZE - 1] ^= 0x55;
    EXPECT(write(r->fd[1], message, HALF), HALF, "write to the pipe");
    EXPECT(finish(reader).status, 0, "exit of the reader");
    EXPECT(memcmp(r->page, message, HALF), 0, "what was read");
    r->page[PGSIZE - 1] ^= 0x55;
    EXPECT(finish(child).status, 0, "exit of the child");
}

void pipe_in_progress(void)
{
    static struct reading r;
    char *message = heap_pages(1);
    r.page = heap_pages(1);
    fill(message, PGSIZE, 2);
    must_pipe(r.fd);
    for (int i = 0; i < PIPE_ROUNDS; i++)
        read_through_fork(&r, message);
}

#define OUT_PAGES 20 // more than a pipe holds: the writer waits in the middle

static void write_out(void *arg)
{
    struct reading *r = arg;
    EXPECT(write(r->fd[1], r->page, OUT_PAGES * PGSIZE), OUT_PAGES * PGSIZE, "write of pages");
}

static void change_all(void *arg)
{
    struct reading *r = arg;
    memset(r->page, 'c', OUT_PAGES * PGSIZE);
}

// A write in progress from pages that a child changes: what arrives is the writer's.
void pipe_out_in_progress(void)
{
    static struct reading r;
    char *seen = heap_pages(1);
    r.page = heap_pages(OUT_PAGES);
    must_pipe(r.fd);
    for (int i = 0; i < PIPE_ROUNDS; i++) {
        fill(r.page, OUT_PAGES * PGSIZE, 4);
        int writer = start_sharing(write_out, &r);
        sleep_ms(1);
        must_pass("a child that changes its pages", change_all, &r);
        for (int got = 0, n; got < OUT_PAGES * PGSIZE; got += n) {
            n = read(r.fd[0], seen, PGSIZE);
            CHECK(n > 0, "read gave %d", n);
            EXPECT(memcmp(seen, r.page + got, (uint)n), 0, "bytes that differ at %d", got);
        }
        EXPECT(finish(writer).status, 0, "exit of the writer");
        check_filled(r.page, OUT_PAGES * PGSIZE, 4);
    }
}

#define FILE_PAGES  4
#define FILE_ROUNDS 40

struct stream {
    char *at;
    int file[2];
    volatile int stop;
};

// Reads one file, then the other, over and over into the same pages.
static void read_for_ever(void *arg)
{
    struct stream *s = arg;
    for (int i = 0; !s->stop; i ^= 1) {
        long got = sys(SYS_pread64, s->file[i], s->at, FILE_PAGES * PGSIZE, 0);
        if (got != FILE_PAGES * PGSIZE)
            FAIL("pread gave %ld", got);
    }
}

static uint64 sum(const char *at, size_t n)
{
    uint64 s = 0;
    for (size_t i = 0; i < n; i += 8)
        s = s * 31 + *(const uint64 *)(at + i);
    return s;
}

static void expect_no_change(void *arg)
{
    struct stream *s = arg;
    uint64 first = sum(s->at, FILE_PAGES * PGSIZE);
    for (int i = 0; i < 4; i++) {
        sys(SYS_sched_yield);
        CHECK(sum(s->at, FILE_PAGES * PGSIZE) == first, "the child sees later bytes");
    }
}

void file_in_progress(void)
{
    static struct stream s;
    s.at = heap_pages(FILE_PAGES);
    make_file("cow.a", FILE_PAGES * PGSIZE, 1);
    make_file("cow.b", FILE_PAGES * PGSIZE, 1000);
    s.file[0] = must_open("cow.a", O_RDONLY);
    s.file[1] = must_open("cow.b", O_RDONLY);
    must_unlink("cow.a");
    must_unlink("cow.b");
    int reader = start_sharing(read_for_ever, &s);
    for (int i = 0; i < FILE_ROUNDS; i++) {
        int child = start(expect_no_change, &s);
        for (int p = 0; p < FILE_PAGES; p++)
            s.at[p * PGSIZE + i]++;
        EXPECT(finish(child).status, 0, "exit of the child in round %d", i);
    }
    s.stop = 1;
    EXPECT(finish(reader).status, 0, "exit of the reader");
}
