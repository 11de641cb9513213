// The kernel's own copies to and from pages that are COW, lazy, or on the point of vanishing.
// (Hazard 4.)

#include "user/tests/cowtest/cowtest.h"

#define SPAN 4 // pages that one copy reaches into

struct exchange {
    char *at;
    int fd[2];
};

static void read_over(void *arg)
{
    struct exchange *x = arg;
    EXPECT(read(x->fd[0], x->at, PGSIZE), PGSIZE, "read into a COW page");
    check_filled(x->at, PGSIZE, 2);
    EXPECT(pte_of(x->at).refs, 1, "references to the page read into");
}

void copyout_cow(void)
{
    struct exchange x = { .at = heap_pages(2) };
    char *message = x.at + PGSIZE;
    fill(x.at, PGSIZE, 1);
    fill(message, PGSIZE, 2);
    must_pipe(x.fd);
    for (int round = 0; round < 3; round++) {
        EXPECT(write(x.fd[1], message, PGSIZE), PGSIZE, "write to the pipe");
        must_pass("the reader", read_over, &x);
        check_filled(x.at, PGSIZE, 1);
    }
    EXPECT(write(x.fd[1], message, PGSIZE), PGSIZE, "write to the pipe");
    int other = start(read_over, &x);
    EXPECT(finish(other).status, 0, "the reader's exit");
    check_filled(x.at, PGSIZE, 1);
}

static void read_across(void *arg)
{
    struct exchange *x = arg;
    char *from = x->at + 100;
    long n = SPAN * PGSIZE - 200;
    EXPECT(read(x->fd[0], from, (int)n), n, "one read across %d COW pages", SPAN);
    check_filled(from, (size_t)n, 7);
    check_filled(x->at, 100, 1);
    for (int i = 0; i < SPAN; i++)
        EXPECT(pte_of(x->at + i * PGSIZE).refs, 1, "references to page %d", i);
}

void copyout_span(void)
{
    long n = SPAN * PGSIZE - 200;
    struct exchange x = { .at = heap_pages(SPAN) };
    char *message = heap_pages(SPAN);
    fill(message, (size_t)n, 7);
    fill(x.at, SPAN * PGSIZE, 1);
    int fd = must_open("cow.span", O_CREATE | O_TRUNC | O_RDWR);
    EXPECT(write(fd, message, (int)n), n, "write to the file");
    close(fd);
    x.fd[0] = must_open("cow.span", O_RDONLY);
    must_unlink("cow.span");
    must_pass("the reader", read_across, &x);
    close(x.fd[0]);
    check_filled(x.at, SPAN * PGSIZE, 1);
}

static void exit_with_seven(void *arg)
{
    exit(7);
}

// Every call that gives something back, each into a page that nobody has touched.
void copyout_lazy(void)
{
    char *page = lazy_pages(8);
    int fd[2];
    must_pipe(fd);
    EXPECT(write(fd[1], "lazy", 4), 4, "write to the pipe");
    EXPECT(read(fd[0], page + PGSIZE - 2, 4), 4, "read into two lazy pages");
    EXPECT(memcmp(page + PGSIZE - 2, "lazy", 4), 0, "what was read");
    EXPECT(page[0] | page[2 * PGSIZE - 1], 0, "the rest of the pages");
    EXPECT(sys(SYS_pipe2, page + 2 * PGSIZE, 0), 0, "pipe() into a lazy page");
    EXPECT(sys(SYS_fstat, fd[0], page + 4 * PGSIZE - 64), 0, "fstat() into lazy pages");
    int pid = start(exit_with_seven, NULL);
    EXPECT(sys(SYS_wait4, pid, page + 5 * PGSIZE, 0, 0), pid, "wait");
    EXPECT(*(int *)(page + 5 * PGSIZE), 7 << 8, "the status word");
    EXPECT(sys(SYS_clock_gettime, CLOCK_MONOTONIC, page + 6 * PGSIZE), 0, "clock");
    CHECK(*(long *)(page + 6 * PGSIZE) || *(long *)(page + 6 * PGSIZE + 8), "the time is 0");
}

void copyin_lazy(void)
{
    char *page = lazy_pages(2), seen[8];
    int fd[2];
    must_pipe(fd);
    EXPECT(write(fd[1], page + PGSIZE - 4, 8), 8, "write from two lazy pages");
    EXPECT(read(fd[0], seen, 8), 8, "read from the pipe");
    for (int i = 0; i < 8; i++)
        EXPECT(seen[i], 0, "byte %d from a lazy page", i);
}

void copyinstr_lazy(void)
{
    char *page = lazy_pages(4);
    EXPECT(sys(SYS_openat, AT_FDCWD, page, O_RDONLY), -ENOENT, "open of an empty name");
    strcpy(page + 2 * PGSIZE - 4, "none"); // its NUL is the first byte of a lazy page
    EXPECT(sys(SYS_openat, AT_FDCWD, page + 2 * PGSIZE - 4, O_RDONLY), -ENOENT,
           "open of a name that ends on a lazy page");
    char *end = heap_pages(1);
    memset(end, 'a', PGSIZE);
    EXPECT(sys(SYS_openat, AT_FDCWD, end + PGSIZE - 8, O_RDONLY), -EFAULT,
           "open of a name that runs off the heap");
}

// --- beside somebody who unmaps ---------------------------------------------------------------

#define ROUNDS 300

struct vanishing {
    char *at; // one page that comes and goes
    volatile int stop;
    volatile int mapped; // times that it came
};

#define MAP_AGAIN (MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED)

static void map_and_unmap(void *arg)
{
    struct vanishing *v = arg;
    while (!v->stop) {
        long at = sys(SYS_mmap, v->at, PGSIZE, PROT_READ | PROT_WRITE, MAP_AGAIN, -1, 0);
        if (at != (long)v->at)
            FAIL("mmap gave %ld", at);
        v->mapped++;
        long err = sys(SYS_munmap, v->at, PGSIZE);
        if (err)
            FAIL("munmap gave %ld", err);
    }
}

// Each result is one that a page there or a page gone explains; nothing in between.
static void copy_once(struct vanishing *v, int fd[2])
{
    static char spare[16];
    long got = sys(SYS_write, fd[1], v->at, 16);
    CHECK(got == 16 || got == -EFAULT, "write from a vanishing page gave %ld", got);
    if (got == 16) {
        got = sys(SYS_read, fd[0], v->at, 16);
        CHECK(got == 16 || got == -EFAULT, "read into a vanishing page gave %ld", got);
        if (got == -EFAULT)
            EXPECT(sys(SYS_read, fd[0], spare, 16), 16, "the read again");
    }
    got = sys(SYS_openat, AT_FDCWD, v->at, O_RDONLY);
    CHECK(got == -ENOENT || got == -EFAULT, "open with a vanishing name gave %ld", got);
}

void copy_unmap(void)
{
    static struct vanishing v;
    int fd[2];
    long at = sys(SYS_mmap, 0, PGSIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(at > 0, "mmap gave %ld", at);
    v.at = (char *)at;
    must_pipe(fd);
    int other = start_sharing(map_and_unmap, &v);
    while (v.mapped < 2)
        sys(SYS_sched_yield);
    for (int i = 0; i < ROUNDS; i++)
        copy_once(&v, fd);
    v.stop = 1;
    EXPECT(finish(other).status, 0, "exit of the process that unmaps");
}
