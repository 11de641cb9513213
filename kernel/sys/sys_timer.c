// System calls on timers that signal.

#include "abi.h"
#include "errno.h"
#include "proc/alarm.h"
#include "proc/proc.h"
#include "sys/dispatch.h"
#include "sys/user_time.h"
#include "task/clock.h"
#include "vm/usercopy.h"

#define NS_PER_S  1000000000UL
#define NS_PER_US 1000UL
#define US_PER_S  1000000L

static int fetch(void *to, uint64 from, size_t n)
{
    return copyin(current_proc()->aspace, to, from, n) ? -EFAULT : 0;
}

static int put(uint64 to, const void *from, size_t n)
{
    return copyout(current_proc()->aspace, to, from, n) ? -EFAULT : 0;
}

// --- setitimer --------------------------------------------------------------------------------

static bool is_time(int64 sec, int64 us)
{
    return sec >= 0 && us >= 0 && us < US_PER_S;
}

static uint64 ns_of(int64 sec, int64 us)
{
    return user_ns(sec, us * (int64)NS_PER_US);
}

static int put_itimer(uint64 to, struct alarm_time t)
{
    struct itimerval v = {
        { (int64)(t.interval / NS_PER_S), (int64)(t.interval % NS_PER_S / NS_PER_US) },
        { (int64)(t.left / NS_PER_S), (int64)(t.left % NS_PER_S / NS_PER_US) },
    };
    if (t.left && !v.it_value.tv_sec && !v.it_value.tv_usec)
        v.it_value.tv_usec = 1; // 0 would say that it is not set
    return put(to, &v, sizeof v);
}

int64 sys_getitimer(const uint64 *arg) // which, itimerval *
{
    if (arg[0] > ITIMER_PROF)
        return -EINVAL;
    return put_itimer(arg[1], itimer_get((int)arg[0]));
}

int64 sys_setitimer(const uint64 *arg) // which, new *, old *
{
    struct itimerval v = { 0 };
    if (arg[0] > ITIMER_PROF)
        return -EINVAL;
    if (arg[1] && fetch(&v, arg[1], sizeof v))
        return -EFAULT;
    if (!is_time(v.it_value.tv_sec, v.it_value.tv_usec) ||
        !is_time(v.it_interval.tv_sec, v.it_interval.tv_usec))
        return -EINVAL;
    struct alarm_time t = { ns_of(v.it_value.tv_sec, v.it_value.tv_usec),
                            ns_of(v.it_interval.tv_sec, v.it_interval.tv_usec) };
    struct alarm_time old;
    int err = itimer_set((int)arg[0], t, &old);
    return err || !arg[2] ? err : put_itimer(arg[2], old);
}

// --- timer_create -----------------------------------------------------------------------------

static bool is_clock(uint64 clock)
{
    return clock == CLOCK_REALTIME || clock == CLOCK_MONOTONIC || clock == CLOCK_BOOTTIME;
}

static bool is_event(const struct sigevent *e)
{
    if (e->sigev_notify == SIGEV_NONE)
        return true;
    bool known = e->sigev_notify == SIGEV_SIGNAL || e->sigev_notify == SIGEV_THREAD_ID;
    return known && e->sigev_signo >= 1 && e->sigev_signo <= NSIG;
}

int64 sys_timer_create(const uint64 *arg) // clock, sigevent *, int *id
{
    struct sigevent event;
    if (!is_clock(arg[0]))
        return -EINVAL;
    if (arg[1] && fetch(&event, arg[1], sizeof event))
        return -EFAULT;
    if (arg[1] && !is_event(&event))
        return -EINVAL;
    int id = ptimer_new(arg[1] ? &event : NULL, arg[0] == CLOCK_REALTIME);
    if (id < 0)
        return id;
    int err = put(arg[2], &id, sizeof id);
    if (err)
        ptimer_delete(id);
    return err;
}

static int put_timer(uint64 to, struct alarm_time t)
{
    struct itimerspec v = { { (int64)(t.interval / NS_PER_S), (int64)(t.interval % NS_PER_S) },
                            { (int64)(t.left / NS_PER_S), (int64)(t.left % NS_PER_S) } };
    return put(to, &v, sizeof v);
}

int64 sys_timer_settime(const uint64 *arg) // id, flags, new *, old *
{
    struct itimerspec v;
    struct alarm_time old;
    if (fetch(&v, arg[2], sizeof v))
        return -EFAULT;
    if (!user_time_valid(v.it_value.tv_sec, v.it_value.tv_nsec) ||
        !user_time_valid(v.it_interval.tv_sec, v.it_interval.tv_nsec) ||
        arg[1] & ~(uint64)TIMER_ABSTIME)
        return -EINVAL;
    uint64 value = user_ns(v.it_value.tv_sec, v.it_value.tv_nsec);
    uint64 interval = user_ns(v.it_interval.tv_sec, v.it_interval.tv_nsec);
    int err = ptimer_set((int)arg[0], value, interval, arg[1] & TIMER_ABSTIME, &old);
    return err || !arg[3] ? err : put_timer(arg[3], old);
}

int64 sys_timer_gettime(const uint64 *arg) // id, itimerspec *
{
    struct alarm_time t;
    int err = ptimer_get((int)arg[0], &t);
    return err ? err : put_timer(arg[1], t);
}

int64 sys_timer_getoverrun(const uint64 *arg) // id
{
    return ptimer_overrun((int)arg[0]);
}

int64 sys_timer_delete(const uint64 *arg) // id
{
    return ptimer_delete((int)arg[0]);
}
