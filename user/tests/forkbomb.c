// forkbomb [-t seconds]: every process of the bomb forks as fast as it can, and so do its
// children; after a while (2 s) the parent ends it and sees to it that the system is as before.
//
// The bomb is held by a pipe: each of its processes asks, before every fork, whether the pipe has
// a writer still.  Nothing of it outlives the parent, however that ends.

#include "user/tests/lib/test.h"

const char usage_text[] = "usage: forkbomb [-t SECONDS]   everybody forks as fast as can be\n";

#define DEFAULT_S 2
#define CLEAN_S   60 // how long the processes may take to end

static void explode(int fd)
{
    while (has_writer(fd)) {
        int pid = fork();
        if (pid < 0)
            sys(SYS_sched_yield);
        while (sys(SYS_wait4, -1, 0, WNOHANG, 0) > 0)
            ;
    }
    exit(0);
}

static int processes(void)
{
    struct sysinfo info = { 0 };
    sys(SYS_sysinfo, &info);
    return info.procs;
}

static void await_peace(int before)
{
    uint64 limit = now_ns() + CLEAN_S * 1000000000UL;
    while (processes() > before) {
        CHECK(now_ns() < limit, "%d processes are left, %d there were", processes(), before);
        sleep_ms(20);
    }
}

int main(int argc, char **argv)
{
    int seconds = DEFAULT_S, fd[2];
    take_options(argc, argv, "t", &seconds);
    part_name = "forkbomb";
    struct tally tally = tally_now();
    int before = processes(), most = before;
    EXPECT(sys(SYS_pipe2, fd, O_NONBLOCK), 0, "pipe2");
    int pid = fork();
    if (pid == 0) {
        close(fd[1]);
        explode(fd[0]);
    }
    CHECK(pid > 0, "the first fork failed");
    for (uint64 limit = now_ns() + (uint64)seconds * 1000000000; now_ns() < limit; sleep_ms(10))
        if (processes() > most)
            most = processes();
    close(fd[1]);
    close(fd[0]);
    finish(pid);
    await_peace(before);
    must_pass("a child afterwards", do_nothing, NULL);
    check_tally(&tally, "at the end");
    printf("forkbomb: %d processes at most: OK\n", most);
    exit(0);
}
