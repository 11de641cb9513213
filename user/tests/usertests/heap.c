// The heap: sbrk and its lazy brother, malloc, and mappings.

#include "user/tests/usertests/usertests.h"

#define MB (1024 * 1024)

void sbrk_basic(void)
{
    char *at = sbrk(0);
    for (int i = 0; i < 5000; i++) {
        char *got = sbrk(1);
        EXPECT((long)got, (long)at + i, "sbrk number %d", i);
        *got = 1;
    }
    char *top = sbrk(-5000);
    EXPECT((long)top, (long)at + 5000, "sbrk down");
    EXPECT((long)sbrk(0), (long)at, "the break");
    int pid = fork();
    if (pid == 0) {
        sbrk(PGSIZE);
        *(volatile char *)sbrk(0) = 0; // the page beyond: there may be a rest of one
        exit(0);
    }
    finish(pid);
    EXPECT((long)sbrk(0), (long)at, "the break after a child's sbrk");
}

// 100 MB of 128 MiB can be had, and in smaller machines a good part of what is free.
void sbrk_much(void)
{
    long want = 100 * MB, free = free_frames() * PGSIZE;
    if (want > free - free / 8)
        want = free - free / 8;
    char *at = sbrk((int)want);
    CHECK(at != SBRK_ERROR, "sbrk(%ld) failed, with %ld bytes free", want, free);
    for (long i = 0; i < want; i += PGSIZE)
        EXPECT(at[i], 0, "byte %ld", i);
    at[want - 1] = 99;
    EXPECT((long)sbrk((int)-want), (long)at + want, "sbrk down");
    EXPECT((long)sbrk(0), (long)at, "the break");
    EXPECT((long)sbrk(PGSIZE), (long)at, "sbrk up again");
    EXPECT(at[0], 0, "the first byte");
}

// What cannot be had is refused, and nothing is taken.
void sbrk_fail(void)
{
    char *at = sbrk(0);
    long more = (long)(meminfo().ram ? meminfo().ram : (PHYSTOP - KERNBASE) / PGSIZE) * PGSIZE;
    if (more > 0x7ffff000)
        more = 0x7ffff000;
    for (int i = 0; i < 3; i++) {
        if (more < 0x7ffff000)
            EXPECT((long)sbrk((int)more), (long)SBRK_ERROR, "sbrk of all RAM");
        EXPECT((long)sbrk(0), (long)at, "the break");
    }
    char *page = sbrk(PGSIZE);
    CHECK(page == at, "sbrk of a page failed");
    *page = 1;
}

void sbrk_refused(void)
{
    char *at = sbrk(0);
    EXPECT(sys(SYS_brk, 0), (long)at, "brk(0)");
    EXPECT(sys(SYS_brk, 1), (long)at, "brk below the program");
    EXPECT(sys(SYS_brk, TRAPFRAME + PGSIZE), (long)at, "brk beyond user space");
    EXPECT(sys(SYS_brk, -1L), (long)at, "brk of everything");
    EXPECT((long)sbrk(-0x7fffffff), (long)at, "a shrink below the heap's start");
    EXPECT((long)sbrk(0), (long)at, "the break after it");
}

// A break in the middle of a page: the rest of the page is there, the next is not.
void sbrk_odd(void)
{
    char *page = heap_pages(1);
    sbrk(10);
    must_pass("a store to the rest of the page", store_to, page + PGSIZE + 100);
    must_die("a store beyond", store_to, page + 2 * PGSIZE, SIGSEGV);
    sbrk(-10);
    must_die("a load from where the page was", load_from, page + PGSIZE, SIGSEGV);
    must_pass("a store to the page before", store_to, page + PGSIZE - 1);
    sbrk(-1);
    must_pass("a store to the last byte, beyond the break", store_to, page + PGSIZE - 1);
    sbrk(1 - PGSIZE);
    must_die("a load from a page given back", load_from, page, SIGSEGV);
}

// Pages given back are gone at once, and zero when they come again.
void sbrk_shrunk(void)
{
    long before = (long)meminfo().user;
    char *at = heap_pages(64);
    memset(at, 7, 64 * PGSIZE);
    sbrk(-60 * PGSIZE);
    long now = (long)meminfo().user;
    CHECK(now - before < 16, "after a shrink by 60 pages %ld more are in use", now - before);
    EXPECT(at[4 * PGSIZE - 1], 7, "the last byte that was kept");
    must_die("a load from what was given back", load_from, at + 4 * PGSIZE, SIGSEGV);
    sbrk(60 * PGSIZE);
    for (int i = 4 * PGSIZE; i < 64 * PGSIZE; i++)
        EXPECT(at[i], 0, "byte %d of what came again", i);
}

// The code of write() must be mapped before there is no memory to map it with.
static void count_to(int fd)
{
    long n = 0;
    write(fd, &n, 0);
    while (sbrk(PGSIZE) != SBRK_ERROR)
        n++;
    write(fd, &n, sizeof n);
    exit(0);
}

