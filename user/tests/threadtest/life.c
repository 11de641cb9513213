// How threads begin and end.

#include "user/tests/threadtest/threadtest.h"

// Polls until *at is `value`, for a while.
static void await(volatile int *at, int value)
{
    for (int i = 0; i < 2000 && *at != value; i++)
        sleep_ms(1);
    EXPECT(*at, value, "what was waited for");
}

// --- ids --------------------------------------------------------------------------------------

static volatile int seen_tid, seen_pid, go;

static void look(void *arg)
{
    seen_tid = gettid();
    seen_pid = getpid();
    while (!go)
        sched_yield();
}

void ids(void)
{
    struct uthread t;
    EXPECT(gettid(), getpid(), "the first thread's id");
    go = 0;
    begin(&t, look, NULL);
    int tid = t.tid;
    await(&seen_tid, tid);
    EXPECT(seen_pid, getpid(), "a thread's process");
    CHECK(tid != getpid() && tid > 0, "a thread's id is %d", tid);
    EXPECT(sys(SYS_kill, tid, 0), -ESRCH, "a thread is not a process");
    EXPECT(sys(SYS_wait4, tid, 0, __WALL), -ECHILD, "a thread is no child");
    go = 1;
    join(&t);
}

// --- memory -----------------------------------------------------------------------------------

static char *page;

static void maps_a_page(void *arg)
{
    page = (char *)sys(SYS_mmap, 0, PGSIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
                       0);
    page[7] = 77;
}

void memory_is_one(void)
{
    struct uthread t;
    begin(&t, maps_a_page, NULL);
    join(&t);
    EXPECT(page[7], 77, "what a thread stored");
    EXPECT(sys(SYS_munmap, page, PGSIZE), 0, "munmap");
}

// --- the end ----------------------------------------------------------------------------------

static void sleeps(void *ms)
{
    sleep_ms((int)(long)ms);
}

static void outlives(void *fd)
{
    static struct uthread t;
    begin(&t, sleeps, (void *)50);
    sys(SYS_exit, 6);
}

// A process whose first thread has ended goes on, and its status is that one's.
void last_one_ends(void)
{
    struct siginfo info = { 0 };
    int pid = start(outlives, NULL);
    sleep_ms(20);
    EXPECT(sys(SYS_waitid, P_PID, pid, &info, WEXITED | WNOHANG), 0, "waitid");
    EXPECT(info.si_pid, 0, "a process with a thread left");
    EXPECT(finish(pid).status, 6, "its status");
}

static void ends_group(void *status)
{
    sleep_ms(5);
    exit((int)(long)status);
}

static void sleeps_for_ever(void *arg)
{
    for (;;)
        sleep_ms(100000);
}

static void spins(void *arg)
{
    for (;;)
        ;
}

static void has_a_crowd(void *arg)
{
    static struct uthread t[6];
    for (int i = 0; i < 5; i++)
        begin(&t[i], i % 2 ? sleeps_for_ever : spins, NULL);
    begin(&t[5], ends_group, arg);
    if (arg == (void *)44)
        sys(SYS_exit, 1);
    sleeps_for_ever(NULL);
}

// exit() ends all, wherever they are, and its status counts, whether the first is there or not.
void group_ends(void)
{
    for (int i = 0; i < 5; i++) {
        EXPECT(run(has_a_crowd, (void *)43).status, 43, "status of a group");
        EXPECT(run(has_a_crowd, (void *)44).status, 44, "status of a group without its first");
    }
}

static void faults(void *arg)
{
    volatile char *volatile nowhere = (volatile char *)8;
    sleep_ms(2);
    *nowhere = 1;
}

static void has_one_that_faults(void *arg)
{
    static struct uthread t[3];
    begin(&t[0], sleeps_for_ever, NULL);
    begin(&t[1], spins, NULL);
    begin(&t[2], faults, NULL);
    sleeps_for_ever(NULL);
}

void fault_ends_all(void)
{
    must_die("a process of which a thread faults", has_one_that_faults, NULL, SIGSEGV);
}

// --- killed anywhere --------------------------------------------------------------------------

static int pipe_ends[2];
static volatile uint word;

static void reads_for_ever(void *arg)
{
    char byte;
    read(pipe_ends[0], &byte, 1);
}

static void waits_for_ever(void *arg)
{
    futex(&word, FUTEX_WAIT, 0, NULL, NULL, 0);
}

static void waits_for_a_child(void *arg)
{
    int pid = fork();
    if (pid == 0)
        sleeps_for_ever(NULL);
    sys(SYS_wait4, pid, 0, 0);
}

static void vforks_for_ever(void *arg)
{
    if (vfork() == 0)
        sleeps_for_ever(NULL);
}

static void forks_for_ever(void *arg)
{
    for (;;) {
        int pid = fork();
        if (pid == 0)
            exit(0);
        sys(SYS_wait4, pid, 0, 0);
    }
}

static void begins_for_ever(void *arg)
{
    for (;;) {
        struct uthread t;
        if (try_begin(&t, do_nothing, NULL) > 0)
            join(&t);
    }
}

