// Rows about page faults, and about the memory that a sleeping child costs.
#include "kernel/fcntl.h"
#include "kernel/riscv.h"
#include "kernel/vm.h"
#include "user/bench/bench.h"
#include "user/kine.h"
#include "user/user.h"

#define PAGES 64 // faults in one run
#define MIB   (1024 * 1024L)
#define KIB   (PGSIZE / 1024)

static volatile char *heap; // of heap_setup

static void touch_all(volatile char *at, long n)
{
    for (long i = 0; i < n; i += PGSIZE)
        at[i] = 1;
}

bool heap_setup(long n)
{
    char *p = sbrk((int)n);
    if (p == SBRK_ERROR)
        return false;
    heap = p;
    touch_all(heap, n);
    return true;
}

void heap_teardown(long n)
{
    if (heap)
        sbrk(-(int)n);
    heap = 0;
}

int sleeping_child(void)
{
    int ready[2];
    char c;
    if (pipe(ready) < 0)
        return -1;
    int pid = fork();
    if (pid == 0) {
        write(ready[1], "r", 1);
        for (;;)
            sleep(1000);
    }
    if (pid > 0)
        read(ready[0], &c, 1);
    close(ready[0]);
    close(ready[1]);
    sched_yield(); // it goes on from its write to its sleep
    return pid;
}

void end_child(int pid)
{
    if (pid <= 0)
        return;
    kill(pid);
    while (wait(0) > 0)
        ;
}

// --- faults -----------------------------------------------------------------------------------

static long store_to_pages(volatile char *p)
{
    uint64 start = instructions();
    for (long i = 0; i < PAGES * PGSIZE; i += PGSIZE)
        p[i] = 2;
    return (long)(instructions() - start) / PAGES;
}

static long load_from_pages(volatile char *p)
{
    uint64 start = instructions();
    for (long i = 0; i < PAGES * PGSIZE; i += PGSIZE)
        (void)p[i];
    return (long)(instructions() - start) / PAGES;
}

static long cow_copy(long arg)
{
    int pid = sleeping_child();
    if (pid < 0)
        return UNAVAILABLE;
    long n = store_to_pages(heap);
    end_child(pid);
    return n;
}

static long cow_reuse(long arg)
{
    int pid = sleeping_child();
    if (pid < 0)
        return UNAVAILABLE;
    end_child(pid);
    return store_to_pages(heap);
}

static long on_empty_pages(long (*touch)(volatile char *))
{
    char *p = sbrklazy((PAGES + 1) * PGSIZE);
    if (p == SBRK_ERROR)
        return UNAVAILABLE;
    volatile char *first = (char *)PGROUNDUP((uint64)p);
    long n = touch(first);
    sbrk(-(PAGES + 1) * PGSIZE);
    return n;
}

static long zero_fill(long arg)
{
    return on_empty_pages(store_to_pages);
}

static long zero_read(long arg)
{
    return on_empty_pages(load_from_pages);
}

// --- what fork leaves to be done later ----------------------------------------------------------

#define LARGE      (64 * MIB)
#define TABLE_SPAN (2 * MIB)

static volatile char *map;

