// Birth, death and waiting; who is whose child; processes that share memory.

#include "user/tests/usertests/usertests.h"

static void exit_with(void *arg)
{
    exit(*(int *)arg);
}

// --- statuses ---------------------------------------------------------------------------------

void exit_status(void)
{
    static const int status[] = { 0, 1, 255, 256, 747, -1, -747, 0x7fffffff, -2147483647 - 1 };
    for (size_t i = 0; i < sizeof status / sizeof status[0]; i++) {
        int seen = 12345, pid = start(exit_with, (void *)&status[i]);
        EXPECT(wait(&seen), pid, "wait");
        EXPECT(seen, status[i], "the status");
    }
    long seen = -1L;
    int seven = 7, pid = start(exit_with, &seven);
    EXPECT(sys(SYS_wait4, pid, &seen, 0, 0), pid, "wait4");
    EXPECT((int)seen, 7 << 8, "the status word");
    EXPECT((int)(seen >> 32), -1, "the word behind the status word");
    EXPECT(wait(0), -1, "wait without children");
    start(do_nothing, NULL);
    CHECK(wait(0) > 0, "wait(0) failed");
}

static void illegal(void *arg)
{
    asm volatile(".word 0");
}

static void breakpoint(void *arg)
{
    asm volatile("ebreak");
}

static void null_load(void *arg)
{
    exit(*(volatile int *)arg);
}

static void privileged(void *arg)
{
    asm volatile("csrw satp, zero");
}

void fault_status(void)
{
    must_die("an illegal instruction", illegal, NULL, SIGILL);
    must_die("a privileged instruction", privileged, NULL, SIGILL);
    must_die("a breakpoint", breakpoint, NULL, SIGTRAP);
    must_die("a load from page 0", null_load, NULL, SIGSEGV);
}

// --- waiting ----------------------------------------------------------------------------------

#define SEVERAL 10

void wait_any(void)
{
    int pid[SEVERAL], left = SEVERAL, status;
    for (int i = 0; i < SEVERAL; i++)
        pid[i] = start(exit_with, &i);
    while (left-- > 0) {
        int got = wait(&status), which = -1;
        for (int i = 0; i < SEVERAL; i++)
            if (pid[i] == got)
                which = i;
        CHECK(which >= 0, "wait gave %d, which is no child", got);
        EXPECT(status, which, "the status of child %d", which);
        pid[which] = 0;
    }
    EXPECT(wait(&status), -1, "wait without children");
}

void wait_nohang(void)
{
    int fd[2];
    long word;
    must_pipe(fd);
    EXPECT(sys(SYS_wait4, -1, &word, WNOHANG, 0), -ECHILD, "wait4 without children");
    int pid = fork();
    if (pid == 0) {
        char byte;
        exit(read(fd[0], &byte, 1));
    }
    for (int i = 0; i < 3; i++)
        EXPECT(sys(SYS_wait4, -1, &word, WNOHANG, 0), 0, "wait4 for a living child");
    EXPECT(write(fd[1], "x", 1), 1, "write to the pipe");
    long got;
    while ((got = sys(SYS_wait4, pid, &word, WNOHANG, 0)) == 0)
        sleep_ms(1);
    EXPECT(got, pid, "wait4 for a dead child");
    EXPECT((int)word, 1 << 8, "the status word");
    EXPECT(sys(SYS_wait4, pid, &word, 0, 0), -ECHILD, "wait4 for a child that was waited for");
    EXPECT(sys(SYS_wait4, getpid(), &word, 0, 0), -ECHILD, "wait4 for oneself");
    EXPECT(sys(SYS_wait4, -1, &word, 0x40000, 0), -EINVAL, "wait4 with an unknown option");
    EXPECT(sys(SYS_wait4, -2, &word, WNOHANG, 0), -ECHILD, "wait4 for a group");
}

