// The uncontended way through a mutex, inline.  Included by mutex.h only.
#pragma once

#include "task/thread.h"

static inline void mutex_lock(struct mutex *m)
{
    uint64 none = 0;
    if (!__atomic_compare_exchange_n(&m->owner, &none, (uint64)current_thread(), false,
                                     __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
        mutex_lock_wait(m);
}

static inline void mutex_unlock(struct mutex *m)
{
    uint64 self = (uint64)current_thread();
    if (!__atomic_compare_exchange_n(&m->owner, &self, 0, false, __ATOMIC_RELEASE,
                                     __ATOMIC_RELAXED))
        mutex_unlock_wake(m);
}
