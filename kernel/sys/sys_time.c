// System calls on time.

#include "abi.h"
#include "errno.h"
#include "proc/proc.h"
#include "riscv/timer.h"
#include "sys/dispatch.h"
#include "sys/user_time.h"
#include "task/clock.h"
#include "task/sched.h"
#include "vm/usercopy.h"

#define NS_PER_S  1000000000L
#define NS_PER_CS 10000000UL // a clock tick of times(): 1/100 s

static uint64 left_until(uint64 until)
{
    uint64 now = clock_ns();
    return until > now ? until - now : 0;
}

// Sleeps until a time; if a signal comes first, says what is left.
static int64 sleep_rest(uint64 until, uint64 remaining)
{
    if (sleep_ns(left_until(until)) == 0)
        return 0;
    uint64 left = left_until(until);
    struct timespec ts = { (int64)(left / NS_PER_S), (int64)(left % NS_PER_S) };
    if (remaining && copyout(current_proc()->aspace, remaining, &ts, sizeof ts))
        return -EFAULT;
    current_lwp()->rest = (struct sleep_rest){ until, remaining };
    return -ERESTART_REST;
}

int64 sys_nanosleep(const uint64 *arg) // const timespec *, timespec *remaining
{
    struct timespec ts;
    struct aspace *as = current_proc()->aspace;
    if (copyin(as, &ts, arg[0], sizeof ts))
        return -EFAULT;
    if (!user_time_valid(ts.tv_sec, ts.tv_nsec))
        return -EINVAL;
    return sleep_rest(clock_ns() + user_ns(ts.tv_sec, ts.tv_nsec), arg[1]);
}

// What a sleep that was cut short by a signal without a handler goes on with (sys/deliver.c).
int64 sys_restart_syscall(const uint64 *arg)
{
    struct sleep_rest rest = current_lwp()->rest;
    return rest.until ? sleep_rest(rest.until, rest.remaining) : -EINTR;
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