void wait_id(void)
{
    struct siginfo info = { 0 };
    int status = 747, pid = start(exit_with, &status), other = start(exit_with, &status);
    EXPECT(sys(SYS_waitid, P_PID, pid, &info, WEXITED | WNOWAIT), 0, "waitid with WNOWAIT");
    EXPECT(info.si_status, 747, "the status");
    EXPECT(info.si_signo, SIGCHLD, "the signal");
    EXPECT(sys(SYS_waitid, P_PID, pid, &info, WEXITED), 0, "waitid");
    EXPECT(info.si_pid, pid, "the pid");
    EXPECT(info.si_code, CLD_EXITED, "the code");
    EXPECT(sys(SYS_waitid, P_PID, pid, &info, WEXITED), -ECHILD, "waitid again");
    EXPECT(sys(SYS_waitid, P_PID, 0, &info, WEXITED), -EINVAL, "waitid for process 0");
    EXPECT(sys(SYS_waitid, P_ALL, 0, &info, WEXITED), 0, "waitid for any");
    EXPECT(info.si_pid, other, "the other pid");
    EXPECT(sys(SYS_waitid, P_ALL, 0, &info, 0), -EINVAL, "waitid for nothing");
    EXPECT(sys(SYS_waitid, 7, 0, &info, WEXITED), -EINVAL, "waitid for what");
}

// --- many -------------------------------------------------------------------------------------

#define MOST 1000 // no system of ours has room for so many processes

void fork_limit(void)
{
    int fd[2], n = 0, pid = 0;
    must_pipe(fd);
    while (n < MOST && (pid = fork()) > 0)
        n++;
    if (pid == 0) {
        wait_until_closed(fd);
        exit(0);
    }
    CHECK(n > 0 && n < MOST, "%d forks worked", n);
    EXPECT(fork(), -1, "fork beyond the limit");
    close(fd[1]);
    for (int i = 0; i < n; i++)
        CHECK(wait(0) > 0, "wait failed with %d children left", n - i);
    EXPECT(wait(0), -1, "wait without children");
}

static void have_child_and_leave(void *arg)
{
    int fd = *(int *)arg;
    if (fork() == 0) {
        while (getppid() != 1)
            sleep_ms(1);
        EXPECT(write(fd, "x", 1), 1, "write to the pipe");
        exit(0);
    }
}

// A child whose parent is gone becomes init's.
void reparent(void)
{
    int fd[2];
    char byte;
    must_pipe(fd);
    for (int i = 0; i < 20; i++) {
        must_pass("the parent", have_child_and_leave, &fd[1]);
        EXPECT(read(fd[0], &byte, 1), 1, "the orphan's word");
    }
    EXPECT(wait(0), -1, "wait for somebody else's child");
}

static void leave_orphans(void *arg)
{
    for (int i = 0; i < 20; i++) {
        int pid = fork();
        if (pid == 0)
            exit(0);
    }
}

// More of them than there can be processes: init must reap them as they come.
void orphans(void)
{
    for (int i = 0; i < 60; i++)
        must_pass("a parent that does not wait", leave_orphans, NULL);
}

static void fork_and_reap(void *arg)
{
    for (int i = 0; i < 40; i++) {
        must_pass("a child", do_nothing, NULL);
        must_pass("another", do_nothing, NULL);
    }
}

void two_parents(void)
{
    int one = start(fork_and_reap, NULL), two = start(fork_and_reap, NULL);
    EXPECT(finish(two).status, 0, "exit of the second");
    EXPECT(finish(one).status, 0, "exit of the first");
}

// Exit and wait at the same moment, on as many harts as there are.
void many_exits(void)
{
    for (int i = 0; i < 300; i++) {
        int status = i, pid = start(exit_with, &status), seen = -1;
        EXPECT(wait(&seen), pid, "wait");
        EXPECT(seen, i, "the status");
    }
}

// Holds a pipe's writing end, and half of memory.
static void hold_half(void *arg)
{
    int *fd = arg;
    close(fd[0]);
    heap_pages(free_frames() / 2);
    EXPECT(write(fd[1], "h", 1), 1, "write to the pipe");
}

