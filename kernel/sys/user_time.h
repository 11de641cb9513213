// Times that programs give.
#pragma once

#include "types.h"

static inline bool user_time_valid(int64 sec, int64 nsec)
{
    return sec >= 0 && nsec >= 0 && nsec < 1000000000;
}

// => nanoseconds, of a valid time; one that is too far away is the last that there is
uint64 user_ns(int64 sec, int64 nsec);
// Reads a struct timespec: so long from this moment.  => ns since boot; 0, -EFAULT, -EINVAL
int user_time_from_now(uint64 from, uint64 *until);
