// Processes: fork, exit, wait and kill, on harts that take turns (turns.h).  What a process holds (an
// address space, a table of files, a directory) is a count here.
//
// A program is a function: the "register" s1 names it, and a child goes on with what its parent left there.
#include <stdlib.h>
#include <string.h>
#include "abi.h"
#include "check.h"
#include "errno.h"
#include "fs/fs.h"
#include "lib/panic.h"
#include "lib/print.h"
#include "lib/string.h"
#include "proc/file.h"
#include "proc/proc_priv.h"
#include "riscv/intr.h"
#include "riscv/machine.h"
#include "riscv/timer.h"
#include "riscv/trap.h"
#include "task/clock.h"
#include "task/sched.h"
#include "turns.h"
#include "vm/aspace.h"

#define REG_S1      9
#define PID_END     32768
#define NS_PER_TICK (1000000000UL / TURNS_TIMEBASE)

// --- what processes hold ----------------------------------------------------------------------

static int spaces, tables, directory; // in use; references to the one directory
static struct frame root_frame = { .refs = 1 };

struct aspace *aspace_new(void)
{
    if (turns_fail && --turns_fail == 0)
        return NULL;
    struct aspace *as = calloc(1, sizeof *as);
    as->refs = 1;
    as->root = &root_frame;
    frame_get(&root_frame);
    spaces++;
    return as;
}

void aspace_get(struct aspace *as)
{
    as->refs++;
}

void aspace_put(struct aspace *as)
{
    CHECK(as->refs > 0);
    if (current_proc() && !current_proc()->aspace)
        CHECK(current_thread()->root == NULL); // no other hart's switch brings it back
    if (--as->refs)
        return;
    frame_put(as->root);
    free(as);
    spaces--;
}

struct aspace *aspace_fork(struct aspace *parent)
{
    CHECK(parent->refs > 0);
    return aspace_new();
}

void aspace_usage(struct aspace *as, uint64 *pages, uint64 *shared, uint64 *size)
{
    *pages = as->refs;
    *shared = *size = 0;
}

struct files *files_new(void)
{
    if (turns_fail && --turns_fail == 0)
        return NULL;
    struct files *fs = calloc(1, sizeof *fs);
    fs->refs = 1;
    tables++;
    return fs;
}

struct files *files_copy(struct files *old)
{
    CHECK(old->refs > 0);
    return files_new();
}

void files_get_table(struct files *fs)
{
    fs->refs++;
}

void files_put(struct files *fs)
{
    CHECK(fs->refs > 0);
    CHECK(this_hart()->kept_use >= KEPT_WORK || !current_proc() || current_proc()->files != fs);
    if (--fs->refs)
        return;
    free(fs);
    tables--;
}

// An inode is its count.
void inode_get(struct inode *ino)
{
    ++*(int *)ino;
}

void inode_put(struct inode *ino)
{
    CHECK(--*(int *)ino >= 0);
}

static int other_root;
static bool rolled_back;

bool inode_was_root(const struct inode *ino)
{
    return rolled_back && ino == (struct inode *)&directory;
}

struct inode *volume_root(struct volume *vol)
{
    inode_get((struct inode *)&other_root);
    return (struct inode *)&other_root;
}

struct volume *volume_of(const struct inode *ino)
{
    return NULL;
}

static int syncs;

int volume_sync(struct volume *vol)
{
    syncs++;
    return 0;
}

void machine_give_up(const char *fmt, ...)
{
    panic("%s", fmt);
}

static int lines; // of the kernel's messages

void printk(const char *fmt, ...)
{
    lines++;
}

size_t copy_string(char *dst, const char *src, size_t size)
{
    size_t n = strnlen(src, size - 1);
    memcpy(dst, src, n);
    dst[n] = 0;
    return n;
}

// --- programs ---------------------------------------------------------------------------------

static struct proc *self(void)
{
    return current_proc();
}

static void to_user_mode(void)
{
    int sig = proc_pending(self());
    if (sig)
        proc_exit(0, sig);
}

static void (*before_death)(int status); // set by who keeps a model

void user_return(struct trapframe *tf)
{
    intr_on();
    if (before_death && proc_pending(self()))
        before_death(1000 + proc_pending(self()));
    to_user_mode();
    ((void (*)(void))tf->reg[REG_S1])();
    proc_exit(0, 0);
}

