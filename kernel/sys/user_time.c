#include "sys/user_time.h"
#include "abi.h"
#include "errno.h"
#include "proc/proc.h"
#include "task/clock.h"
#include "task/waitq.h"
#include "vm/usercopy.h"

#define NS_PER_S 1000000000L

uint64 user_ns(int64 sec, int64 nsec)
{
    if (sec >= (int64)SLEEP_LONGEST_NS / NS_PER_S)
        return SLEEP_LONGEST_NS;
    return (uint64)(sec * NS_PER_S + nsec);
}

int user_time(uint64 from, uint64 *ns)
{
    struct timespec ts;
    if (copyin(current_proc()->aspace, &ts, from, sizeof ts))
        return -EFAULT;
    if (!user_time_valid(ts.tv_sec, ts.tv_nsec))
        return -EINVAL;
    *ns = user_ns(ts.tv_sec, ts.tv_nsec);
    return 0;
}

int user_time_from_now(uint64 from, uint64 *until)
{
    uint64 ns;
    int err = user_time(from, &ns);
    if (!err)
        *until = clock_ns() + ns;
    return err;
}

int user_time_limit(uint64 from, uint64 *until)
{
    *until = WAIT_FOREVER;
    return from ? user_time_from_now(from, until) : 0;
}

void user_time_left(uint64 to, uint64 until)
{
    if (to == 0)
        return;
    uint64 now = clock_ns(), left = now < until ? until - now : 0;
    struct timespec ts = { (int64)(left / NS_PER_S), (int64)(left % NS_PER_S) };
    copyout(current_proc()->aspace, to, &ts, sizeof ts);
}
