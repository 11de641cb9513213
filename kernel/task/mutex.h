// Sleeping locks, for whatever may be held across a disk access.
#pragma once

#include "types.h"
#include "task/waitq.h"

struct mutex {
    uint64 owner; // the owning thread's address, 0 if free; atomic (mutex.c)
    uint16 rank;  // enum lock_rank
    struct waitq waiters;
    const char *name;
};

void mutex_init(struct mutex *m, const char *name, enum lock_rank rank);
bool mutex_trylock(struct mutex *m);
bool mutex_held(const struct mutex *m); // by the current thread

// Releases it to the thread that has waited longest, which owns it at once.  For whoever is about to
// take it again, and would be faster than any that has to wake up first.
void mutex_hand_over(struct mutex *m);

// The contended halves: somebody has it; somebody may be waiting.
void mutex_lock_wait(struct mutex *m);
void mutex_unlock_wake(struct mutex *m);

// mutex_lock: => may sleep: no spinlock is held.
// Debug builds check the lock order in it; others have the uncontended case inline.
#if defined(DEBUG) || defined(KINE_HOST)
void mutex_lock(struct mutex *m);
void mutex_unlock(struct mutex *m);
#else
#include "task/mutex_fast.h"
#endif
