// System calls on processes.

#include "abi.h"
#include "errno.h"
#include "fcntl.h"
#include "lib/string.h"
#include "mem/slab.h"
#include "proc/proc.h"
#include "riscv/timer.h"
#include "sys/dispatch.h"
#include "sys/user_path.h"
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

int64 sys_exit(const uint64 *arg) // status
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
static int put_word(uint64 to, const struct proc *ended)
{
    int word = ended->exit_signal ? ended->exit_signal : (ended->exit_status & 0xff) << 8;
    return put(to, &word, sizeof word);
}

// What follows the fields that are filled stays as it is, as in Linux.
static int put_info(uint64 to, const struct proc *ended)
{
    struct siginfo info;
    memset(&info, 0, offsetof(struct siginfo, rest));
    if (ended) {
        info.si_signo = SIGCHLD;
        info.si_code = ended->exit_signal ? CLD_KILLED : CLD_EXITED;
        info.si_pid = ended->pid;
        info.si_status = ended->exit_signal ? ended->exit_signal : ended->exit_status;
    }
    return put(to, &info, offsetof(struct siginfo, rest));
}

static struct timeval timeval_of(uint64 ticks)
{
    uint64 us = time_to_ns(ticks) / 1000;
    return (struct timeval){ (int64)(us / US_PER_S), (int64)(us % US_PER_S) };
}

static int put_usage(uint64 to, const struct proc *ended)
{
    struct cpu_time spent = proc_spent(ended);
    struct rusage usage = { .ru_utime = timeval_of(spent.user),
                            .ru_stime = timeval_of(spent.kernel) };
    return put(to, &usage, sizeof usage);
}

int64 sys_wait4(const uint64 *arg) // pid, int *status, options, rusage *
{
    struct proc *ended;
    int pid = (int)arg[0];
    uint32 options = (uint32)arg[2];
    if (options & ~(WNOHANG | WUNTRACED | ANY_CHILD))
        return -EINVAL;
    if (pid < -1)
        return -ECHILD; // there are no groups of processes
    int64 err = proc_wait(pid > 0 ? pid : -1, options, &ended);
    if (err || !ended)
        return err;
    err = put_word(arg[1], ended);
    if (!err && arg[3])
        err = put_usage(arg[3], ended);
    if (err) {
        proc_unwait(ended);
        return err;
    }
    pid = ended->pid;
    proc_reap(ended);
    return pid;
}

int64 sys_waitid(const uint64 *arg) // id type, id, siginfo *, options, rusage *
{
    uint32 options = (uint32)arg[3];
    if (!(options & WEXITED) || options & ~(WEXITED | WNOHANG | WNOWAIT | ANY_CHILD) ||
        (arg[0] != P_ALL && (arg[0] != P_PID || (int)arg[1] <= 0)))
        return -EINVAL;
    struct proc *ended;
    int err = proc_wait(arg[0] == P_PID ? (int)arg[1] : -1, options, &ended);
    if (err)
        return err;
    err = put_info(arg[2], ended);
    if (!ended)
        return err;
    if (!err && arg[4])
        err = put_usage(arg[4], ended);
    if (err || options & WNOWAIT)
        proc_unwait(ended);
    else
        proc_reap(ended);
    return err;
}

int64 sys_kill(const uint64 *arg) // pid, signal
{
    return proc_kill((int)arg[0], (int)arg[1]);
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