static void maps_for_ever(void *arg)
{
    for (;;) {
        maps_a_page(NULL);
        sys(SYS_munmap, page, PGSIZE);
    }
}

static void is_everywhere(void *arg)
{
    static job *const jobs[] = { reads_for_ever,  waits_for_ever, waits_for_a_child,
                                 vforks_for_ever, forks_for_ever, begins_for_ever,
                                 maps_for_ever,   spins,          sleeps_for_ever };
    static struct uthread t[sizeof jobs / sizeof jobs[0]];
    must_pipe(pipe_ends);
    for (size_t i = 0; i < sizeof jobs / sizeof jobs[0]; i++)
        begin(&t[i], jobs[i], NULL);
    sleeps_for_ever(NULL);
}

// Children that it leaves are init's; they are killed by group of name.
static void kill_left_overs(int of)
{
    static struct kine_proc procs[NPROC];
    long n = sys(SYS_kine_procs, procs, NPROC);
    for (long i = 0; i < n; i++)
        if (procs[i].ppid == 1 && procs[i].pid > of && procs[i].state != 'Z')
            kill(procs[i].pid);
}

void killed_anywhere(void)
{
    for (int i = 0; i < 6; i++) {
        int pid = start(is_everywhere, NULL);
        sleep_ms(10 + 7 * i);
        EXPECT(kill(pid), 0, "kill");
        EXPECT(finish(pid).signal, SIGKILL, "how it ended");
        kill_left_overs(pid);
    }
}

// --- exec -------------------------------------------------------------------------------------

static char *const again[] = { "threadtest", "@alone", NULL, NULL };

// What was exec'ed is the process's first and only thread.
int act(int argc, char **argv)
{
    bool alone = gettid() == getpid() && argc == 3 && parse_number(argv[2]) == getpid();
    return alone ? 21 : 22;
}

static void execs(void *arg)
{
    char number[16]; // each thread's own: others write theirs at the same time
    char *argv[] = { again[0], again[1], numbered(number, "", getpid()), NULL };
    execve("/threadtest", argv, environ);
    if (arg)
        exit(9);
}

static void execs_from(void *arg)
{
    static struct uthread t[5];
    long how = (long)arg;
    begin(&t[0], sleeps_for_ever, NULL);
    begin(&t[1], spins, NULL);
    begin(&t[2], waits_for_ever, NULL);
    begin(&t[3], begins_for_ever, NULL);
    begin(&t[4], how == 0 ? sleeps_for_ever : execs, &t);
    if (how == 0)
        execs(&t);
    if (how == 2)
        sys(SYS_exit, 3);
    sleeps_for_ever(NULL);
}

void exec_alone(void)
{
    for (long how = 0; how < 3; how++)
        for (int i = 0; i < 4; i++)
            EXPECT(run(execs_from, (void *)how).status, 21, "exec from thread %ld", how);
}

static void execs_in_a_race(void *arg)
{
    static struct uthread t[4];
    for (int i = 0; i < 4; i++)
        begin(&t[i], i == 3 && arg ? ends_group : execs, (void *)(arg ? 23L : 0L));
    execs(NULL);
    sleeps_for_ever(NULL);
}

// One of those who exec at the same time does; one that ends the group may be faster.
void exec_races(void)
{
    for (int i = 0; i < 5; i++) {
        EXPECT(run(execs_in_a_race, NULL).status, 21, "exec by all");
        int status = run(execs_in_a_race, pipe_ends).status;
        CHECK(status == 21 || status == 23, "exec and exit: status %d", status);
    }
}

// --- many -------------------------------------------------------------------------------------

#define MANY 200

static struct lock counter_lock;
static int counter;

static void counts(void *arg)
{
    for (int i = 0; i < 20; i++) {
        lock(&counter_lock);
        counter++;
        unlock(&counter_lock);
    }
}

void many_threads(void)
{
    static struct uthread t[MANY];
    counter = 0;
    for (int i = 0; i < MANY; i++)
        begin(&t[i], counts, NULL);
    for (int i = 0; i < MANY; i++)
        join(&t[i]);
    EXPECT(counter, 20 * MANY, "what all have counted");
}

// --- what is told -----------------------------------------------------------------------------

static volatile int child_tid, parent_tid;

static void sees_its_id(void *arg)
{
    exit(child_tid == gettid() ? 0 : 1);
}

// A child's id is stored in its own memory, or in the parent's; the word that is cleared is the
// child's.
void end_is_told(void)
{
    static char stack[2048];
    child_tid = parent_tid = -1;
    long pid = clone_raw(CLONE_CHILD_SETTID | CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID | SIGCHLD,
                         stack + sizeof stack, &parent_tid, NULL, &child_tid, sees_its_id, NULL);
    EXPECT(finish((int)pid).status, 0, "what the child saw of its id");
    EXPECT(child_tid, -1, "the parent's word");
    EXPECT(parent_tid, pid, "the id told to the parent");
    pid = clone_raw(CLONE_VM | CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID | SIGCHLD,
                    stack + sizeof stack, NULL, NULL, &child_tid, sleeps, (void *)5);
    for (int tid = child_tid; tid != 0; tid = child_tid)
        futex(&child_tid, FUTEX_WAIT, (uint)tid, NULL, NULL, 0);
    EXPECT(finish((int)pid).status, 0, "a sharer");
    child_tid = 5;
    pid = clone_raw(CLONE_VM | CLONE_CHILD_CLEARTID | SIGCHLD, stack + sizeof stack, NULL, NULL,
                    &child_tid, execs, pipe_ends);
    while (child_tid != 0)
        futex(&child_tid, FUTEX_WAIT, 5, NULL, NULL, 0);
    EXPECT(finish((int)pid).status, 21, "one that execs");
}

