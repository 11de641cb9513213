#include "riscv/spinlock.h"
#include "lib/panic.h"
#include "riscv/csr.h"
#include "riscv/hart.h"
#include "riscv/longest.h"
#include "riscv/panicking.h"

// Interrupts go off with the first lock and come back with the last.
static inline void enter(uint64 place)
{
    bool was_on = csr_read_clear(sstatus, SSTATUS_SIE) & SSTATUS_SIE;
    struct hart *h = this_hart();
    longest_off(place);
    if (h->spin_depth++ == 0)
        h->intr_before = was_on;
}

static inline void leave(uint64 place)
{
    struct hart *h = this_hart();
    if (--h->spin_depth || !h->intr_before)
        return;
    longest_on(place);
    csr_set(sstatus, SSTATUS_SIE);
}

// Reads until the lock looks free, and only then tries to take it.  A hart that waits for one that
// has panicked stops.
void spin_lock_wait(struct spinlock *lock)
{
    do {
        while (__atomic_load_n(&lock->locked, __ATOMIC_RELAXED)) {
            if (panicking)
                panic_halt();
            cpu_relax();
        }
    } while (__atomic_exchange_n(&lock->locked, 1, __ATOMIC_ACQUIRE));
}

void spin_lock_not_held(const struct spinlock *lock)
{
    panic("spin_unlock: %s is not held here", lock->name);
}

#ifdef DEBUG
void spin_lock(struct spinlock *lock)
{
    enter(LONGEST_HERE);
    lockcheck_take(&this_hart()->locks, lock, lock->rank, lock->name, true);
    if (__atomic_exchange_n(&lock->locked, 1, __ATOMIC_ACQUIRE))
        spin_lock_wait(lock);
    lock->hart = (int16)this_hart()->index;
    lockcheck_had(&this_hart()->locks, LONGEST_HERE);
}

void spin_unlock(struct spinlock *lock)
{
    if (!spin_held(lock))
        spin_lock_not_held(lock);
    lockcheck_drop(&this_hart()->locks, lock, LONGEST_HERE);
    __atomic_store_n(&lock->locked, 0, __ATOMIC_RELEASE);
    leave(LONGEST_HERE);
}
#endif

bool spin_trylock(struct spinlock *lock)
{
    enter(LONGEST_HERE);
    if (__atomic_exchange_n(&lock->locked, 1, __ATOMIC_ACQUIRE)) {
        leave(LONGEST_HERE);
        return false;
    }
    lockcheck_take(&this_hart()->locks, lock, lock->rank, lock->name, false);
    lockcheck_had(&this_hart()->locks, LONGEST_HERE);
    lock->hart = (int16)this_hart()->index;
    return true;
}

bool spin_held(const struct spinlock *lock)
{
    return lock->locked && lock->hart == this_hart()->index;
}
