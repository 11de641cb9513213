// Processes: how they begin, share, and are killed.
#include <string.h>
#include "proc_world.h"

// --- birth ------------------------------------------------------------------------------------

static void fork_fails(void)
{
    struct sighand *handlers = self()->sighand = sighand_new();
    sighand_set(handlers, SIGUSR1, &(struct sigaction){ .sa_handler = SIG_IGN });
    for (long n = 1;; n++) {
        turns_fail = n;
        int64 pid = start_with(SIGCHLD, ends_7);
        turns_fail = 0;
        if (pid > 0) {
            CHECK_EQ(n, 8); // process, thread, stack, space, files, directory, signals
            CHECK_EQ(end_of((int)pid), 7);
            CHECK_EQ(handlers->refs, 1);
            self()->sighand = NULL;
            sighand_put(handlers);
            return;
        }
        CHECK_EQ(pid, -ENOMEM);
        CHECK(proc_count() == 1 && spaces == 1 && tables == 1 && directory == 1);
        CHECK_EQ(root_frame.refs, 2 + (this_hart()->root == &root_frame));
    }
}

TEST(fork_fails_at_each_allocation)
{
    as_init(fork_fails);
}

// Two live, one is a zombie, which works nowhere any more.
static void goes_to_the_root(void)
{
    int dead = start(ends_7), pid[] = { start(for_ever), start(for_ever) };
    nap(10);
    CHECK(proc_find(dead)->zombie);
    CHECK_EQ(directory, 3);
    rolled_back = true;
    proc_return_to_root();
    rolled_back = false;
    CHECK(directory == 0 && other_root == 3);
    CHECK_EQ(end_of(dead), 7);
    for (int i = 0; i < 2; i++) {
        CHECK(proc_find(pid[i])->leader.fs->cwd == (struct inode *)&other_root);
        CHECK_EQ(send_signal(pid[i], SIGKILL), 0);
        end_of(pid[i]);
    }
    CHECK_EQ(other_root, 1);
    inode_get((struct inode *)&directory);
    fs_context_chdir(current_fs(), (struct inode *)&directory);
}

TEST(who_works_in_a_replaced_root)
{
    as_init(goes_to_the_root);
}

static void shares(void)
{
    struct proc *p = self();
    CHECK(p->aspace->refs == 2 && current_files()->refs == 2);
    CHECK_EQ(current_thread()->tf->reg[REG_SP], 4096);
    CHECK_EQ(current_thread()->tf->reg[REG_TP], 77);
    CHECK(fs_context_umask(current_fs()) == 05 && p->path_longest == 99 &&
          strcmp(p->name, "me") == 0);
    proc_exit(3, 0);
}

static void inherits(void)
{
    struct proc *p = self();
    CHECK(p->aspace->refs == 1 && current_files()->refs == 1);
    CHECK_EQ(current_thread()->tf->reg[REG_SP], 1234);
    CHECK_EQ(current_thread()->tf->reg[REG_TP], 5);
    CHECK_EQ(p->ppid, 1);
    CHECK(p->parent == init_proc);
}

// Flags that each may stand alone; init has no brothers.
#define HONOURED                                                                                   \
    (CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_VFORK | CLONE_SYSVSEM | CLONE_SETTLS |              \
     CLONE_PARENT_SETTID | CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID | CLONE_DETACHED)

static void clones(void)
{
    struct trapframe *tf = current_thread()->tf;
    struct proc *p = self();
    fs_context_set_umask(current_fs(), 05);
    p->path_longest = 99;
    copy_string(p->name, "me", sizeof p->name);
    tf->reg[REG_S1] = (uint64)shares;
    tf->reg[REG_SP] = 1234;
    tf->reg[REG_TP] = 5;
    tf->reg[REG_A0] = 9;
    struct clone_request r = { CLONE_VM | CLONE_FILES | CLONE_SETTLS | SIGCHLD, 4096, 0, 77, 0 };
    CHECK_EQ(end_of((int)proc_clone(&r)), 3);
    tf->reg[REG_S1] = (uint64)inherits;
    r = (struct clone_request){ .flags = SIGCHLD, .tls = 77 };
    CHECK_EQ(end_of((int)proc_clone(&r)), 0);
    for (int bit = 8; bit < 64; bit++) {
        r.flags = 1UL << bit | SIGCHLD;
        if (!(1UL << bit & HONOURED))
            CHECK_EQ(proc_clone(&r), -EINVAL);
    }
}