// Page by page until there is no more, twice: the same number.
void sbrk_same_count(void)
{
    long n[2];
    int fd[2];
    for (int i = 0; i < 2; i++) {
        must_pipe(fd);
        int pid = fork();
        if (pid == 0)
            count_to(fd[1]);
        close(fd[1]);
        EXPECT(read(fd[0], &n[i], sizeof n[i]), sizeof n[i], "read of the count");
        EXPECT(finish(pid).status, 0, "the child's exit");
    }
    CHECK(n[0] > 0, "sbrk gave no page at all");
    long less = n[0] > n[1] ? n[0] - n[1] : n[1] - n[0];
    CHECK(less <= 16, "first %ld pages, then %ld", n[0], n[1]);
}

// System calls work on what sbrk has just given.
void sbrk_argument(void)
{
    char *page = sbrk(PGSIZE);
    int fd = must_open("ut.sbrk", O_CREATE | O_TRUNC | O_RDWR);
    must_unlink("ut.sbrk");
    EXPECT(write(fd, page, PGSIZE), PGSIZE, "write of a fresh page");
    close(fd);
    EXPECT(pipe((int *)sbrk(PGSIZE)), 0, "pipe into a fresh page");
}

// --- lazy -------------------------------------------------------------------------------------

// A promise of 1 GiB costs nothing; what is touched of it is there.
void sbrk_lazy(void)
{
    long size = 1L << 30, before = (long)meminfo().user;
    char *at = sbrklazy((int)size);
    CHECK(at != SBRK_ERROR, "sbrklazy of 1 GiB failed");
    EXPECT((long)sbrk(0), (long)at + size, "the break");
    for (long i = 0; i < size; i += size / 64) {
        EXPECT(at[i + 1], 0, "a byte at %ld", i);
        at[i] = (char)(i / (size / 64) + 1);
    }
    for (long i = 0; i < size; i += size / 64)
        EXPECT(at[i], i / (size / 64) + 1, "the byte at %ld", i);
    long now = (long)meminfo().user;
    CHECK(now - before < 100, "64 touched pages took %ld frames", now - before);
    EXPECT((long)sbrk((int)-size), (long)at + size, "sbrk down");
    must_die("a load from what was given back", load_from, at, SIGSEGV);
    at = sbrklazy(10 * PGSIZE);
    sbrk(-5 * PGSIZE);
    at[4 * PGSIZE] = 1;
    must_die("a store to a promise taken back", store_to, at + 6 * PGSIZE, SIGSEGV);
}

static void use_promise(void *arg)
{
    char *at = arg;
    EXPECT(at[PGSIZE], 0, "a page that the parent never touched");
    EXPECT(at[0], 'p', "a page that the parent touched");
    at[2 * PGSIZE] = 'c';
}

// Promises are inherited, kept by every call that looks at them, and never seen by others.
void lazy_everywhere(void)
{
    char *at = lazy_pages(20);
    at[0] = 'p';
    must_pass("a child", use_promise, at);
    EXPECT(at[2 * PGSIZE], 0, "a page that the child touched");
    EXPECT(sys(SYS_madvise, at + 4 * PGSIZE, 4 * PGSIZE, MADV_POPULATE_WRITE), 0, "populate");
    if (meminfo().ram)
        EXPECT(pte_of(at + 7 * PGSIZE).pte & PTE_W, PTE_W, "W of a populated page");
    at[7 * PGSIZE] = 1;
    EXPECT(sys(SYS_madvise, at + 7 * PGSIZE, PGSIZE, MADV_DONTNEED), 0, "discard");
    EXPECT(at[7 * PGSIZE], 0, "a page that was discarded");
    EXPECT(sys(SYS_madvise, at + 1, PGSIZE, MADV_POPULATE_WRITE), -EINVAL, "populate at odd place");
    long err = sys(SYS_madvise, at + 18 * PGSIZE, 10 * PGSIZE, MADV_POPULATE_WRITE);
    CHECK(err == -EFAULT || err == -ENOMEM, "populate of what is not promised gave %ld", err);
    EXPECT(sys(SYS_madvise, at, PGSIZE, 999), -EINVAL, "an unknown advice");
}

static void malloc_everything(void *arg)
{
    void *first = NULL, *p;
    while ((p = malloc(64 * 1024)) != 0) {
        *(void **)p = first;
        first = p;
    }
    while (first) {
        p = *(void **)first;
        free(first);
        first = p;
    }
    p = malloc(20 * 1024);
    CHECK(p, "malloc of 20 KiB failed after everything was freed");
    free(p);
}

void malloc_fails(void)
{
    CHECK(malloc(0xffffff00u) == 0, "malloc of nearly 4 GiB worked");
    must_pass("malloc until it fails", malloc_everything, NULL);
    must_pass("malloc until it fails again", malloc_everything, NULL);
}

