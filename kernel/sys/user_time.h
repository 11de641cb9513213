// Times that programs give.
#pragma once

#include "types.h"

static inline bool user_time_valid(int64 sec, int64 nsec)
{
    return sec >= 0 && nsec >= 0 && nsec < 1000000000;
}

// => nanoseconds, of a valid time; one that is too far away is the last that there is
uint64 user_ns(int64 sec, int64 nsec);
// Reads a struct timespec.  => 0, -EFAULT, -EINVAL
int user_time(uint64 from, uint64 *ns);
// The same: so long from this moment.  => ns since boot
int user_time_from_now(uint64 from, uint64 *until);
// The same for the limit of a call that waits; from 0: none, WAIT_FOREVER.
int user_time_limit(uint64 from, uint64 *until);
// Tells how much of that limit is left.  As in Linux, a place that cannot be written is no error.
void user_time_left(uint64 to, uint64 until);
