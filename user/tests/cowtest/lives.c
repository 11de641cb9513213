// Heaps that come and go under sharing, children that are killed in the middle of a fork, and
// many births and deaths: nothing is lost, tables included.  (Hazards 14, 16, 22.)

#include "user/tests/cowtest/cowtest.h"

#define HEAP_PAGES 40

struct heap {
    char *at;
    int go[2];
};

static void check_after_word(void *arg)
{
    struct heap *h = arg;
    char byte;
    EXPECT(read(h->go[0], &byte, 1), 1, "the word to go");
    check_filled(h->at, HEAP_PAGES * PGSIZE, 3);
    fill(h->at, HEAP_PAGES * PGSIZE, 4);
}

// The child keeps what the parent gives back; the parent gets zeros.
void shrink_grow(void)
{
    struct heap h = { .at = heap_pages(HEAP_PAGES) };
    must_pipe(h.go);
    for (int round = 0; round < 10; round++) {
        fill(h.at, HEAP_PAGES * PGSIZE, 3);
        int child = start(check_after_word, &h);
        CHECK(sbrk(-HEAP_PAGES * PGSIZE) != SBRK_ERROR, "sbrk down failed");
        EXPECT((long)sbrk(HEAP_PAGES * PGSIZE), (long)h.at, "the heap grown again");
        for (int i = 0; i < HEAP_PAGES * PGSIZE; i++)
            EXPECT(h.at[i], 0, "byte %d of the heap grown again", i);
        EXPECT(write(h.go[1], "g", 1), 1, "write to the pipe");
        fill(h.at, HEAP_PAGES * PGSIZE, 5);
        EXPECT(finish(child).status, 0, "exit of the child");
        check_filled(h.at, HEAP_PAGES * PGSIZE, 5);
    }
}

// --- killed while forking ---------------------------------------------------------------------

#define VICTIM_PAGES 512
#define KILL_ROUNDS  40

static void fork_for_ever(void *arg)
{
    char *at = heap_pages(VICTIM_PAGES);
    for (;;) {
        memset(at, 'v', VICTIM_PAGES * PGSIZE);
        int child = fork();
        if (child == 0)
            exit(0);
        if (child > 0)
            finish(child);
    }
}

void fork_kill(void)
{
    struct tally before = tally_now();
    uint64 chance = 88172645463325252UL;
    for (int i = 0; i < KILL_ROUNDS; i++) {
        int victim = start(fork_for_ever, NULL);
        spin_until(now_ns() + next_random(&chance) % 12000000);
        EXPECT(kill(victim), 0, "kill");
        EXPECT(finish(victim).signal, SIGKILL, "the victim's signal");
    }
    check_tally(&before, "after the kills");
}

// --- many -------------------------------------------------------------------------------------

void fork_many(void)
{
    int n = long_run ? 10000 : 1000;
    must_pass("a child", do_nothing, NULL);
    struct tally before = tally_now();
    for (int i = 0; i < n; i++)
        EXPECT(finish(start(do_nothing, NULL)).status, 0, "exit of child %d", i);
    check_tally(&before, "after the forks");
}

// Forks children that wait until the pipe is closed, until fork fails.  => how many
static int fork_to_the_limit(int fd[2], long *err)
{
    for (int n = 0;; n++) {
        long pid = sys(SYS_clone, SIGCHLD);
        if (pid == 0) {
            wait_until_closed(fd);
            exit(0);
        }
        if (pid < 0) {
            *err = pid;
            return n;
        }
    }
}

static void reap(int n)
{
    while (n-- > 0)
        CHECK(wait(0) > 0, "wait failed with %d children left", n + 1);
    EXPECT(wait(0), -1, "wait without children");
}

void process_limit(void)
{
    struct tally before = tally_now();
    int fd[2];
    long err;
    must_pipe(fd);
    int n = fork_to_the_limit(fd, &err);
    close(fd[1]);
    reap(n);
    close(fd[0]);
    CHECK(n > 16 && n < 1000, "%d processes before fork failed", n);
    CHECK(err == -EAGAIN || err == -ENOMEM, "the last fork gave %ld", err);
    must_pass("a child afterwards", do_nothing, NULL);
    check_tally(&before, "after the children");
}

// --- a fork bomb that eats memory -------------------------------------------------------------

#define EATERS 24

static void eat_and_wait(int fd[2], long pages)
{
    char *at = lazy_pages(pages);
    for (long i = 0; i < pages; i++)
        at[i * PGSIZE] = 1;
    wait_until_closed(fd);
    exit(0);
}

// May itself be the one that finds no page: its children end when its end of the pipe is gone.
static void bomb(void *arg)
{
    int *go = arg, fd[2];
    char byte;
    EXPECT(read(go[0], &byte, 1), 1, "the word to go");
    must_pipe(fd);
    long pages = free_frames() / (EATERS * 2 / 3);
    for (int i = 0; i < EATERS; i++)
        if (fork() == 0)
            eat_and_wait(fd, pages);
    sleep_ms(50);
    close(fd[1]);
    while (wait(0) > 0)
        ;
}

void memory_limit(void)
{
    struct tally before = tally_now();
    int go[2];
    for (int round = 0; round < 2; round++) {
        must_pipe(go);
        int child = start(bomb, go);
        EXPECT(write(go[1], "g", 1), 1, "write to the pipe");
        struct ending end = finish(child);
        CHECK(end.signal == SIGKILL || (end.signal == 0 && end.status == 0),
              "the bomb: got signal %d, exit %d", end.signal, end.status);
        close(go[0]);
        close(go[1]);
        must_pass("a child afterwards", do_nothing, NULL);
    }
    check_tally(&before, "after the bombs");
}
