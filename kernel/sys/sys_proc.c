// System calls on processes.

#include "abi.h"
#include "errno.h"
#include "fcntl.h"
#include "lib/string.h"
#include "mem/slab.h"
#include "proc/proc.h"
#include "proc/wait.h"
#include "riscv/timer.h"
#include "sys/dispatch.h"
#include "sys/user_path.h"
#include "task/sched.h"
#include "vm/usercopy.h"

#define US_PER_S 1000000

int64 sys_clone(const uint64 *arg) // flags, stack, parent_tid, tls, child_tid
{
    struct clone_request request = { arg[0], arg[1], arg[2], arg[3], arg[4] };
    return proc_clone(&request);
}

int64 sys_execve(const uint64 *arg) // path, argv, envp
{
    struct user_path path;
    int err = user_path_get(AT_FDCWD, arg[0], &path);
    if (err)
        return err;
    err = proc_exec(path.text, arg[1], arg[2]);
    user_path_put(&path);
    if (err)
        return err;
    usertrap_anew();
}

int64 sys_exit_thread(const uint64 *arg) // status
{
    lwp_exit((int)arg[0]);
}

int64 sys_exit_group(const uint64 *arg) // status
{
    proc_exit((int)arg[0], 0);
}

#define ANY_CHILD (__WALL | __WCLONE | __WNOTHREAD) // which children

// --- waiting ----------------------------------------------------------------------------------
// A child whose end cannot be told stays to be waited for.

static int put(uint64 to, const void *from, size_t n)
{
    return to ? copyout(current_proc()->aspace, to, from, n) : 0;
}

// Linux's status word
static int word_of(const struct wait_news *news)
{
    switch (news->code) {
    case CLD_EXITED: return (news->status & 0xff) << 8;
    case CLD_KILLED: return news->status;
    case CLD_STOPPED: return news->status << 8 | 0x7f;
    default: return 0xffff; // it goes on
    }
}

// What follows the fields that are filled stays as it is, as in Linux.
static int put_info(uint64 to, const struct wait_news *news)
{
    struct siginfo info;
    memset(&info, 0, offsetof(struct siginfo, si_utime));
    if (news->pid) {
        info.si_signo = SIGCHLD;
        info.si_code = news->code;
        info.si_pid = news->pid;
        info.si_status = news->status;
    }
    return put(to, &info, offsetof(struct siginfo, si_utime));
}

static struct timeval timeval_of(uint64 ticks)
{
    uint64 us = time_to_ns(ticks) / 1000;
    return (struct timeval){ (int64)(us / US_PER_S), (int64)(us % US_PER_S) };
}

static int put_usage(uint64 to, const struct wait_news *news)
{
    struct rusage usage = { .ru_utime = timeval_of(news->spent.user),
                            .ru_stime = timeval_of(news->spent.kernel) };
    return put(to, &usage, sizeof usage);
}

// The news has been told, or could not be.
static void end_wait(const struct wait_news *news, bool stays)
{
    if (!news->zombie)
        return;
    if (stays)
        proc_unwait(news->zombie);
    else
        proc_reap(news->zombie);
}

// A wait that a signal cuts short is made anew after a handler that says so.
static int64 restarted(int64 err)
{
    return err == -EINTR ? -ERESTART : err;
}

// As wait4() says whom it means.
static struct wait_for wait_for_pid(int pid, uint32 options)
{
    return (struct wait_for){
        .type = pid > 0     ? P_PID
                : pid == -1 ? P_ALL
                            : P_PGID,
        .id = pid > 0    ? pid
              : pid < -1 ? -pid
                         : 0,
        .options = options | WEXITED,
    };
}

int64 sys_wait4(const uint64 *arg) // pid, int *status, options, rusage *
{
    struct wait_news news;
    if ((uint32)arg[2] & ~(WNOHANG | WUNTRACED | WCONTINUED | ANY_CHILD))
        return -EINVAL;
    if ((int)arg[0] == INT32_MIN)
        return -ESRCH;
    struct wait_for what = wait_for_pid((int)arg[0], (uint32)arg[2]);
    int64 err = proc_wait(&what, &news);
    if (err || !news.pid)
        return restarted(err);
    int word = word_of(&news);
    err = put(arg[1], &word, sizeof word);
    if (!err && arg[3])
        err = put_usage(arg[3], &news);
    end_wait(&news, err != 0);
    return err ? err : news.pid;
}

#define WAIT_WHAT (WEXITED | WSTOPPED | WCONTINUED)

static bool is_wait(uint64 type, int id, uint32 options)
{
    bool whom = type == P_ALL || (type == P_PID && id > 0) || (type == P_PGID && id >= 0);
    return whom && options & WAIT_WHAT && !(options & ~(WAIT_WHAT | WNOHANG | WNOWAIT | ANY_CHILD));
}

int64 sys_waitid(const uint64 *arg) // id type, id, siginfo *, options, rusage *
{
    struct wait_for what = { (int)arg[0], (int)arg[1], (uint32)arg[3] };
    struct wait_news news;
    if (!is_wait(arg[0], what.id, what.options))
        return -EINVAL;
    int64 err = proc_wait(&what, &news);
    if (err)
        return restarted(err);
    err = put_info(arg[2], &news);
    if (!err && news.pid && arg[4])
        err = put_usage(arg[4], &news);
    end_wait(&news, err || arg[3] & WNOWAIT);
    return err;
}

int64 sys_getpid(const uint64 *arg)
{
    return current_proc()->pid;
}

int64 sys_gettid(const uint64 *arg)
{
    return current_lwp()->tid;
}

int64 sys_getppid(const uint64 *arg)
{
    return __atomic_load_n(&current_proc()->ppid, __ATOMIC_RELAXED);
}

int64 sys_sched_yield(const uint64 *arg)
{
    thread_yield_at_rest();
    return 0;
}

int64 sys_set_tid_address(const uint64 *arg) // int *: becomes 0 when the thread leaves its memory
{
    current_lwp()->clear_child_tid = arg[0];
    return current_lwp()->tid;
}

// getuid and its kin: everybody is the superuser.
int64 sys_zero(const uint64 *arg)
{
    return 0;
}

int64 sys_getrusage(const uint64 *arg) // who, rusage *
{
    int who = (int)arg[0];
    if (who < RUSAGE_CHILDREN || who > RUSAGE_THREAD)
        return -EINVAL;
    sched_charge();
    const struct cpu_time *spent =
        who == RUSAGE_CHILDREN ? &current_proc()->children_spent : &current_thread()->spent;
    struct rusage usage = { .ru_utime = timeval_of(spent->user),
                            .ru_stime = timeval_of(spent->kernel) };
    return copyout(current_proc()->aspace, arg[1], &usage, sizeof usage);
}