// Who sees by a pipe's end that a process is gone finds its memory given back.
void exits_in_order(void)
{
    for (int i = 0; i < 10; i++) {
        int fd[2];
        char byte;
        must_pipe(fd);
        long before = free_frames();
        int pid = start(hold_half, fd);
        close(fd[1]);
        EXPECT(read(fd[0], &byte, 1), 1, "read from the pipe");
        EXPECT(read(fd[0], &byte, 1), 0, "read at its end");
        long lost = before - free_frames();
        CHECK(lost < before / 8, "%ld frames of %ld are not free yet", lost, before);
        EXPECT(finish(pid).status, 0, "the child's exit");
        close(fd[0]);
    }
}

static void expect_parent(void *arg)
{
    EXPECT(getppid(), *(int *)arg, "getppid");
}

void parents(void)
{
    int me = getpid();
    must_pass("a child", expect_parent, &me);
    CHECK(me > 1, "pid %d", me);
    EXPECT(sys(SYS_gettid), me, "gettid");
}

// --- clone with shared memory -----------------------------------------------------------------

void vfork_waits(void)
{
    static volatile int value;
    value = 1;
    int pid = vfork();
    if (pid == 0) {
        for (int i = 0; i < 20; i++)
            sys(SYS_sched_yield);
        value = 2; // the memory is the parent's
        sys(SYS_exit, 3);
    }
    EXPECT(value, 2, "what the child stored before the parent went on");
    EXPECT(finish(pid).status, 3, "the child's exit");
}

// The child becomes another program; the memory is the parent's alone again, as it was left.
void vfork_execs(void)
{
    static char *argv[] = { "true", NULL };
    static volatile int value;
    for (int i = 0; i < 20; i++) {
        value = 0;
        int pid = vfork();
        if (pid == 0) {
            value = i + 1;
            sys(SYS_execve, "/true", argv, 0);
            sys(SYS_exit, 9);
        }
        EXPECT(value, i + 1, "what the child stored before exec");
        EXPECT(finish(pid).status, 0, "exit of the program");
    }
}

static void vfork_and_hang(void *arg)
{
    int pid = vfork();
    if (pid == 0)
        for (;;)
            sys(SYS_nanosleep, arg, 0);
}

// The parent of a child that neither execs nor exits can be killed all the same.
void vfork_killed(void)
{
    struct timespec a_while = { .tv_sec = 1 };
    int pid = start(vfork_and_hang, &a_while);
    sleep_ms(30);
    EXPECT(kill(pid), 0, "kill");
    EXPECT(finish(pid).signal, SIGKILL, "the parent's signal");
    struct kine_proc procs[16];
    long n = sys(SYS_kine_procs, procs, 16);
    for (long i = 0; i < n; i++)
        if (procs[i].ppid == 1 && procs[i].pid > pid)
            kill(procs[i].pid);
}

#define ADDERS 3
#define ADDS   2000

static volatile int sum;

static void add_up(void *arg)
{
    for (int i = 0; i < ADDS; i++)
        __atomic_fetch_add(&sum, 1, __ATOMIC_RELAXED);
    char *page = arg;
    page[0]++;
}

// Processes in one address space see each other's stores, and what one maps the others have.
void share_memory(void)
{
    int pid[ADDERS];
    sum = 0;
    char *pages = lazy_pages(ADDERS);
    for (int i = 0; i < ADDERS; i++)
        pid[i] = start_sharing(add_up, pages + i * PGSIZE);
    for (int i = 0; i < ADDERS; i++)
        EXPECT(finish(pid[i]).status, 0, "exit of process %d", i);
    EXPECT(sum, ADDERS * ADDS, "the sum");
    for (int i = 0; i < ADDERS; i++)
        EXPECT(pages[i * PGSIZE], 1, "the page of process %d", i);
}