static int64 start_with(uint64 flags, void (*program)(void))
{
    current_thread()->tf->reg[REG_S1] = (uint64)program;
    return proc_clone(flags, 0, 0);
}

static int start(void (*program)(void))
{
    int64 pid = start_with(SIGCHLD, program);
    CHECK(pid > 1);
    return (int)pid;
}

// Waits for a child and forgets it.  => its status, or 1000 + the signal that killed it
static int end_of(int pid)
{
    struct proc *ended;
    CHECK_EQ(proc_wait(pid, false, &ended), 0);
    CHECK(ended && (pid < 0 || ended->pid == pid));
    int status = ended->exit_signal ? 1000 + ended->exit_signal : ended->exit_status;
    proc_reap(ended);
    return status;
}

// Process 1 does what tests ask.
static struct spinlock job_lock = SPINLOCK_INIT("job", RANK_PIPE);
static struct waitq job_wait;
static void (*job)(void);

int proc_exec(const char *path, uint64 argv, uint64 envp)
{
    return strcmp(path, "init") ? -ENOENT : 0;
}

static void init_program(void)
{
    for (;;) {
        spin_lock(&job_lock);
        while (!job)
            wait_on(&job_wait, &job_lock);
        spin_unlock(&job_lock);
        job();
        job = NULL;
    }
}

// Runs fn as process 1, which has no child before and none afterwards; nothing is lost.
static void as_init(void (*fn)(void))
{
    if (!init_proc) {
        turns_boot(3);
        waitq_init(&job_wait, "job");
        for (long n = 1;; n++) {
            turns_fail = n;
            int err = proc_start_init((struct inode *)&directory, "init");
            turns_fail = 0;
            if (!err)
                break;
            CHECK_EQ(err, -ENOMEM);
            CHECK(proc_count() == 0 && spaces == 0 && tables == 0 && directory == 0);
        }
        CHECK(init_proc->cwd == (struct inode *)&directory);
        init_proc->thread->tf->reg[REG_S1] = (uint64)init_program;
        turns_run();
    }
    job = fn;
    wake_all(&job_wait);
    turns_run_until(time_now() + 100 * TURNS_TIMEBASE);
    CHECK(job == NULL);
    CHECK(list_empty(&init_proc->children));
    CHECK_EQ(proc_count(), 1);
    CHECK_EQ(spaces, 1);
    CHECK_EQ(tables, 1);
    CHECK_EQ(directory, 1);
}

static void nap(uint64 ms)
{
    sleep_ns(ms * 1000000);
    to_user_mode();
}

static void for_ever(void)
{
    for (;;)
        nap(1000);
}

static void ends_7(void)
{
    CHECK_EQ(current_thread()->tf->reg[REG_A0], 0);
    proc_exit(7, 0);
}

// --- birth ------------------------------------------------------------------------------------

