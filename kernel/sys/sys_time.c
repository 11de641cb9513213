// System calls on time.

#include "abi.h"
#include "errno.h"
#include "proc/proc.h"
#include "riscv/timer.h"
#include "sys/dispatch.h"
#include "task/clock.h"
#include "task/sched.h"
#include "vm/usercopy.h"

#define NS_PER_S  1000000000L
#define NS_PER_CS 10000000UL // a clock tick of times(): 1/100 s

int64 sys_nanosleep(const uint64 *arg) // const timespec *, timespec *remaining
{
    struct timespec ts;
    struct aspace *as = current_proc()->aspace;
    if (copyin(as, &ts, arg[0], sizeof ts))
        return -EFAULT;
    if (ts.tv_sec < 0 || ts.tv_nsec < 0 || ts.tv_nsec >= NS_PER_S)
        return -EINVAL;
    uint64 longest = ~0UL / NS_PER_S / 4;
    uint64 sec = (uint64)ts.tv_sec < longest ? (uint64)ts.tv_sec : longest;
    return sleep_ns(sec * NS_PER_S + (uint64)ts.tv_nsec);
}

int64 sys_clock_gettime(const uint64 *arg) // clock, timespec *
{
    struct timespec ts;
    if (arg[0] == CLOCK_MONOTONIC) {
        uint64 ns = clock_ns();
        ts = (struct timespec){ (int64)(ns / NS_PER_S), (int64)(ns % NS_PER_S) };
    } else if (arg[0] == CLOCK_REALTIME) {
        uint64 sec;
        uint32 nsec;
        clock_realtime(&sec, &nsec);
        ts = (struct timespec){ (int64)sec, nsec };
    } else {
        return -EINVAL;
    }
    return copyout(current_proc()->aspace, arg[1], &ts, sizeof ts) ? -EFAULT : 0;
}

static int64 clock_ticks(uint64 ticks)
{
    return (int64)(time_to_ns(ticks) / NS_PER_CS);
}

int64 sys_times(const uint64 *arg) // tms *; => clock ticks since boot
{
    sched_charge();
    struct cpu_time own, children;
    proc_times(current_proc(), &own, &children);
    struct tms tms = { clock_ticks(own.user), clock_ticks(own.kernel), clock_ticks(children.user),
                       clock_ticks(children.kernel) };
    if (arg[0] && copyout(current_proc()->aspace, arg[0], &tms, sizeof tms))
        return -EFAULT;
    return (int64)(clock_ns() / NS_PER_CS);
}
