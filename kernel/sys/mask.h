// The signal mask for the time of one call: ppoll, pselect6, epoll_pwait.
#pragma once

#include "types.h"

// Blocks the set at uaddr (0: goes on with what is blocked) until mask_end(), or until a handler has
// been entered.  => 0, -EINVAL, -EFAULT
int mask_begin(uint64 uaddr, uint64 size);
// The call's result is known.  What a signal has ended (-EINTR) leaves the mask to its delivery.
void mask_end(int64 result);
