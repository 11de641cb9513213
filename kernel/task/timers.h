// Timers: each hart has a list of what it is to wake, by time.
#pragma once

#include "types.h"
#include "lib/list.h"
#include "task/thread.h"

struct waiter;

struct timer {
    struct list link; // by the hart's timer lock
    uint64 when;      // time-base ticks
    struct thread *thread;
};

// Wakes the threads whose time has come on this hart.  => when the next is due (TIMER_NEVER if
// none).
uint64 timers_run(uint64 now);
// Sleeps until `when`, what ends a sleep of this depth, or until w (or NULL) fires; not at all if
// that is so already.
void timers_sleep(uint64 when, enum sleep_depth depth, bool rests, const struct waiter *w);
// => when this hart's next timer is due.
uint64 timers_next(void);
void timers_init(void);
