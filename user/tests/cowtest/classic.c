// The parts that course graders look for.

#include "user/tests/cowtest/cowtest.h"

#define WORD_PER_PAGE(at, i) (*(volatile int *)((at) + (long)(i)*PGSIZE))

static void touch_pages(char *at, long pages, int value)
{
    for (long i = 0; i < pages; i++)
        WORD_PER_PAGE(at, i) = value;
}

static void expect_pages(char *at, long pages, int value)
{
    for (long i = 0; i < pages; i++)
        EXPECT(WORD_PER_PAGE(at, i), value, "page %ld of %ld", i, pages);
}

// More than half of the memory there is: a fork that copies cannot succeed.
void simple(void)
{
    long pages = free_frames() / 3 * 2;
    char *at = heap_pages(pages);
    touch_pages(at, pages, getpid());
    must_pass("a child that shares most of memory", do_nothing, NULL);
    expect_pages(at, pages, getpid());
}

struct writer {
    char *at;
    long pages;
};

static void write_half_and_all(void *arg)
{
    struct writer *w = arg;
    int pid = getpid();
    touch_pages(w->at, w->pages / 2, pid);
    expect_pages(w->at, w->pages / 2, pid);
}

// Writes four fifths, and forks a grandchild that writes half, all at the same time.
static void write_and_fork(void *arg)
{
    struct writer *w = arg;
    int inner = start(write_half_and_all, w);
    touch_pages(w->at, w->pages * 4 / 5, getpid());
    expect_pages(w->at, w->pages * 4 / 5, getpid());
    struct ending end = finish(inner);
    EXPECT(end.status, 0, "the grandchild's exit");
    EXPECT(end.signal, 0, "the grandchild's signal");
}

// Three processes that write a quarter of memory: what each sees are its own words.
void three(void)
{
    struct writer w = { .pages = free_frames() / 4 };
    w.at = heap_pages(w.pages);
    touch_pages(w.at, w.pages, -1);
    int child = start(write_and_fork, &w);
    touch_pages(w.at, w.pages, getpid());
    struct ending end = finish(child);
    EXPECT(end.status, 0, "the child's exit");
    EXPECT(end.signal, 0, "the child's signal");
    expect_pages(w.at, w.pages, getpid());
}

#define READERS 4
static int from_pipe[READERS]; // read() stores here, into pages shared by fork

static void read_own(void *arg)
{
    int *fd = arg;
    EXPECT(read(fd[0], from_pipe, sizeof from_pipe), sizeof from_pipe, "read from the pipe");
    sleep_ms(20);
    for (int i = 0; i < READERS; i++)
        EXPECT(from_pipe[i], fd[2] + i, "word %d of what was read", i);
}

// The kernel's stores into COW pages copy them too.
void file(void)
{
    int words[READERS], child[READERS];
    for (int i = 0; i < READERS; i++)
        from_pipe[i] = -1;
    for (int n = 0; n < READERS; n++) {
        int fd[3];
        must_pipe(fd);
        fd[2] = n * 100;
        child[n] = start(read_own, fd);
        for (int i = 0; i < READERS; i++)
            words[i] = fd[2] + i;
        EXPECT(write(fd[1], words, sizeof words), sizeof words, "write to the pipe");
        close(fd[0]);
        close(fd[1]);
    }
    for (int n = 0; n < READERS; n++)
        EXPECT(finish(child[n]).status, 0, "exit of reader %d", n);
    for (int i = 0; i < READERS; i++)
        EXPECT(from_pipe[i], -1, "the parent's word %d", i);
}

#define FORKERS 8
#define BLOCK   (64 * 1024)

static void fork_again(void *arg)
{
    char *block = arg;
    check_filled(block, BLOCK, 3);
    int inner = start(do_nothing, NULL);
    fill(block, BLOCK, (uint)getpid());
    EXPECT(finish(inner).status, 0, "exit of the innermost");
    check_filled(block, BLOCK, (uint)getpid());
}

// Many children at once that fork in their turn.
void forkfork(void)
{
    int child[FORKERS];
    char *block = heap_pages(BLOCK / PGSIZE);
    fill(block, BLOCK, 3);
    for (int i = 0; i < FORKERS; i++)
        child[i] = start(fork_again, block);
    for (int i = 0; i < FORKERS; i++)
        EXPECT(finish(child[i]).status, 0, "exit of child %d", i);
    check_filled(block, BLOCK, 3);
}
