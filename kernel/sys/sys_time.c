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

static uint64 spent_ns(void)
{
    const struct cpu_time *spent = &current_thread()->spent;
    sched_charge();
    return time_to_ns(spent->user + spent->kernel);
}

// => 0, -EINVAL: there is no such clock.  A process's own is one with its threads' only where it has
//    but one.
static int read_clock(uint64 clock, struct timespec *out)
{
    uint64 ns = clock_ns(), sec;
    uint32 nsec;
    switch (clock) {
    case CLOCK_REALTIME:
    case CLOCK_REALTIME_COARSE:
        clock_realtime(&sec, &nsec);
        *out = (struct timespec){ (int64)sec, nsec };
        return 0;
    case CLOCK_THREAD_CPUTIME_ID:
    case CLOCK_PROCESS_CPUTIME_ID: ns = spent_ns(); break;
    case CLOCK_MONOTONIC:
    case CLOCK_MONOTONIC_RAW:
    case CLOCK_MONOTONIC_COARSE:
    case CLOCK_BOOTTIME: break;
    default: return -EINVAL;
    }
    *out = (struct timespec){ (int64)(ns / NS_PER_S), (int64)(ns % NS_PER_S) };
    return 0;
}

int64 sys_clock_gettime(const uint64 *arg) // clock, timespec *
{
    struct timespec ts;
    int err = read_clock(arg[0], &ts);
    if (err)
        return err;
    return copyout(current_proc()->aspace, arg[1], &ts, sizeof ts) ? -EFAULT : 0;
}

int64 sys_clock_getres(const uint64 *arg) // clock, timespec *
{
    struct timespec ts;
    int err = read_clock(arg[0], &ts);
    if (err || !arg[1])
        return err;
    ts = (struct timespec){ 0, (int64)time_to_ns(1) };
    return copyout(current_proc()->aspace, arg[1], &ts, sizeof ts) ? -EFAULT : 0;
}

int64 sys_gettimeofday(const uint64 *arg) // timeval *, timezone *: none is kept
{
    static const uint32 zone[2];
    struct timespec ts;
    read_clock(CLOCK_REALTIME, &ts);
    struct timeval tv = { ts.tv_sec, ts.tv_nsec / 1000 };
    struct aspace *as = current_proc()->aspace;
    if ((arg[0] && copyout(as, arg[0], &tv, sizeof tv)) ||
        (arg[1] && copyout(as, arg[1], zone, sizeof zone)))
        return -EFAULT;
    return 0;
}

int64 sys_clock_nanosleep(const uint64 *arg) // clock, flags, const timespec *, timespec *remaining
{
    struct timespec ts, now;
    if (arg[0] != CLOCK_REALTIME && arg[0] != CLOCK_MONOTONIC && arg[0] != CLOCK_BOOTTIME)
        return read_clock(arg[0], &now) ? -EINVAL : -EOPNOTSUPP;
    if (copyin(current_proc()->aspace, &ts, arg[2], sizeof ts))
        return -EFAULT;
    if (!user_time_valid(ts.tv_sec, ts.tv_nsec))
        return -EINVAL;
    uint64 ns = user_ns(ts.tv_sec, ts.tv_nsec);
    if (!(arg[1] & TIMER_ABSTIME))
        return sleep_rest(clock_ns() + ns, arg[3]);
    read_clock(arg[0], &now);
    uint64 passed = user_ns(now.tv_sec, now.tv_nsec);
    return ns > passed ? sleep_ns(ns - passed) : 0;
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
