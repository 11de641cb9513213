// Memory runs out: an error, or the end of one process, and everything else as before.  (Hazard 8.)

#include "user/tests/cowtest/cowtest.h"

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

// --- no memory --------------------------------------------------------------------------------

static void touch_too_much(void *arg)
{
    await_go(arg);
    struct kine_meminfo m = meminfo();
    long pages = (long)(m.free + m.cache + m.swap_free) + 1024;
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

// --- no memory for tables ---------------------------------------------------------------------

#define SPARSE_GIB 100
#define LEAF_SPAN  (512L * PGSIZE) // what one leaf table maps

struct sparse {
    int go[2], full[2], hold[2]; // pipes
};

// Loads from one page under each table, as long as there are tables to be had, and keeps them.
static void read_far_apart(void *arg)
{
    struct sparse *s = arg;
    await_go(s->go);
    long size = (long)SPARSE_GIB << 30, err = 0;
    long at = sys(SYS_mmap, 0, size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(at > 0, "mmap gave %ld", at);
    for (long end = at + size; at < end && err == 0; at += LEAF_SPAN)
        err = sys(SYS_madvise, at, PGSIZE, MADV_POPULATE_READ);
    CHECK(err == 0 || err == -ENOMEM, "reading far apart gave %ld", err);
    EXPECT(write(s->full[1], "f", 1), 1, "write to the pipe");
    wait_until_closed(s->hold);
}

// A process that has made page tables of all memory leaves something to those who need little.
void oom_tables(void)
{
    struct sparse s;
    char byte;
    must_pipe(s.go);
    must_pipe(s.full);
    must_pipe(s.hold);
    int child = start(read_far_apart, &s);
    close(s.full[1]);
    EXPECT(write(s.go[1], "g", 1), 1, "write to the pipe");
    EXPECT(read(s.full[0], &byte, 1), 1, "the word that it has them");
    must_pass("a child meanwhile", do_nothing, NULL);
    close(s.hold[0]);
    close(s.hold[1]);
    EXPECT(finish(child).status, 0, "the exit of the one with the tables");
}

// --- no memory to copy with -------------------------------------------------------------------

struct hoard {
    int go[2], hold[2], report[2]; // pipes
    char *at;
    long pages;
};

// Holds its share of the pages until the other owner is dead; then they must be as they were.
static void keep_pages(void *arg)
{
    struct hoard *h = arg;
    wait_until_closed(h->hold);
    for (long i = 0; i < h->pages; i++)
        EXPECT(h->at[i * PGSIZE], 1, "a byte of page %ld", i);
    EXPECT(write(h->report[1], "k", 1), 1, "write of the report");
}

static void copy_too_much(void *arg)
{
    struct hoard *h = arg;
    await_go(h->go);
    h->pages = (free_frames() + (long)meminfo().swap_free) / 3 * 2;
    h->at = heap_pages(h->pages);
    for (long i = 0; i < h->pages; i++)
        h->at[i * PGSIZE] = 1;
    must_pipe(h->hold);
    start(keep_pages, h);
    close(h->hold[0]);
    for (long i = 0; i < h->pages; i++)
        h->at[i * PGSIZE] = 2;
}

// Two share more than half of memory, and one stores to all of it.
void oom_cow(void)
{
    struct hoard h;
    char byte = 0;
    must_pipe(h.go);
    must_pipe(h.report);
    int child = start(copy_too_much, &h);
    close(h.report[1]);
    EXPECT(write(h.go[1], "g", 1), 1, "write to the pipe");
    EXPECT(finish(child).signal, SIGKILL, "the signal of a process that copies too much");
    EXPECT(read(h.report[0], &byte, 1), 1, "the report of the other owner");
}
