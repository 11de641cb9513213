// Signals, process groups and sessions.
#include "kernel/syscall.h"
#include "user/kine.h"

int sigaction(int sig, const struct sigaction *action, struct sigaction *old)
{
    return (int)syscall_errno(syscall(SYS_rt_sigaction, sig, action, old, sizeof(uint64)));
}

int sigprocmask(int how, const uint64 *set, uint64 *old)
{
    return (int)syscall_errno(syscall(SYS_rt_sigprocmask, how, set, old, sizeof(uint64)));
}

int sigsuspend(const uint64 *set)
{
    return (int)syscall_errno(syscall(SYS_rt_sigsuspend, set, sizeof(uint64)));
}

int setpgid(int pid, int pgid)
{
    return (int)syscall_errno(syscall(SYS_setpgid, pid, pgid));
}

int getpgid(int pid)
{
    return (int)syscall_errno(syscall(SYS_getpgid, pid));
}

int setsid(void)
{
    return (int)syscall_errno(syscall(SYS_setsid));
}
