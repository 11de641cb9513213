// killer [-t seconds] [-s seed]: kills processes in the midst of everything.
//
// Victims fork, exec, read, write, grow, map, make and remove files, wait; each is killed after a
// random while.  Afterwards memory and names are as before.  The seed is printed, and repeats the
// choices, though not the moments.

#include "user/tests/lib/test.h"

const char usage_text[] =
    "usage: killer [-t SECONDS] [-s SEED]   kills processes in the midst of everything\n";

#define DEFAULT_S 5
#define VICTIMS   6

static void fork_on(void)
{
    for (;;) {
        int pid = fork();
        if (pid == 0)
            exit(0);
        wait(0);
    }
}

static void exec_on(void)
{
    static char *argv[] = { "true", NULL };
    for (;;) {
        int pid = fork();
        if (pid == 0) {
            exec("/true", argv);
            exit(1);
        }
        wait(0);
    }
}

static void grow_on(void)
{
    for (;;) {
        char *at = sbrk(50 * PGSIZE);
        if (at != SBRK_ERROR)
            memset(at, 1, 50 * PGSIZE);
        sbrk(-50 * PGSIZE);
    }
}

static void pipe_on(void)
{
    static char block[600];
    int fd[2];
    must_pipe(fd);
    if (fork() == 0) {
        close(fd[0]); // so that the writes fail once the parent is dead
        while (write(fd[1], block, sizeof block) > 0)
            ;
        exit(0);
    }
    close(fd[1]);
    while (read(fd[0], block, sizeof block) > 0)
        ;
    exit(0);
}

static void make_on(void)
{
    char name[16];
    for (int i = 0;; i = (i + 1) % 8) {
        int fd = open(numbered(name, "kl.f", i), O_CREATE | O_RDWR);
        write(fd, name, 10);
        close(fd);
        mkdir("kl.dir");
        link(name, "kl.dir/x");
        unlink("kl.dir/x");
        unlink("kl.dir");
        unlink(name);
    }
}

static void map_on(void)
{
    for (;;) {
        char *at = mmap(0, 20 * PGSIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (at != (char *)-1) {
            at[5 * PGSIZE] = 1;
            munmap(at, 20 * PGSIZE);
        }
    }
}

static void sleep_on(void)
{
    for (;;)
        sleep_ms(2);
}

static void (*const lives[])(void) = {
    fork_on, exec_on, grow_on, pipe_on, make_on, map_on, sleep_on
};
#define LIVES (sizeof lives / sizeof lives[0])

static int start_victim(uint64 *chance)
{
    void (*life)(void) = lives[next_random(chance) % LIVES];
    int pid = fork();
    if (pid == 0)
        life();
    CHECK(pid > 0, "fork failed: %s", strerror(errno));
    return pid;
}

// => how many were killed
static int kill_for(int seconds, uint64 *chance)
{
    int pid[VICTIMS], killed = 0;
    for (int i = 0; i < VICTIMS; i++)
        pid[i] = start_victim(chance);
    for (uint64 limit = now_ns() + (uint64)seconds * 1000000000; now_ns() < limit; killed++) {
        int i = (int)(next_random(chance) % VICTIMS);
        spin_until(now_ns() + next_random(chance) % 8000000);
        EXPECT(kill(pid[i]), 0, "kill");
        EXPECT(finish(pid[i]).signal, SIGKILL, "the victim's signal");
        pid[i] = start_victim(chance);
    }
    for (int i = 0; i < VICTIMS; i++) {
        kill(pid[i]);
        finish(pid[i]);
    }
    return killed;
}

static void clean_up(void)
{
    char name[16];
    for (int i = 0; i < 8; i++)
        unlink(numbered(name, "kl.f", i));
    unlink("kl.dir/x");
    unlink("kl.dir");
}

int main(int argc, char **argv)
{
    int values[] = { DEFAULT_S, (int)(now_ns() & 0x7fffffff) };
    take_options(argc, argv, "ts", values);
    uint64 chance = (uint64)values[1] | 1;
    part_name = "killer";
    printf("killer: seed %lu\n", chance);
    must_pass("a child", do_nothing, NULL);
    struct tally before = tally_now();
    int killed = kill_for(values[0], &chance);
    clean_up();
    check_tally(&before, "at the end");
    printf("killer: %d killed: OK\n", killed);
    exit(0);
}
