// The pieces of sleep and wakeup, for the other files of this layer.
#pragma once

#include "task/thread.h"
#include "task/waitq.h"

// Puts the current thread on the queue as a sleeper, by `w`; schedule() must follow.  => wq->lock
// held.
// => false if it must not sleep: what ends a sleep of this depth is there already.
bool waitq_enter(struct waitq *wq, struct waiter *w, enum sleep_depth depth);
// wake_one() with wq->lock held.
void waitq_wake_locked(struct waitq *wq);
