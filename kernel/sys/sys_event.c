// System calls that make and use files which are waited for: eventfd2, timerfd_*, epoll_*.

#include "abi.h"
#include "errno.h"
#include "fcntl.h"
#include "proc/epoll.h"
#include "proc/eventfd.h"
#include "proc/lwp.h"
#include "proc/proc.h"
#include "proc/timerfd.h"
#include "sys/dispatch.h"
#include "sys/mask.h"
#include "sys/user_time.h"
#include "task/clock.h"
#include "task/waitq.h"
#include "vm/usercopy.h"

#define NS_PER_S 1000000000UL

static struct aspace *memory(void)
{
    return current_proc()->aspace;
}

// Gives a new file a descriptor; the flags are O_CLOEXEC and O_NONBLOCK.
static int64 install(struct file *f, uint64 flags)
{
    f->flags |= flags & O_NONBLOCK;
    return files_install(current_files(), f, 0, flags & O_CLOEXEC);
}

int64 sys_eventfd2(const uint64 *arg) // count, flags
{
    struct file *f;
    if (arg[1] & ~(uint64)(EFD_SEMAPHORE | EFD_CLOEXEC | EFD_NONBLOCK))
        return -EINVAL;
    int err = eventfd_new((uint32)arg[0], arg[1] & EFD_SEMAPHORE, &f);
    return err ? err : install(f, arg[1]);
}

// --- timers -----------------------------------------------------------------------------------

int64 sys_timerfd_create(const uint64 *arg) // clock, flags
{
    struct file *f;
    if (arg[1] & ~(uint64)(TFD_CLOEXEC | TFD_NONBLOCK))
        return -EINVAL;
    if (arg[0] != CLOCK_REALTIME && arg[0] != CLOCK_MONOTONIC)
        return -EINVAL;
    int err = timerfd_new(arg[0] == CLOCK_REALTIME, &f);
    return err ? err : install(f, arg[1]);
}

// A time of day as one of clock_ns(); what is before the boot is past.
static uint64 from_realtime(uint64 ns)
{
    uint64 sec, now = clock_ns();
    uint32 nsec;
    clock_realtime(&sec, &nsec);
    uint64 boot = sec * NS_PER_S + nsec - now;
    return ns > boot ? ns - boot : 1;
}

// => 0; -EFAULT, -EINVAL
static int get_setting(struct file *f, uint64 uaddr, bool absolute, struct timerfd_setting *out)
{
    uint64 value;
    int err = user_time(uaddr + offsetof(struct itimerspec, it_interval), &out->interval);
    if (!err)
        err = user_time(uaddr + offsetof(struct itimerspec, it_value), &value);
    if (err)
        return err;
    if (value == 0)
        out->next = 0;
    else if (!absolute)
        out->next = clock_ns() + value;
    else
        out->next = timerfd_is_realtime(f) ? from_realtime(value) : value;
    return 0;
}

static int put_setting(uint64 uaddr, const struct timerfd_setting *setting)
{
    struct itimerspec out = {
        .it_interval = { (int64)(setting->interval / NS_PER_S),
                         (int64)(setting->interval % NS_PER_S) },
        .it_value = { (int64)(setting->next / NS_PER_S), (int64)(setting->next % NS_PER_S) },
    };
    return copyout(memory(), uaddr, &out, sizeof out);
}

static int64 settime(struct file *f, const uint64 *arg)
{
    struct timerfd_setting setting, old;
    int err = get_setting(f, arg[2], arg[1] & TFD_TIMER_ABSTIME, &setting);
    if (!err)
        err = timerfd_set(f, &setting, &old);
    if (!err && arg[3])
        err = put_setting(arg[3], &old);
    return err;
}

int64 sys_timerfd_settime(const uint64 *arg) // fd, flags, itimerspec *, old itimerspec *
{
    if (arg[1] & ~(uint64)(TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET))
        return -EINVAL;
    struct file_use use = files_use(current_files(), (int)arg[0]);
    int64 result = use.file ? settime(use.file, arg) : -EBADF;
    file_use_end(use);
    return result;
}

int64 sys_timerfd_gettime(const uint64 *arg) // fd, itimerspec *
{
    struct timerfd_setting now;
    struct file_use use = files_use(current_files(), (int)arg[0]);
    int64 result = use.file ? timerfd_get(use.file, &now) : -EBADF;
    file_use_end(use);
    return result ? result : put_setting(arg[1], &now);
}

// --- epoll ------------------------------------------------------------------------------------

int64 sys_epoll_create1(const uint64 *arg) // flags
{
    struct file *f;
    if (arg[0] & ~(uint64)EPOLL_CLOEXEC)
        return -EINVAL;
    int err = epoll_new(&f);
    return err ? err : install(f, arg[0]);
}

int64 sys_epoll_ctl(const uint64 *arg) // epoll, what, fd, event *
{
    struct epoll_event event = { 0 };
    if (arg[1] != EPOLL_CTL_DEL && copyin(memory(), &event, arg[3], sizeof event))
        return -EFAULT;
    struct file *epoll = files_get(current_files(), (int)arg[0]);
    struct file *f = files_get(current_files(), (int)arg[2]);
    int err = -EBADF;
    if (epoll && f)
        err = epoll_control(epoll, (int)arg[1], f, (int)arg[2], &event);
    if (f)
        file_put(f);
    if (epoll)
        file_put(epoll);
    return err;
}

// ms: -1 for ever
static uint64 limit_of(int ms)
{
    return ms < 0 ? WAIT_FOREVER : clock_ns() + (uint64)ms * 1000000;
}

int64 sys_epoll_pwait(const uint64 *arg) // epoll, event *, max, ms, mask, its size
{
    struct epoll_event events[EPOLL_BATCH];
    int max = (int)arg[2];
    if (max <= 0)
        return -EINVAL;
    struct file *epoll = files_get(current_files(), (int)arg[0]);
    if (!epoll)
        return -EBADF;
    int n = mask_begin(arg[4], arg[5]);
    if (n == 0) {
        n = epoll_wait(epoll, events, max, limit_of((int)arg[3]));
        mask_end(n);
    }
    file_put(epoll);
    if (n > 0 && copyout(memory(), arg[1], events, (size_t)n * sizeof events[0]))
        return -EFAULT;
    return n;
}
