// Lengths and counts of the user's.
#pragma once

#include "errno.h"
#include "types.h"

// A number of bytes or of things is a signed number, whatever type the user's library gives it: -1
// is a mistake, not everything.  Every call that takes one asks here, before it does anything.
// => 0, and *out, no more than `most`; -EINVAL: it is negative
static inline int user_count(uint64 arg, size_t most, size_t *out)
{
    if ((int64)arg < 0)
        return -EINVAL;
    *out = arg < most ? arg : most;
    return 0;
}
