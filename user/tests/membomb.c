// membomb [-t seconds]: processes that take all memory, again and again, while the parent looks
// on (3 s); then it ends them and sees to it that the system is as before.
//
// Each eater is held by a pipe as in forkbomb.  The kernel may end any of them for want of memory;
// the parent starts others.

#include "user/tests/lib/test.h"

const char usage_text[] =
    "usage: membomb [-t SECONDS]   processes take all memory, again and again\n";

#define DEFAULT_S 3
#define EATERS    4
#define BITE      64 // pages

static void bite(char *at, int value)
{
    for (long i = 0; i < BITE; i++)
        at[i * PGSIZE] = (char)value;
}

// Even eaters touch what was only promised, and may be killed; odd ones take what sbrk grants.
static void eat(int fd, int kind)
{
    char *first = sbrk(0);
    for (long bites = 0; has_writer(fd); bites++) {
        char *at = kind % 2 ? sbrk(BITE * PGSIZE) : sbrklazy(BITE * PGSIZE);
        if (at != SBRK_ERROR) {
            bite(at, kind);
        } else {
            sbrk((int)(first - (char *)sbrk(0)));
            sys(SYS_sched_yield);
        }
    }
    exit(0);
}

static int start_eater(int fd[2], int kind)
{
    int pid = fork();
    if (pid == 0) {
        close(fd[1]);
        eat(fd[0], kind);
    }
    return pid;
}

// Reaps what has ended.  => how many
static int reap(void)
{
    int n = 0;
    while (sys(SYS_wait4, -1, 0, WNOHANG, 0) > 0)
        n++;
    return n;
}

// => how many eaters were started
static int feed(int fd[2], int seconds)
{
    int started = 0, alive = 0;
    for (uint64 limit = now_ns() + (uint64)seconds * 1000000000; now_ns() < limit; sleep_ms(10)) {
        alive -= reap();
        while (alive < EATERS && start_eater(fd, started) > 0) {
            alive++;
            started++;
        }
    }
    return started;
}

// The one that feeds has pages of its own to write to, and so may be killed as well.
static void bomb(void *arg)
{
    int fd[2];
    EXPECT(sys(SYS_pipe2, fd, O_NONBLOCK), 0, "pipe2");
    int started = feed(fd, *(int *)arg);
    close(fd[1]);
    while (wait(0) > 0)
        ;
    printf("membomb: %d eaters\n", started);
}

int main(int argc, char **argv)
{
    int seconds = DEFAULT_S;
    take_options(argc, argv, "t", &seconds);
    part_name = "membomb";
    struct tally before = tally_now();
    struct ending end = run(bomb, &seconds);
    CHECK(end.signal == SIGKILL || (end.signal == 0 && end.status == 0),
          "the bomb: got signal %d, exit %d", end.signal, end.status);
    check_tally(&before, "at the end");
    must_pass("a child afterwards", do_nothing, NULL);
    printf("membomb: OK\n");
    exit(0);
}
