// The lock-order checker of debug builds: remembers what this hart (spinlocks) and this thread
// (mutexes) hold, and panics when a lock is taken against the order of lockorder.h.
#pragma once

#include "types.h"
#include "riscv/lockorder.h"
#include "riscv/longest.h"

#define LOCKS_HELD 16

struct locks_held { // empty but in debug builds
#ifdef DEBUG
    int n;
    struct {
        const void *lock;
        enum lock_rank rank;
        const char *name;
        struct longest_hold hold;
    } lock[LOCKS_HELD];
#endif
};

#ifdef DEBUG
// `ordered`: false for a trylock, which cannot dead-lock.
void lockcheck_take(struct locks_held *held, const void *lock, enum lock_rank rank,
                    const char *name, bool ordered);
// The lock that was taken last is had.  place: who took it
void lockcheck_had(struct locks_held *held, uint64 place);
void lockcheck_drop(struct locks_held *held, const void *lock, uint64 place);
// Nothing but turns may be held.
void lockcheck_rest(const struct locks_held *held);
#else
static inline void lockcheck_take(struct locks_held *held, const void *lock, enum lock_rank rank,
                                  const char *name, bool ordered)
{
}
static inline void lockcheck_had(struct locks_held *held, uint64 place)
{
}
static inline void lockcheck_drop(struct locks_held *held, const void *lock, uint64 place)
{
}
static inline void lockcheck_rest(const struct locks_held *held)
{
}
#endif