TEST(clone_shares_what_it_is_told)
{
    as_init(clones);
}

static void many(void)
{
    int n = 0;
    int64 pid;
    while ((pid = start_with(SIGCHLD, for_ever)) > 0)
        n++;
    CHECK_EQ(pid, -EAGAIN);
    CHECK_EQ(n, NPROC - 1);
    CHECK_EQ(proc_count(), NPROC);
    CHECK_EQ(spaces, NPROC);
    CHECK_EQ(send_signal(-1, 9), 0);
    for (int i = 0; i < n; i++)
        CHECK_EQ(end_of(-1), 1009);
}

TEST(there_are_nproc_processes)
{
    as_init(many);
}

static bool vfork_ended;

static void vforked(void)
{
    nap(10);
    vfork_ended = true;
    proc_exit(4, 0);
}

static void vforks(void)
{
    vfork_ended = false;
    int64 pid = start_with(CLONE_VM | CLONE_VFORK | SIGCHLD, vforked);
    CHECK(vfork_ended);
    CHECK_EQ(end_of((int)pid), 4);
}

static void killed_in_vfork(void)
{
    start_with(CLONE_VM | CLONE_VFORK | SIGCHLD, vforked);
    CHECK(!vfork_ended);
    CHECK_EQ(self()->killed_by, 15);
    to_user_mode();
}

static void kills_in_vfork(void)
{
    vforks();
    vfork_ended = false;
    int pid = start(killed_in_vfork);
    nap(2);
    CHECK_EQ(send_signal(pid, 15), 0);
    CHECK_EQ(end_of(pid), 1015);
    CHECK_EQ(end_of(-1), 4); // the orphan is init's
}

TEST(vfork_waits_but_can_be_killed)
{
    as_init(kills_in_vfork);
}

// --- signals ----------------------------------------------------------------------------------

static int started[4];

static void kills_the_others(void)
{
    CHECK_EQ(send_signal(-1, 2), 0); // not itself, not init
    CHECK_EQ(self()->killed_by, 0);
    CHECK_EQ(init_proc->killed_by, 0);
    nap(5);
    proc_exit(5, 0);
}

static void kills(void)
{
    CHECK_EQ(send_signal(-1, 9), -ESRCH); // nobody but us
    int pid = start(for_ever);
    CHECK_EQ(send_signal(1, 9), -EPERM);
    CHECK_EQ(send_signal(1, 0), 0);
    CHECK_EQ(send_signal(pid, -1), -EINVAL);
    CHECK_EQ(send_signal(pid, NSIG + 1), -EINVAL);
    CHECK_EQ(send_signal(30000, 0), -ESRCH);
    for (int sig = 0; sig <= NSIG; sig++) {
        bool harmless = sig == 0 || sig == 17 || sig == 18 || sig == 23 || sig == 28;
        if (!harmless)
            continue;
        CHECK_EQ(send_signal(pid, sig), 0);
        CHECK_EQ(proc_find(pid)->killed_by, 0);
        CHECK(!proc_find(pid)->leader.thread->interrupted);
    }
    CHECK_EQ(send_signal(pid, 64), 0);
    CHECK_EQ(send_signal(pid, 11), 0);
    CHECK_EQ(end_of(pid), 1064); // the first
    for (int i = 0; i < 3; i++)
        started[i] = start(for_ever);
    started[3] = start(kills_the_others);
    for (int i = 0; i < 3; i++)
        CHECK_EQ(end_of(started[i]), 1002);
    CHECK_EQ(end_of(started[3]), 5);
}

TEST(signals_go_to_whom_they_are_sent)
{
    as_init(kills);
}

static void kills_a_zombie(void)
{
    int pid = start(ends_7);
    nap(5);
    CHECK(proc_find(pid)->zombie);
    CHECK_EQ(send_signal(pid, 9), 0);
    CHECK_EQ(proc_find(pid)->killed_by, 0);
    CHECK_EQ(end_of(pid), 7);
}

TEST(a_zombie_cannot_be_killed)
{
    as_init(kills_a_zombie);
}
