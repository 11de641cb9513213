// Time.
#pragma once

#include "types.h"

// Nanoseconds since boot; monotonic and the same on every hart.
uint64 clock_ns(void);
// Seconds and nanoseconds of the day (Unix time), from the real-time clock where there is one,
// else counted from 0 at boot.
void clock_realtime(uint64 *sec, uint32 *nsec);

// Says what time it is; dev/rtc does, once at boot.
void clock_set_realtime(uint64 unix_ns);

#define SLEEP_LONGEST_NS (1UL << 62) // more is no time

// Sleeps for at least ns nanoseconds.  => 0, or -EINTR if a signal came first.
int sleep_ns(uint64 ns);
// The same, but only the end of the process comes first.
int sleep_killable_ns(uint64 ns);
// The same without a rest (task/rest.h).
int sleep_busy_ns(uint64 ns);