bool map_setup(long n)
{
    char *at = mmap(0, (uint64)n, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (at == (char *)-1)
        return false;
    map = at;
    touch_all(map, n);
    return true;
}

void map_teardown(long n)
{
    if (map)
        munmap((void *)map, (uint64)n);
    map = 0;
}

static long read_map(void)
{
    uint64 start = instructions();
    for (long i = 0; i < LARGE; i += PGSIZE)
        (void)map[i];
    return (long)(instructions() - start);
}

// For each 2 MiB, what a child pays for reading above the reads themselves.
static long child_reads(long arg)
{
    int cost, pid = fork();
    if (pid == 0) {
        long first = read_map();
        exit((int)((first - read_map()) / (LARGE / TABLE_SPAN)));
    }
    return pid > 0 && wait(&cost) == pid ? cost : UNAVAILABLE;
}

// For each page, what a parent pays for a byte in each while the child lives.
static long parent_writes(long arg)
{
    int pid = sleeping_child();
    if (pid < 0)
        return UNAVAILABLE;
    uint64 start = instructions();
    for (long i = 0; i < LARGE; i += PGSIZE)
        map[i] = 2;
    long n = (long)(instructions() - start) / (LARGE / PGSIZE);
    end_child(pid);
    return n;
}

// --- shared maps ------------------------------------------------------------------------------

// A file of PAGES pages that are in the cache and as on the disk.  => -1: it cannot be had
static int clean_file(void)
{
    static char block[PGSIZE];
    int fd = open("bench.map", O_RDWR | O_CREATE);
    for (int i = 0; fd >= 0 && i < PAGES; i++)
        write(fd, block, PGSIZE);
    fsync(fd);
    return fd;
}

// A file of as many pages that nobody has touched, and that is on no disk.
static int file_in_memory(void)
{
    int fd = memfd_create("bench", 0);
    ftruncate(fd, PAGES * PGSIZE);
    return fd;
}

// For each page, the first store through a shared map.
static long shared_store(long on_disk)
{
    int fd = on_disk ? clean_file() : file_in_memory();
    char *at = mmap(0, PAGES * PGSIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (at == (char *)-1)
        return UNAVAILABLE;
    uint64 start = instructions();
    touch_all(at, PAGES * PGSIZE);
    long n = (long)(instructions() - start) / PAGES;
    munmap(at, PAGES * PGSIZE);
    close(fd);
    unlink("bench.map");
    return n;
}

// --- swap space -------------------------------------------------------------------------------

// As many pages as RAM has, of which the first have gone out when the last are filled.
static volatile char *more_than_ram;
static long in_ram;

static bool page_in_setup(long arg)
{
    struct kine_meminfo m;
    if (kine_meminfo(&m) < 0 || swapon("/disk1", 0) < 0)
        return false;
    in_ram = (long)m.ram;
    more_than_ram =
        mmap(0, in_ram * PGSIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return more_than_ram != (char *)-1;
}

// Instructions while the hart did not wait.
static uint64 awake(void)
{
    struct kine_meminfo m;
    kine_meminfo(&m);
    return instructions() - m.slept;
}

// A quarter of them comes back, from front to back, while others go: for each page.
static long page_in(long arg)
{
    volatile char sum = 0;
    touch_all(more_than_ram, in_ram * PGSIZE);
    uint64 start = awake();
    for (long i = 0; i < in_ram / 4; i++)
        sum += more_than_ram[i * PGSIZE];
    return (long)(awake() - start) / (in_ram / 4);
}

static void page_in_teardown(long arg)
{
    if (in_ram)
        munmap((void *)more_than_ram, (uint64)in_ram * PGSIZE);
    swapoff("/disk1");
}

// --- memory for a child -----------------------------------------------------------------------

static long child_memory(long arg)
{
    struct kine_meminfo before, after;
    if (kine_meminfo(&before) < 0)
        return UNAVAILABLE;
    int pid = sleeping_child();
    if (pid < 0)
        return UNAVAILABLE;
    kine_meminfo(&after);
    end_child(pid);
    return ((long)before.free - (long)after.free) * KIB;
}

const struct row memory_rows[] = {
    { "cow-copy", heap_setup, cow_copy, heap_teardown, PAGES *PGSIZE },
    { "cow-reuse", heap_setup, cow_reuse, heap_teardown, PAGES *PGSIZE },
    { "zero-fill", 0, zero_fill, 0, 0 },
    { "zero-read", 0, zero_read, 0, 0 },
    { "child-reads", map_setup, child_reads, map_teardown, LARGE },
    { "parent-writes", map_setup, parent_writes, map_teardown, LARGE },
    { "shared-file", 0, shared_store, 0, true },
    { "shared-memory", 0, shared_store, 0, false },
    { "page-in", page_in_setup, page_in, page_in_teardown, 0 },
    { "child-kib-small", 0, child_memory, 0, 0 },
    { "child-kib-64m", heap_setup, child_memory, heap_teardown, 64 * MIB },
    { 0 },
};
