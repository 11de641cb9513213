// Signals that wait to be taken: of a process, or of one of its threads.
//
// Of a standard signal one waits at the most; of the others (SIGRTMIN and above) each, in the order
// in which they came.  A standard signal for which there is no memory waits without what it says:
// SIGKILL needs none.  The tree lock is held wherever this is used.
#pragma once

#include "signals.h"
#include "types.h"

#define PENDING_MOST 1024 // of one process or thread, beyond the standard ones

struct posted;

struct pending {                    // zeros: nothing waits
    uint64 set;                     // signals of which one at least waits
    struct posted *oldest, *newest; // the queue
    uint32 n;                       // in the queue
};

// => 0; -EAGAIN: too many wait, or there is no memory for it, and it is not one that may be merged
int pending_add(struct pending *p, const struct siginfo *info);
// Counts a timer's signal in one that waits already.  => false: none does
bool pending_count_timer(struct pending *p, const struct siginfo *info);
// Takes the first signal of the set `wanted`, and says what it is.  Signals that a fault has caused
// come first, then the lowest number.  => 0 if none waits
int pending_take(struct pending *p, uint64 wanted, struct siginfo *info);
// What waits in `from` waits in the empty `to`.
void pending_move(struct pending *to, struct pending *from);
// Forgets the signals of a set; all of them at the end.
void pending_drop_some(struct pending *p, uint64 set);
static inline void pending_drop(struct pending *p, uint64 set)
{
    if (p->set & set)
        pending_drop_some(p, set);
}
