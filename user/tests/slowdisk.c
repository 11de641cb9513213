// slowdisk: what one thread of an address space waits for does not keep the others from it.
//
// A thread reads, writes and faults in pages of a disk that is slow (tests/guest/test_files.py
// gives it ten requests a second).  Meanwhile another one of the same address space touches new
// pages, forks and asks for the list of processes, each of which takes the space's lock.

#include "kernel/fcntl.h"
#include "user/tests/lib/test.h"

const char usage_text[] =
    "usage: slowdisk   tests that who waits for a disk keeps no other thread\n";

#define COLD_PAGES 24
#define PAGE       4096
#define ROUNDS     10

// Pages of the program's file that nobody has touched.
static const char cold[COLD_PAGES][PAGE] = { [0 ... COLD_PAGES - 1] = { 'c' } };
static char buf[16 * PAGE];
static volatile int waiting; // the other thread is at its one long call

static void read_file(void)
{
    int fd = open("cowtest", O_RDONLY);
    waiting = 1;
    EXPECT(read(fd, buf, sizeof buf), sizeof buf, "read");
}

static void write_file(void)
{
    int fd = open("slow", O_CREATE | O_RDWR | O_SYNC);
    waiting = 1;
    EXPECT(write(fd, buf, sizeof buf), sizeof buf, "write");
    unlink("slow");
}

// From the last to the first: nothing is read ahead.
static void fault_in(void)
{
    waiting = 1;
    for (int i = COLD_PAGES - 1; i >= 0; i--)
        CHECK(*(volatile const char *)cold[i] == 'c', "page %d is wrong", i);
}

// Uses memory that is not there yet, as the source and as the end of a copy.
static void copy_cold(void)
{
    int ends[2];
    sys(SYS_pipe2, ends, 0);
    waiting = 1;
    EXPECT(write(ends[1], &cold[COLD_PAGES - 1][1], 8), 8, "write of a page that is not there");
}

static void wait_for_disk(void *fn)
{
    ((void (*)(void))fn)();
    waiting = 2;
}

static void use_space(void)
{
    static struct kine_proc procs[64];
    char *fresh = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    *fresh = 1;
    EXPECT(munmap(fresh, PAGE), 0, "munmap");
    must_pass("fork", do_nothing, NULL);
    CHECK(kine_procs(procs, 64) > 0, "no list of processes");
}

// Rounds count that begin and end while the other waits.
static void beside(const char *what, void (*fn)(void), int least)
{
    int rounds = 0;
    waiting = 0;
    int pid = start_sharing(wait_for_disk, (void *)fn);
    while (waiting == 0)
        sched_yield();
    while (waiting == 1) {
        use_space();
        rounds += waiting == 1;
    }
    EXPECT(finish(pid).status, 0, "%s", what);
    printf("slowdisk: %s: %d rounds meanwhile\n", what, rounds);
    CHECK(rounds >= least, "%s: only %d rounds meanwhile", what, rounds);
}

int main(void)
{
    use_space(); // what that needs of the program is there
    beside("copy", copy_cold, 1);
    beside("fault", fault_in, ROUNDS);
    beside("read", read_file, ROUNDS);
    beside("write", write_file, ROUNDS);
    printf("ALL SLOW DISK TESTS PASSED\n");
    return 0;
}
