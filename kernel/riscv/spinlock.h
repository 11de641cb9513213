// Spinlocks.  A hart that holds one has interrupts off, so that an interrupt handler can never
// spin on a lock its own hart holds.
#pragma once

#include "types.h"
#include "riscv/lockorder.h"

struct spinlock {
    uint32 locked; // 0 or 1, by atomic instructions only
    uint16 rank;   // enum lock_rank
    int16 hart;    // who holds it, or held it last
    const char *name;
};

#define SPINLOCK_INIT(lock_name, lock_rank)                                                        \
    {                                                                                              \
        .locked = 0, .rank = (lock_rank), .hart = -1, .name = (lock_name)                          \
    }

static inline void spin_init(struct spinlock *lock, const char *name, enum lock_rank rank)
{
    *lock = (struct spinlock)SPINLOCK_INIT(name, rank);
}

// => false at once if somebody holds it.
bool spin_trylock(struct spinlock *lock);

// => true if this hart holds it.
bool spin_held(const struct spinlock *lock);

// The contended half of spin_lock(), and the end of a spin_unlock() of a lock that is not held.
void spin_lock_wait(struct spinlock *lock);
_Noreturn void spin_lock_not_held(const struct spinlock *lock);

// spin_lock: => interrupts are off until the matching spin_unlock() of the outermost lock.
// Debug builds check the lock order in it; others have the uncontended case inline.
#if defined(DEBUG) || defined(KINE_HOST)
void spin_lock(struct spinlock *lock);
void spin_unlock(struct spinlock *lock);
#else
#include "riscv/spinlock_fast.h"
#endif
