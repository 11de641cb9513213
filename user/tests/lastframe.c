// lastframe: all frames are taken but those that the kernel keeps, and init lives through it.
//
// Two processes have what sbrk grants; others fork until no frame is left for another child, and go
// on trying.  With memory held there, names are removed and a process is killed; the shell is
// killed again and again, so that init must fork with what is kept; and frames are given back one
// by one meanwhile.  When all has been given back there is a shell.

#include "user/tests/lib/test.h"

const char usage_text[] = "usage: lastframe   takes all frames; init lives through it\n";

#define FORKERS 3
#define STEPS   16 // frames given back one by one
#define STEP_MS 300
#define WAIT_MS 10000
#define FEW     100 // frames free: those that are kept, and what harts have in their hands

static struct kine_proc procs[NPROC];
static struct kine_meminfo mem;
static int hold[2], more[2], taken[2], go[2];

static void await(const int fd[2])
{
    char byte;
    EXPECT(read(fd[0], &byte, 1), 1, "the word to go");
}

// What two processes share is neither's own, and nobody is killed for it.
static void hoard(void *arg)
{
    await(more);
    take_everything();
    start(wait_until_closed, hold);
    EXPECT(write(taken[1], "t", 1), 1, "write to the pipe");
    wait_until_closed(hold);
}

static void fork_on(void *arg)
{
    await(go);
    for (;;) {
        int pid = fork();
        if (pid == 0)
            wait_until_closed(hold);
        if (pid == 0)
            exit(0);
        if (pid < 0)
            sleep_ms(1);
    }
}

static void kill_named(const char *name, int parent)
{
    int n = kine_procs(procs, NPROC);
    for (int i = 0; i < n; i++)
        if (procs[i].ppid == parent && strcmp(procs[i].name, name) == 0)
            kill(procs[i].pid);
}

// Everything that is stored to when there is no memory must be our own before.
static void own_pages(void)
{
    volatile char stack[PGSIZE];
    stack[0] = stack[PGSIZE - 1] = 1;
    memset(procs, 1, sizeof procs);
    memset(&mem, 1, sizeof mem);
    errno = 0;
    kill_named("nobody", 0);
}

static void until_nothing_is_free(void)
{
    for (int ms = 0; kine_meminfo(&mem) == 0 && mem.free > FEW; ms++) {
        CHECK(ms < WAIT_MS, "%ld frames are still free", (long)mem.free);
        sleep_ms(1);
    }
}

// With memory held, every call that must work does.
static void must_still_work(int victim, int open_file)
{
    EXPECT(sys(SYS_unlinkat, AT_FDCWD, "last.file", 0), 0, "unlink without memory");
    EXPECT(sys(SYS_unlinkat, AT_FDCWD, "last.open", 0), 0, "unlink of an open file");
    EXPECT(close(open_file), 0, "its last close");
    EXPECT(kill(victim), 0, "kill without memory");
    EXPECT(waitpid(victim, NULL, 0), victim, "wait for the one that was killed");
}

static void give_back_slowly(char *spare)
{
    for (int i = 0; i <= STEPS; i++) {
        kill_named("sh", 1);
        sleep_ms(STEP_MS);
        EXPECT(sys(SYS_madvise, spare + i * PGSIZE, PGSIZE, MADV_DONTNEED), 0, "madvise");
    }
}

int main(void)
{
    // Each shell that follows takes the terminal from the session whose leader was killed.
    struct sigaction ignored = { .sa_handler = (uint64)SIG_IGN };
    EXPECT(sigaction(SIGHUP, &ignored, NULL), 0, "sigaction");
    int forker[FORKERS];
    part_name = "lastframe";
    make_file("last.file", PGSIZE, 1);
    make_file("last.open", PGSIZE, 1);
    int open_file = must_open("last.open", O_RDONLY);
    char *spare = heap_pages(STEPS + 1);
    must_pipe(hold);
    must_pipe(more);
    must_pipe(go);
    must_pipe(taken);
    int hoarder = start(hoard, NULL);
    for (int i = 0; i < FORKERS; i++)
        forker[i] = start(fork_on, NULL);
    memset(spare, 1, (STEPS + 1) * PGSIZE);
    own_pages();
    EXPECT(write(more[1], "m", 1), 1, "write to the pipe");
    await(taken);
    EXPECT(write(go[1], "gggg", FORKERS), FORKERS, "write to the pipe");
    until_nothing_is_free();
    must_still_work(forker[0], open_file);
    give_back_slowly(spare);
    for (int i = 1; i < FORKERS; i++)
        kill(forker[i]); // some may have died of it
    close(hold[0]);
    close(hold[1]);
    EXPECT(finish(hoarder).signal, 0, "the signal of the one that has memory");
    while (wait(0) >= 0)
        ;
    printf("lastframe: OK\n");
    exit(0);
}
