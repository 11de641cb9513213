// System calls on process groups and sessions.

#include "proc/group.h"
#include "sys/dispatch.h"

int64 sys_setpgid(const uint64 *arg) // pid, group
{
    return proc_setpgid((int)arg[0], (int)arg[1]);
}

int64 sys_getpgid(const uint64 *arg) // pid
{
    return proc_getpgid((int)arg[0]);
}

int64 sys_getsid(const uint64 *arg) // pid
{
    return proc_getsid((int)arg[0]);
}

int64 sys_setsid(const uint64 *arg)
{
    return proc_setsid();
}