static void fork_fails(void)
{
    for (long n = 1;; n++) {
        turns_fail = n;
        int64 pid = start_with(SIGCHLD, ends_7);
        turns_fail = 0;
        if (pid > 0) {
            CHECK_EQ(n, 6); // process, thread, stack, space, files
            CHECK_EQ(end_of((int)pid), 7);
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
        CHECK(proc_find(pid[i])->cwd == (struct inode *)&other_root);
        CHECK_EQ(proc_kill(pid[i], SIGKILL), 0);
        end_of(pid[i]);
    }
    CHECK_EQ(other_root, 1);
    inode_put(self()->cwd);
    self()->cwd = (struct inode *)&directory;
    inode_get(self()->cwd);
}

TEST(who_works_in_a_replaced_root)
{
    as_init(goes_to_the_root);
}

static void shares(void)
{
    struct proc *p = self();
    CHECK(p->aspace->refs == 2 && p->files->refs == 2);
    CHECK_EQ(current_thread()->tf->reg[REG_SP], 4096);
    CHECK_EQ(current_thread()->tf->reg[REG_TP], 77);
    CHECK(p->umask == 05 && p->path_longest == 99 && strcmp(p->name, "me") == 0);
    proc_exit(3, 0);
}

static void inherits(void)
{
    struct proc *p = self();
    CHECK(p->aspace->refs == 1 && p->files->refs == 1);
    CHECK_EQ(current_thread()->tf->reg[REG_SP], 1234);
    CHECK_EQ(current_thread()->tf->reg[REG_TP], 5);
    CHECK_EQ(p->ppid, 1);
    CHECK(p->parent == init_proc);
}

static void clones(void)
{
    struct trapframe *tf = current_thread()->tf;
    struct proc *p = self();
    p->umask = 05;
    p->path_longest = 99;
    copy_string(p->name, "me", sizeof p->name);
    tf->reg[REG_S1] = (uint64)shares;
    tf->reg[REG_SP] = 1234;
    tf->reg[REG_TP] = 5;
    tf->reg[REG_A0] = 9;
    int64 pid = proc_clone(CLONE_VM | CLONE_FILES | CLONE_SETTLS, 4096, 77);
    CHECK_EQ(end_of((int)pid), 3);
    tf->reg[REG_S1] = (uint64)inherits;
    CHECK_EQ(end_of((int)proc_clone(SIGCHLD, 0, 77)), 0);
    for (int bit = 8; bit < 64; bit++) {
        uint64 flag = 1UL << bit;
        if (!(flag & (CLONE_VM | CLONE_FILES | CLONE_VFORK | CLONE_SETTLS)))
            CHECK_EQ(proc_clone(flag | SIGCHLD, 0, 0), -EINVAL);
    }
    for (uint64 sig = 1; sig < 256; sig++)
        if (sig != SIGCHLD)
            CHECK_EQ(proc_clone(sig, 0, 0), -EINVAL);
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
    CHECK_EQ(proc_kill(-1, 9), 0);
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
    CHECK_EQ(proc_pending(self()), 15);
    to_user_mode();
}

static void kills_in_vfork(void)
{
    vforks();
    vfork_ended = false;
    int pid = start(killed_in_vfork);
    nap(2);
    CHECK_EQ(proc_kill(pid, 15), 0);
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
    CHECK_EQ(proc_kill(-1, 2), 0); // not itself, not init
    CHECK_EQ(proc_pending(self()), 0);
    CHECK_EQ(proc_pending(init_proc), 0);
    nap(5);
    proc_exit(5, 0);
}

static void kills(void)
{
    CHECK_EQ(proc_kill(-1, 9), -ESRCH); // nobody but us
    int pid = start(for_ever);
    CHECK_EQ(proc_kill(1, 9), -EPERM);
    CHECK_EQ(proc_kill(1, 0), 0);
    CHECK_EQ(proc_kill(pid, -1), -EINVAL);
    CHECK_EQ(proc_kill(pid, NSIG + 1), -EINVAL);
    CHECK_EQ(proc_kill(30000, 0), -ESRCH);
    CHECK_EQ(proc_kill(0, 9), -ESRCH);
    for (int sig = 0; sig <= NSIG; sig++) {
        bool harmless = sig == 0 || sig == 17 || (sig >= 18 && sig <= 23) || sig == 28;
        if (!harmless)
            continue;
        CHECK_EQ(proc_kill(pid, sig), 0);
        CHECK_EQ(proc_find(pid)->pending, 0);
        CHECK(!proc_find(pid)->thread->interrupted);
    }
    CHECK_EQ(proc_kill(pid, 64), 0);
    CHECK_EQ(proc_kill(pid, 11), 0);
    CHECK_EQ(proc_pending(proc_find(pid)), 11); // the lowest
    CHECK_EQ(end_of(pid), 1011);
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
    CHECK_EQ(proc_kill(pid, 9), 0);
    CHECK_EQ(proc_pending(proc_find(pid)), 0);
    CHECK_EQ(end_of(pid), 7);
}

TEST(a_zombie_cannot_be_killed)
{
    as_init(kills_a_zombie);
}

// --- waiting ----------------------------------------------------------------------------------

static void waits(void)
{
    struct proc *ended;
    CHECK_EQ(proc_wait(-1, false, &ended), -ECHILD);
    CHECK(ended == NULL);
    int slow = start(vforked), quick = start(ends_7);
    CHECK_EQ(proc_wait(slow, true, &ended), 0);
    CHECK(ended == NULL);
    CHECK_EQ(proc_wait(1, false, &ended), -ECHILD);
    CHECK_EQ(proc_wait(-1, false, &ended), 0);
    CHECK_EQ(ended->pid, quick);
    proc_unwait(ended); // to be waited for once more
    CHECK_EQ(proc_wait(-1, true, &ended), 0);
    CHECK_EQ(ended->pid, quick);
    proc_reap(ended);
    CHECK_EQ(proc_wait(quick, true, &ended), -ECHILD);
    CHECK_EQ(end_of(slow), 4);
}

TEST(waiting_finds_the_right_child)
{
    as_init(waits);
}

static void waits_for_ever(void)
{
    struct proc *ended;
    start(for_ever);
    CHECK_EQ(proc_wait(-1, false, &ended), -EINTR);
    CHECK(ended == NULL);
    to_user_mode();
}

static void interrupts_a_wait(void)
{
    int pid = start(waits_for_ever);
    nap(5);
    CHECK_EQ(proc_kill(pid, 9), 0);
    CHECK_EQ(end_of(pid), 1009);
    CHECK_EQ(proc_kill(-1, 9), 0);
    CHECK_EQ(end_of(-1), 1009);
}

TEST(a_signal_ends_waiting)
{
    as_init(interrupts_a_wait);
}

static void leaves_children(void)
{
    start(for_ever);
    start(ends_7);
    nap(5); // that one is dead
    start(for_ever);
    proc_exit(2, 0);
}

static void gets_orphans(void)
{
    struct proc *ended;
    start(for_ever);
    CHECK_EQ(end_of(start(leaves_children)), 2);
    CHECK_EQ(proc_wait(-1, true, &ended), 0);
    CHECK(ended && ended->exit_status == 7 && ended->ppid == 1); // found, though others live
    proc_reap(ended);
    CHECK_EQ(proc_wait(-1, true, &ended), 0);
    CHECK(ended == NULL);
    CHECK_EQ(proc_kill(-1, 9), 0);
    for (int i = 0; i < 3; i++)
        CHECK_EQ(end_of(-1), 1009);
}

TEST(orphans_are_the_first_process_s)
{
    as_init(gets_orphans);
}

static void ends_itself(void)
{
    syncs = 0;
    CHECK_PANICS(proc_exit(0, 0));
    CHECK_EQ(syncs, 1);
    CHECK_PANICS(proc_exit(0, 9));
    CHECK_EQ(syncs, 2);
}

TEST(without_init_there_is_nothing_to_run)
{
    as_init(ends_itself);
}

static struct kine_proc seen_from_child;

static void looks_at_itself(void)
{
    copy_string(self()->name, "looker", sizeof self()->name);
    turns_compute(15 * TURNS_MS);
    CHECK(proc_describe(self()->pid - 1, &seen_from_child));
    turns_compute(5 * TURNS_MS);
}

static void describes(void)
{
    int pid[40];
    struct kine_proc info = { 0 };
    copy_string(self()->name, "first", sizeof self()->name);
    CHECK_EQ(end_of(start(looks_at_itself)), 0);
    CHECK(seen_from_child.state == 'R' && strcmp(seen_from_child.name, "looker") == 0);
    CHECK_EQ(seen_from_child.user_ns, 10000000); // as of the last tick
    CHECK_EQ(seen_from_child.kernel_ns, 0);
    for (int i = 0; i < 40; i++)
        pid[i] = start(i % 3 ? for_ever : ends_7);
    nap(5);
    CHECK(proc_describe(0, &info));
    CHECK(info.pid == 1 && info.ppid == 0 && strcmp(info.name, "first") == 0);
    for (int i = 0; i < 40; i++) {
        CHECK(proc_describe(info.pid, &info));
        CHECK_EQ(info.pid, pid[i]);
        CHECK_EQ(info.ppid, 1);
        CHECK_EQ(info.state, i % 3 ? 'S' : 'Z');
        CHECK_EQ(info.pages, i % 3 ? 2 : 0); // references, of which the census has one
        CHECK_EQ(proc_find(pid[i])->aspace ? proc_find(pid[i])->aspace->refs : 0, i % 3 ? 1 : 0);
    }
    CHECK(!proc_describe(info.pid, &info));
    CHECK(!proc_describe(PID_END, &info));
    lines = 0;
    proc_list();
    CHECK_EQ(lines, 1 + 1 + 40);
    CHECK_EQ(proc_kill(-1, 9), 0);
    for (int i = 0; i < 40; i++)
        CHECK_EQ(end_of(pid[i]), i % 3 ? 1009 : 7);
}

TEST(the_census_is_complete)
{
    as_init(describes);
}

static void computes(void)
{
    turns_compute(30 * TURNS_MS);
}

static void has_a_child_that_computes(void)
{
    end_of(start(computes));
    turns_compute(5 * TURNS_MS);
}

static void counts_time(void)
{
    struct cpu_time before = self()->children_spent;
    end_of(start(has_a_child_that_computes));
    uint64 user = self()->children_spent.user - before.user,
           kernel = self()->children_spent.kernel - before.kernel;
    CHECK_EQ(user + kernel, 35 * TURNS_MS);
    CHECK(user >= 20 * TURNS_MS);
}

TEST(time_goes_to_who_waited)
{
    as_init(counts_time);
}

// --- all of it at random ----------------------------------------------------------------------

static struct model { // by pid; parent 0: there is none
    int parent, status;
    bool zombie;
} model[PID_END];
static int births, newest; // the last pid given

static void model_ends(int status)
{
    int pid = self()->pid;
    CHECK(!model[pid].zombie);
    if (!model[pid].parent)
        model[pid].parent = self()->ppid;
    for (int i = 1; i < PID_END; i++)
        if (model[i].parent == pid)
            model[i].parent = 1;
    model[pid].zombie = true;
    model[pid].status = status;
}

static void die_if_killed(void)
{
    int sig = proc_pending(self());
    if (sig)
        model_ends(1000 + sig);
    to_user_mode();
}

static void model_wait(bool nohang)
{
    struct proc *ended;
    int me = self()->pid, children = 0, zombies = 0;
    for (int i = 1; i < PID_END; i++) {
        children += model[i].parent == me;
        zombies += model[i].parent == me && model[i].zombie && proc_find(i)->zombie;
    }
    int err = proc_wait(-1, nohang, &ended);
    CHECK_EQ(err == -ECHILD, children == 0 && !ended);
    if (err || !ended) {
        CHECK(err || zombies == 0);
        return;
    }
    struct model *is = &model[ended->pid];
    CHECK(is->parent == me && is->zombie);
    CHECK_EQ(is->status, ended->exit_signal ? 1000 + ended->exit_signal : ended->exit_status);
    *is = (struct model){ 0 };
    proc_reap(ended);
}

static void lives(void);

static void model_fork(void)
{
    if (proc_count() > 300 || births++ > 1500)
        return;
    int pid = newest = start(lives);
    if (!model[pid].parent) // it may have been faster
        model[pid] = (struct model){ .parent = self()->pid };
}

static void model_kill(void)
{
    int pid = newest + 3 - (int)test_random_below(100);
    if (pid < 2)
        return;
    CHECK_EQ(proc_kill(pid, 1 + (int)test_random_below(15)), model[pid].parent ? 0 : -ESRCH);
}

static void lives(void)
{
    CHECK(model[self()->pid].parent == 0 || model[self()->pid].parent == self()->ppid);
    model[self()->pid].parent = self()->ppid;
    for (int i = 0; i < 12; i++) {
        switch (test_random_below(7)) {
        case 0:
        case 1: model_fork(); break;
        case 2: model_wait(true); break;
        case 3: model_wait(false); break;
        case 4: model_kill(); break;
        default: sleep_ns(test_random_below(1000) * NS_PER_TICK);
        }
        die_if_killed();
    }
    int status = (int)test_random_below(100);
    model_ends(status);
    proc_exit(status, 0);
}

static void founds_a_family(void)
{
    births = 0;
    before_death = model_ends;
    memset(model, 0, sizeof model);
    for (int i = 0; i < 10; i++)
        model_fork();
    while (!list_empty(&self()->children))
        model_wait(false);
    before_death = NULL;
    for (int i = 2; i < PID_END; i++)
        CHECK_EQ(model[i].parent, 0);
}

TEST(a_family_at_random)
{
    for (int i = 0; i < 5; i++)
        as_init(founds_a_family);
}