// --- mappings ---------------------------------------------------------------------------------

#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)

// A range of nothing is fine, but not for munmap; one with a hole is not.
void mapping_ranges(void)
{
    static const int advice[] = { MADV_DONTNEED, MADV_POPULATE_READ, MADV_POPULATE_WRITE };
    char *at = (char *)sys(SYS_mmap, 0, 3 * PGSIZE, PROT_READ | PROT_WRITE, ANON, -1, 0);
    CHECK((long)at > 0, "mmap gave %ld", (long)at);
    EXPECT(sys(SYS_munmap, at, 0), -EINVAL, "munmap of nothing");
    EXPECT(sys(SYS_munmap, at + PGSIZE, PGSIZE), 0, "munmap in the middle");
    EXPECT(sys(SYS_mprotect, at, 0, PROT_READ), 0, "mprotect of nothing");
    EXPECT(sys(SYS_mprotect, at + 1, 0, PROT_READ), -EINVAL, "mprotect of nothing at an odd place");
    at[2 * PGSIZE] = 1;
    for (int i = 0; i < 3; i++) {
        EXPECT(sys(SYS_madvise, at, 0, advice[i]), 0, "madvise %d of nothing", advice[i]);
        EXPECT(sys(SYS_madvise, at, PGSIZE, advice[i]), 0, "madvise %d", advice[i]);
        EXPECT(sys(SYS_madvise, at, 3 * PGSIZE, advice[i]), -ENOMEM, "madvise %d across a hole",
               advice[i]);
    }
    EXPECT(at[2 * PGSIZE], 0, "the discarded page behind the hole");
    EXPECT(sys(SYS_munmap, at, 3 * PGSIZE), 0, "munmap of all");
}

static void must_promise(const char *what, long n, long prot, long flags)
{
    long at = sys(SYS_mmap, 0, n, prot, flags, -1, 0);
    CHECK(at > 0, "mmap of %s gave %ld", what, at);
    EXPECT(sys(SYS_munmap, at, n), 0, "munmap of %s", what);
}

// What is obviously impossible is refused, and nothing else.
static void promises(void)
{
    long rw = PROT_READ | PROT_WRITE, ram = (long)meminfo().ram * PGSIZE, more = ram + PGSIZE;
    EXPECT(sys(SYS_mmap, 0, more, rw, ANON, -1, 0), -ENOMEM, "mmap of more than RAM");
    EXPECT(sys(SYS_mmap, 0, more, PROT_READ, MAP_SHARED | MAP_ANONYMOUS, -1, 0), -ENOMEM,
           "mmap of more shared memory than RAM");
    must_promise("as much as RAM", ram, rw, ANON);
    must_promise("more than RAM, for loads", more, PROT_READ, ANON);
    must_promise("more than RAM, not reserved", more, rw, ANON | MAP_NORESERVE);
}

void mapping(void)
{
    long rw = PROT_READ | PROT_WRITE;
    char *at = (char *)sys(SYS_mmap, 0, 5 * PGSIZE, rw, ANON, -1, 0);
    CHECK((long)at > 0, "mmap gave %ld", (long)at);
    for (int i = 0; i < 5; i++)
        at[i * PGSIZE] = (char)i;
    EXPECT(sys(SYS_munmap, at + 2 * PGSIZE, PGSIZE), 0, "munmap in the middle");
    must_die("a load from the hole", load_from, at + 2 * PGSIZE, SIGSEGV);
    EXPECT(at[3 * PGSIZE], 3, "the page behind the hole");
    EXPECT(sys(SYS_mprotect, at, 5 * PGSIZE, PROT_READ), -ENOMEM, "mprotect across the hole");
    EXPECT(sys(SYS_mprotect, at, 2 * PGSIZE, PROT_READ), 0, "mprotect");
    must_die("a store to a page made read-only", store_to, at, SIGSEGV);
    EXPECT(sys(SYS_munmap, at, 5 * PGSIZE), 0, "munmap of all");
    must_die("a load from what was unmapped", load_from, at + PGSIZE, SIGSEGV);
    EXPECT(sys(SYS_mmap, 0, 0, rw, ANON, -1, 0), -EINVAL, "mmap of nothing");
    EXPECT(sys(SYS_mmap, 0, PGSIZE, rw, 0, -1, 0), -EINVAL, "mmap neither shared nor private");
    EXPECT(sys(SYS_mmap, 0, 1L << 40, rw, ANON, -1, 0), -ENOMEM, "mmap of 1 TiB");
    promises();
    EXPECT(sys(SYS_munmap, 1, PGSIZE), -EINVAL, "munmap at an odd place");
    CHECK(sys(SYS_mmap, 0, PGSIZE, rw | PROT_EXEC, ANON, -1, 0) < 0, "W and X were granted");
}
