// What processes hold, and their programs (proc_world.h).
#include "proc_world.h"
#include <stdlib.h>
#include <string.h>
#include "dev/console.h"
#include "lib/panic.h"
#include "lib/print.h"
#include "riscv/intr.h"
#include "riscv/machine.h"
#include "riscv/timer.h"
#include "task/sched.h"

// --- what processes hold ----------------------------------------------------------------------

int spaces, tables, directory; // in use; references to the one directory
struct frame root_frame = { .refs = 1 };

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

void (*before_death)(int status);

void aspace_put(struct aspace *as)
{
    CHECK(as->refs > 0);
    if (current_proc() && !current_proc()->aspace) {
        CHECK(current_thread()->root == NULL); // no other hart's switch brings it back
        if (before_death && self()->exit_signal)
            before_death(1000 + self()->exit_signal);
    }
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
    CHECK(this_hart()->kept_use >= KEPT_WORK || !current_proc() || current_files() != fs);
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

int other_root;
bool rolled_back;

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

int syncs;

int volume_sync(struct volume *vol)
{
    syncs++;
    return 0;
}

int words_left; // that threads which have something to tell have left their memory

void robust_tell(struct lwp *l)
{
    CHECK(l == current_lwp() && l->proc->aspace);
    words_left++;
}

// A user address is one of the test's own.
int copyout(struct aspace *as, uint64 dst, const void *src, size_t n)
{
    CHECK(as == self()->aspace);
    memcpy((void *)dst, src, n);
    return 0;
}

void machine_give_up(const char *fmt, ...)
{
    panic("%s", fmt);
}

int lines; // of the kernel's messages

void printk(const char *fmt, ...)
{
    lines++;
}

int console_of;

int console_session(void)
{
    return console_of;
}

size_t copy_string(char *dst, const char *src, size_t size)
{
    size_t n = strnlen(src, size - 1);
    memcpy(dst, src, n);
    dst[n] = 0;
    return n;
}

// --- programs ---------------------------------------------------------------------------------

struct proc *self(void)
{
    return current_proc();
}

// As sys/deliver.c does, but that a handler is a function of the host's.
void to_user_mode(void)
{
    struct siginfo info;
    struct sigaction action;
    int sig;
    while ((sig = signal_take(&info, &action)) != 0) {
        uint64 before = signal_mask_to_return();
        signal_enter(sig, &action);
        ((void (*)(const struct siginfo *))action.sa_handler)(&info);
        signal_block(before);
    }
    signal_put_back();
}

int wait_for(struct wait_for what, struct wait_news *news)
{
    int err = proc_wait(&what, news);
    if (news->zombie)
        proc_reap(news->zombie);
    return err;
}

int wait_child(int pid, uint32 options, struct proc **ended)
{
    struct wait_for what = { pid > 0 ? P_PID : P_ALL, pid, options | WEXITED };
    struct wait_news news;
    int err = proc_wait(&what, &news);
    *ended = news.zombie;
    return err;
}

int send_signal(int pid, int sig)
{
    struct siginfo info = { .si_signo = sig, .si_pid = self()->pid };
    return signal_kill(pid, &info);
}

void user_return(struct trapframe *tf)
{
    intr_on();
    to_user_mode();
    ((void (*)(void))tf->reg[REG_S1])();
    proc_exit(0, 0);
}

int64 start_with(uint64 flags, void (*program)(void))
{
    current_thread()->tf->reg[REG_S1] = (uint64)program;
    return proc_clone(&(struct clone_request){ .flags = flags });
}

int start(void (*program)(void))
{
    int64 pid = start_with(SIGCHLD, program);
    CHECK(pid > 1);
    return (int)pid;
}

// Waits for a child and forgets it.  => its status, or 1000 + the signal that killed it
int end_of(int pid)
{
    struct proc *ended;
    CHECK_EQ(wait_child(pid, __WALL, &ended), 0);
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
void as_init(void (*fn)(void))
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
        CHECK(init_proc->leader.fs->cwd == (struct inode *)&directory);
        init_proc->leader.thread->tf->reg[REG_S1] = (uint64)init_program;
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

void nap(uint64 ms)
{
    sleep_ns(ms * 1000000);
    to_user_mode();
}

void for_ever(void)
{
    for (;;)
        nap(1000);
}

void ends_7(void)
{
    CHECK_EQ(current_thread()->tf->reg[REG_A0], 0);
    proc_exit(7, 0);
}
