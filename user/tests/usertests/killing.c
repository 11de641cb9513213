// Killing, and a turn for everybody.

#include "user/tests/usertests/usertests.h"

static void sleep_for_ever(void *arg)
{
    for (;;)
        sleep_ms(1000000);
}

static void spin_for_ever(void *arg)
{
    for (volatile int i = 0;; i++)
        ;
}

// Killed reads as exactly -1, and as the signal by waitid and wait4.
void kill_status(void)
{
    int status = 0, pid = start(sleep_for_ever, NULL);
    long word = 0;
    EXPECT(kill(pid), 0, "kill");
    EXPECT(wait(&status), pid, "wait");
    EXPECT(status, -1, "the status");
    pid = start(spin_for_ever, NULL);
    EXPECT(sys(SYS_kill, pid, SIGTERM), 0, "kill with SIGTERM");
    EXPECT(sys(SYS_wait4, pid, &word, 0, 0), pid, "wait4");
    EXPECT((int)word, SIGTERM, "the status word");
}

static int blocked_fd[2];

static void read_for_ever(void *arg)
{
    char byte;
    read(blocked_fd[0], &byte, 1);
}

static void write_for_ever(void *arg)
{
    static char block[512];
    for (;;)
        write(blocked_fd[1], block, sizeof block);
}

static void fork_for_ever(void *arg)
{
    for (;;)
        must_pass("a child", do_nothing, NULL);
}

static void make_for_ever(void *arg)
{
    for (;;) {
        close(open("ut.kill", O_CREATE | O_RDWR));
        unlink("ut.kill");
    }
}

static void grow_for_ever(void *arg)
{
    for (;;) {
        sbrk(100 * PGSIZE);
        sbrk(-100 * PGSIZE);
    }
}

// Wherever a process sleeps or runs, a kill ends it.
void kill_anywhere(void)
{
    static job *const where[] = { sleep_for_ever, spin_for_ever, read_for_ever, write_for_ever,
                                  fork_for_ever,  make_for_ever, grow_for_ever };
    for (size_t i = 0; i < sizeof where / sizeof where[0]; i++)
        for (int ms = 0; ms < 12; ms += 4) {
            must_pipe(blocked_fd);
            int pid = start(where[i], NULL);
            sleep_ms(ms);
            EXPECT(kill(pid), 0, "kill");
            EXPECT(finish(pid).signal, SIGKILL, "signal of process %d", (int)i);
            close(blocked_fd[0]);
            close(blocked_fd[1]);
        }
    unlink("ut.kill");
}

static void spin_in_calls(void *arg)
{
    for (;;)
        sys(SYS_sched_yield);
}

#define STORM 12

// Many killed at once, in any order, by two killers: each kill finds its process or says so.
void kill_storm(void)
{
    for (int round = 0; round < 5; round++) {
        int pid[STORM];
        for (int i = 0; i < STORM; i++)
            pid[i] = start(i % 2 ? spin_in_calls : sleep_for_ever, NULL);
        int helper = fork();
        for (int i = 0; i < STORM; i++) {
            long err = sys(SYS_kill, pid[helper ? i : STORM - 1 - i], SIGKILL);
            CHECK(err == 0 || err == -ESRCH, "kill gave %ld", err);
        }
        if (helper == 0)
            exit(0);
        EXPECT(finish(helper).status, 0, "exit of the helper");
        for (int i = 0; i < STORM; i++)
            EXPECT(finish(pid[i]).signal, SIGKILL, "signal of process %d", i);
    }
}

void kill_refused(void)
{
    int pid = start(do_nothing, NULL);
    finish(pid);
    EXPECT(sys(SYS_kill, pid, SIGKILL), -ESRCH, "kill of a process that was waited for");
    EXPECT(sys(SYS_kill, 0x7fffffff, SIGKILL), -ESRCH, "kill of nobody");
    EXPECT(sys(SYS_kill, getpid(), 65), -EINVAL, "kill with signal 65");
    EXPECT(sys(SYS_kill, getpid(), -1), -EINVAL, "kill with signal -1");
    EXPECT(sys(SYS_kill, getpid(), 0), 0, "kill with signal 0");
    CHECK(sys(SYS_kill, 1, SIGKILL) < 0, "init can be killed");
    EXPECT(sys(SYS_kill, getpid(), SIGCHLD), 0, "kill with a signal that does nothing");
    pid = start(do_nothing, NULL);
    sleep_ms(20);
    EXPECT(sys(SYS_kill, pid, SIGKILL), 0, "kill of a zombie");
    EXPECT(finish(pid).signal, 0, "its signal");
}

// Two that spin do not keep a third from its turn, whatever the number of harts.
void preempt(void)
{
    int pid[NCPU + 1];
    for (int i = 0; i <= NCPU; i++)
        pid[i] = start(spin_for_ever, NULL);
    must_pass("a child beside many that spin", do_nothing, NULL);
    for (int i = 0; i <= NCPU; i++)
        EXPECT(kill(pid[i]), 0, "kill");
    for (int i = 0; i <= NCPU; i++)
        EXPECT(finish(pid[i]).signal, SIGKILL, "signal of spinner %d", i);
}

// --- everybody ----------------------------------------------------------------------------------

#define FEW   30
#define MANY  250
#define TRIES 20
#define TIMES 10 // longer that many may take than few: it grows with their number, no faster

// => nanoseconds that a signal which nobody minds takes to everybody, at best
static uint64 time_to_tell_all(void)
{
    uint64 best = -1UL;
    for (int i = 0; i < TRIES; i++) {
        uint64 begin = now_ns();
        EXPECT(sys(SYS_kill, -1, SIGCHLD), 0, "kill of all");
        uint64 took = now_ns() - begin;
        best = took < best ? took : best;
    }
    return best;
}

// The kernel looks at each process once, for nothing else happens meanwhile.
void kill_all_quick(void)
{
    int fd[2], n = 0;
    uint64 few = 0;
    must_pipe(fd);
    for (; n < MANY; n++) {
        int pid = fork();
        CHECK(pid >= 0 || n > FEW, "fork %d: %s", n, strerror(errno));
        if (pid < 0)
            break;
        if (pid == 0) {
            wait_until_closed(fd);
            exit(0);
        }
        if (n == FEW)
            few = time_to_tell_all();
    }
    uint64 many = time_to_tell_all();
    close(fd[0]);
    close(fd[1]);
    while (wait(0) > 0)
        ;
    CHECK(many < TIMES * few, "telling %d takes %ld ns, telling %d takes %ld", FEW, (long)few, n,
          (long)many);
}
