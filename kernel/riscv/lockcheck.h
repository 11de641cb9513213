// The lock-order checker of debug builds: remembers what this hart (spinlocks) and this thread
// (mutexes) hold, and panics when a lock is taken against the order of lockorder.h.
#pragma once

#include "types.h"
#include "riscv/lockorder.h"

#define LOCKS_HELD 16

struct locks_held {
    int n;
    struct {
        const void *lock;
        enum lock_rank rank;
        const char *name;
    } lock[LOCKS_HELD];
};

#ifdef DEBUG
// `ordered`: false for a trylock, which cannot dead-lock.
void lockcheck_take(struct locks_held *held, const void *lock, enum lock_rank rank,
                    const char *name, bool ordered);
void lockcheck_drop(struct locks_held *held, const void *lock);
#else
static inline void lockcheck_take(struct locks_held *held, const void *lock, enum lock_rank rank,
                                  const char *name, bool ordered)
{
}
static inline void lockcheck_drop(struct locks_held *held, const void *lock)
{
}
#endif
