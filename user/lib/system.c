// The system as a whole, and what only kine has.
#include "kernel/syscall.h"
#include "user/kine.h"

static int end(uint command)
{
    return (int)syscall_errno(
        syscall(SYS_reboot, LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2, command));
}

int power_off(void)
{
    return end(LINUX_REBOOT_CMD_POWER_OFF);
}

int reboot(void)
{
    return end(LINUX_REBOOT_CMD_RESTART);
}

int swapon(const char *disk, int flags)
{
    return (int)syscall_errno(syscall(SYS_swapon, disk, flags));
}

int swapoff(const char *disk)
{
    return (int)syscall_errno(syscall(SYS_swapoff, disk));
}

int kine_audit(struct kine_audit *out)
{
    return (int)syscall_errno(syscall(SYS_kine_audit, out));
}

int kine_meminfo(struct kine_meminfo *out)
{
    return (int)syscall_errno(syscall(SYS_kine_meminfo, out));
}

int kine_procs(struct kine_proc *out, int max)
{
    return (int)syscall_errno(syscall(SYS_kine_procs, out, max));
}

int kine_inject(int kind, long n)
{
    return (int)syscall_errno(syscall(SYS_kine_inject, kind, n));
}

int kine_snapshot(int what, const char *name)
{
    return (int)syscall_errno(syscall(SYS_kine_snapshot, what, name));
}

int kine_scrub(struct kine_scrub *out)
{
    return (int)syscall_errno(syscall(SYS_kine_scrub, out));
}

int kine_area(int pid, struct kine_area *at)
{
    return (int)syscall_errno(syscall(SYS_kine_area, pid, at));
}

int kine_longest(int what, struct kine_longest *out, int max)
{
    return (int)syscall_errno(syscall(SYS_kine_longest, what, out, max));
}

int kine_snapshot_next(struct kine_snapshot *at)
{
    return (int)syscall_errno(syscall(SYS_kine_snapshot, KINE_SNAPSHOT_NEXT, at));
}

int kine_pte(const void *va, struct kine_pte *out)
{
    return (int)syscall_errno(syscall(SYS_kine_pte, va, out));
}
