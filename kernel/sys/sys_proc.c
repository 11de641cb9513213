// System calls on processes.

#include "abi.h"
#include "errno.h"
#include "fcntl.h"
#include "lib/string.h"
#include "mem/slab.h"
#include "proc/proc.h"
#include "sys/dispatch.h"
#include "sys/user_path.h"
#include "vm/usercopy.h"

int64 sys_clone(const uint64 *arg) // flags, stack, parent_tid, tls, child_tid
{
    return proc_clone(arg[0], arg[1], arg[3]);
}

int64 sys_execve(const uint64 *arg) // path, argv, envp
{
    struct user_path path;
    int err = user_path_get(AT_FDCWD, arg[0], &path);
    if (err)
        return err;
    err = proc_exec(path.text, arg[1], arg[2]);
    user_path_put(&path);
    return err;
}

int64 sys_exit(const uint64 *arg) // status
{
    proc_exit((int)arg[0], 0);
}

// => Linux's status word
static int status_word(const struct wait_result *r)
{
    return r->signal ? r->signal : (r->status & 0xff) << 8;
}

int64 sys_wait4(const uint64 *arg) // pid, int *status, options, rusage
{
    struct wait_result r;
    int pid = (int)arg[0];
    if (arg[2] & ~(uint64)(WNOHANG | WUNTRACED))
        return -EINVAL;
    if (pid < -1)
        return -ECHILD; // there are no groups of processes
    int err = proc_wait(pid > 0 ? pid : -1, arg[2] & WNOHANG, false, &r);
    if (err)
        return err;
    int word = status_word(&r);
    if (r.pid && arg[1] && copyout(current_proc()->aspace, arg[1], &word, sizeof word))
        return -EFAULT;
    return r.pid;
}

int64 sys_waitid(const uint64 *arg) // id type, id, siginfo *, options, rusage
{
    uint64 options = arg[3];
    if (!(options & WEXITED) || options & ~(uint64)(WEXITED | WNOHANG | WNOWAIT) ||
        (arg[0] != P_ALL && (arg[0] != P_PID || (int)arg[1] <= 0)))
        return -EINVAL;
    struct wait_result r;
    int err =
        proc_wait(arg[0] == P_PID ? (int)arg[1] : -1, options & WNOHANG, options & WNOWAIT, &r);
    if (err)
        return err;
    struct siginfo info = { 0 };
    if (r.pid) {
        info.si_signo = SIGCHLD;
        info.si_code = r.signal ? CLD_KILLED : CLD_EXITED;
        info.si_pid = r.pid;
        info.si_status = r.signal ? r.signal : r.status;
    }
    if (arg[2] && copyout(current_proc()->aspace, arg[2], &info, sizeof info))
        return -EFAULT;
    return 0;
}

int64 sys_kill(const uint64 *arg) // pid, signal
{
    return proc_kill((int)arg[0], (int)arg[1]);
}

int64 sys_getpid(const uint64 *arg)
{
    return current_proc()->pid;
}

int64 sys_getppid(const uint64 *arg)
{
    return __atomic_load_n(&current_proc()->ppid, __ATOMIC_RELAXED);
}

int64 sys_sched_yield(const uint64 *arg)
{
    thread_yield();
    return 0;
}

int64 sys_set_tid_address(const uint64 *arg) // int *: told at exit to threads, which there are not
{
    return current_proc()->pid;
}

// getuid and its kin: everybody is the superuser.
int64 sys_zero(const uint64 *arg)
{
    return 0;
}
