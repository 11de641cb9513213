#include "sys/user_time.h"
#include "abi.h"
#include "errno.h"
#include "proc/proc.h"
#include "task/clock.h"
#include "vm/usercopy.h"

#define NS_PER_S 1000000000L

uint64 user_ns(int64 sec, int64 nsec)
{
    if (sec >= (int64)SLEEP_LONGEST_NS / NS_PER_S)
        return SLEEP_LONGEST_NS;
    return (uint64)(sec * NS_PER_S + nsec);
}

int user_time_from_now(uint64 from, uint64 *until)
{
    struct timespec ts;
    if (copyin(current_proc()->aspace, &ts, from, sizeof ts))
        return -EFAULT;
    if (!user_time_valid(ts.tv_sec, ts.tv_nsec))
        return -EINVAL;
    *until = clock_ns() + user_ns(ts.tv_sec, ts.tv_nsec);
    return 0;
}
