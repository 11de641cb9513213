// Processes and time, in the classic form.
#include "kernel/syscall.h"
#include "user/kine.h"
#include "user/lib/lib.h"
#include "user/user.h"

#define TICK_NS   100000000L // a tick is 1/10 s
#define TICKS_SEC 10

#define NOBODY 0x7fffffff // a pid that no process has

int fork(void)
{
    return (int)syscall_errno(syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0));
}

int exit(int status)
{
    for (;;)
        syscall(SYS_exit_group, status);
}

// => the pid, and the status as classic programs know it
static int wait_for(int type, int pid, int *status, int options)
{
    struct siginfo info;
    info.si_pid = 0;
    // A child whose status has no place to go is waited for, and stays to be waited for.
    bool refused = status && !can_store(status, sizeof *status);
    options |= WEXITED | (refused ? WNOWAIT : 0);
    if (syscall_errno(syscall(SYS_waitid, type, pid, &info, options, 0)) < 0)
        return -1;
    if (refused && info.si_pid) {
        errno = EFAULT;
        return -1;
    }
    if (status && info.si_pid)
        *status = info.si_code == CLD_EXITED ? info.si_status : -1;
    return info.si_pid;
}

int wait(int *status)
{
    return wait_for(P_ALL, 0, status, 0);
}

int waitpid(int pid, int *status, int options)
{
    if (pid == -1)
        return wait_for(P_ALL, 0, status, options);
    return pid > 0 ? wait_for(P_PID, pid, status, options)
                   : wait_for(P_PGID, -pid, status, options);
}

// Process 0 and negative ones stand for groups in the system call; here they are nobody.
int kill(int pid)
{
    return kill_with(pid > 0 ? pid : NOBODY, SIGKILL);
}

int kill_with(int pid, int signal)
{
    return (int)syscall_errno(syscall(SYS_kill, pid, signal));
}

int exec(const char *path, char **argv)
{
    return execve(path, argv, environ);
}

int execve(const char *path, char **argv, char **env)
{
    return (int)syscall_errno(syscall(SYS_execve, path, argv, env));
}

int getpid(void)
{
    return (int)syscall(SYS_getpid);
}

int getppid(void)
{
    return (int)syscall(SYS_getppid);
}

int sched_yield(void)
{
    return (int)syscall(SYS_sched_yield);
}

int nanosleep(long seconds, long nanoseconds)
{
    struct timespec ts = { seconds, nanoseconds };
    return (int)syscall_errno(syscall(SYS_nanosleep, &ts, 0));
}

int sleep(int ticks)
{
    uint n = ticks > 0 ? (uint)ticks : 0;
    return nanosleep(n / TICKS_SEC, n % TICKS_SEC * TICK_NS);
}

int pause(int ticks)
{
    return sleep(ticks);
}

int uptime(void)
{
    struct timespec ts;
    syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &ts);
    return (int)(ts.tv_sec * TICKS_SEC + ts.tv_nsec / TICK_NS);
}
