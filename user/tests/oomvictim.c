// oomvictim: who ends when there is no memory.
//
// A small process touches a page that is not to be had while another has nearly all there is: the
// other ends, and the small one goes on.  What the large one has may be its heap, or shared memory,
// or may be shared by two processes with one address space.  A system call that finds no memory
// says so, and nobody ends; nor does anybody but the one that wants more if that is the largest.

#include "user/tests/lib/test.h"

const char usage_text[] = "usage: oomvictim   tests who ends when there is no memory\n";

#define WANTED 1024 // pages that the small one touches: more than is kept for small ones
#define STEP   64   // pages

#define GONE_MS 4000 // how long the last of those that are killed may take to be gone

static int go[2], full[2], lives[2], hold[2];
static char block[PGSIZE];

static void await(const int fd[2])
{
    char byte;
    EXPECT(read(fd[0], &byte, 1), 1, "the word to go");
}

static void say(const int fd[2])
{
    EXPECT(write(fd[1], "g", 1), 1, "write to the pipe");
}

static void full_now(void)
{
    say(full);
    wait_until_closed(hold);
}

static void hoard_heap(void *arg)
{
    take_everything();
    full_now();
}

static void sit(void *arg)
{
    wait_until_closed(hold);
}

// Two that run in one memory.
static void hoard_together(void *arg)
{
    start_sharing(sit, NULL);
    take_everything();
    full_now();
}

static void hoard_shared(void *arg)
{
    long left = free_frames();
    for (long n = 0; n < left; n += STEP) {
        long at = sys(SYS_mmap, 0, STEP * PGSIZE, PROT_READ | PROT_WRITE,
                      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (at < 0 || sys(SYS_madvise, at, STEP * PGSIZE, MADV_POPULATE_WRITE) < 0)
            break;
    }
    full_now();
}

static void touch(void *arg)
{
    char *at = lazy_pages(WANTED);
    memset(block, 1, sizeof block);
    EXPECT(read(go[0], block, 1), 1, "the word to go");
    for (long i = 0; i < WANTED; i++)
        at[i * PGSIZE] = 1;
}

static void call(void *arg)
{
    char *at = lazy_pages(WANTED);
    int file = must_open("/README", O_RDONLY);
    long got = 16;
    EXPECT(sys(SYS_pread64, file, at, 16, 0), 16, "read() with memory");
    await(go);
    for (long i = 1; i < WANTED && got == 16; i++)
        got = sys(SYS_pread64, file, at + i * PGSIZE, 16, 0);
    EXPECT(got, -ENOMEM, "read() into a page not to be had");
}

static void open_pipes(void)
{
    must_pipe(go);
    must_pipe(full);
    EXPECT(sys(SYS_pipe2, lives, O_NONBLOCK), 0, "pipe2");
    must_pipe(hold);
}

static void close_pipes(void)
{
    for (int i = 0; i < 2; i++) {
        close(go[i]);
        close(full[i]);
        close(lives[i]);
        close(hold[i]);
    }
}

// Whoever was started holds the pipe.
static void all_are_gone(void)
{
    close(lives[1]);
    for (int ms = 0; has_writer(lives[0]); ms++) {
        CHECK(ms < GONE_MS, "somebody who runs in the memory of the one that was killed goes on");
        sleep_ms(1);
    }
}

// `small` runs while `large` has all memory.  `dies`: large is killed for it.
static void beside(const char *what, job *large, job *small, bool dies)
{
    open_pipes();
    int little = start(small, NULL), big = start(large, NULL);
    printf("oomvictim: %s: pid %d\n", what, big);
    await(full);
    say(go);
    struct ending end = finish(little);
    CHECK(end.signal == 0 && end.status == 0, "%s: the small one got signal %d, exit %d", what,
          end.signal, end.status);
    CHECK(dies || sys(SYS_wait4, big, 0, WNOHANG, 0) == 0, "%s: the large one has ended", what);
    if (dies)
        all_are_gone();
    close_pipes();
    end = finish(big);
    CHECK(end.signal == (dies ? SIGKILL : 0), "%s: the large one got signal %d, exit %d", what,
          end.signal, end.status);
}

static void touch_too_much(void *arg)
{
    long pages = meminfo().ram;
    char *at = lazy_pages(pages);
    for (long i = 0; i < pages; i++)
        at[i * PGSIZE] = 1;
}

// Others have less than the one that wants more.
static void largest_wants_more(void)
{
    open_pipes();
    int other = start(sit, NULL);
    must_die("one that touches too much", touch_too_much, NULL, SIGKILL);
    EXPECT(sys(SYS_wait4, other, 0, WNOHANG, 0), 0, "wait for the other");
    close_pipes();
    EXPECT(finish(other).signal, 0, "the other's signal");
}

int main(void)
{
    part_name = "oomvictim";
    beside("heap", hoard_heap, touch, true);
    beside("two in one memory", hoard_together, touch, true);
    beside("shared memory", hoard_shared, touch, true);
    beside("a call", hoard_heap, call, false);
    largest_wants_more();
    printf("oomvictim: OK\n");
    exit(0);
}