void refused(void)
{
    must_refuse_clone(CLONE_THREAD | CLONE_VM);
    must_refuse_clone(CLONE_THREAD | CLONE_SIGHAND);
    must_refuse_clone(CLONE_SIGHAND | SIGCHLD);
    EXPECT(sys(SYS_clone, CLONE_PARENT_SETTID | SIGCHLD, 0, 3) == 0 ? (exit(0), 0) : 0, 0,
           "a bad address is not told");
    EXPECT(sys(SYS_wait4, -1, 0, 0) > 0, true, "that child");
    EXPECT(sys(435, 0, 0), -ENOSYS, "clone3");
    EXPECT(sys(SYS_set_robust_list, 0, 23), -EINVAL, "robust list of another size");
    EXPECT(sys(SYS_get_robust_list, 32767, 0, 0), -ESRCH, "robust list of nobody");
    EXPECT(sys(SYS_get_robust_list, 0, 1, 1), -EFAULT, "robust list to nowhere");
}

// --- waiting ----------------------------------------------------------------------------------

static volatile int made;

static void makes_a_child(void *flags)
{
    static char stack[1024];
    made = (int)clone_raw((uint64)flags, stack + sizeof stack, NULL, NULL, NULL, do_nothing, NULL);
    while (!go)
        sched_yield();
}

// 255 numbers can be asked for, and 64 are signals: the others tell nobody, and above all not the
// signal that has the same bit.
void notices_that_are_no_signals(void)
{
    static char stack[1024];
    int status;
    for (int notice = NSIG + 1; notice <= 255; notice++) {
        long pid =
            clone_raw((uint64)notice, stack + sizeof stack, NULL, NULL, NULL, do_nothing, NULL);
        CHECK(pid > 0, "clone with notice %d: %ld", notice, pid);
        EXPECT(sys(SYS_wait4, pid, &status, __WALL), pid, "waited for, notice %d", notice);
    }
}

// Whose child it is, and of what kind.
void who_waits(void)
{
    struct uthread t;
    int status;
    go = 0;
    begin(&t, makes_a_child, (void *)SIGCHLD);
    while (!made)
        sched_yield();
    EXPECT(sys(SYS_wait4, made, &status, __WNOTHREAD), -ECHILD, "another thread's child");
    EXPECT(sys(SYS_wait4, made, &status, __WCLONE), -ECHILD, "a child that is no clone");
    EXPECT(sys(SYS_wait4, made, &status, 0), made, "the process's child");
    go = 1;
    join(&t);
    made = go = 0;
    begin(&t, makes_a_child, (void *)(long)(CLONE_FS | 0));
    while (!made)
        sched_yield();
    EXPECT(sys(SYS_wait4, made, &status, 0), -ECHILD, "a clone");
    go = 1;
    join(&t);
    long gone;
    while ((gone = sys(SYS_wait4, -1, &status, __WCLONE | __WNOTHREAD)) == -ECHILD)
        sched_yield(); // its maker can be joined before it hands over its children
    EXPECT(gone, made, "a clone of one that has gone");
    EXPECT(sys(SYS_wait4, -1, &status, __WALL), -ECHILD, "no child left");
}

// --- vfork ------------------------------------------------------------------------------------

static volatile int vforked;

static void ends_later(void *arg)
{
    sleep_ms(20);
    vforked = 1;
}

// A thread can be waited for like a process: until it leaves its memory.
void vfork_thread(void)
{
    static char stack[2048];
    vforked = 0;
    long tid = clone_raw(PTHREAD_FLAGS | CLONE_VFORK, stack + sizeof stack, NULL, NULL, NULL,
                         ends_later, NULL);
    EXPECT(vforked, 1, "thread %ld, which was waited for", tid);
}

// --- time -------------------------------------------------------------------------------------

static void computes(void *arg)
{
    for (uint64 end = now_ns() + 60000000; now_ns() < end;)
        for (volatile int i = 0; i < 1000; i++)
            ;
}

// What threads spend is the process's, also when they have gone.
void times_are_summed(void)
{
    struct uthread t[2];
    struct tms before, after;
    sys(SYS_times, &before);
    for (int i = 0; i < 2; i++)
        begin(&t[i], computes, NULL);
    for (int i = 0; i < 2; i++)
        join(&t[i]);
    sys(SYS_times, &after);
    long spent = (long)(after.tms_utime + after.tms_stime - before.tms_utime - before.tms_stime);
    CHECK(spent >= 4, "two threads have spent %ld/100 s", spent);
}
