#include "riscv/spinlock.h"
#include "lib/panic.h"
#include "riscv/csr.h"
#include "riscv/hart.h"
#include "riscv/intr.h"
#include "riscv/panicking.h"

void spin_init(struct spinlock *lock, const char *name, enum lock_rank rank)
{
    *lock = (struct spinlock)SPINLOCK_INIT(name, rank);
}

// Interrupts go off with the first lock and come back with the last.
static void enter(bool was_on)
{
    struct hart *h = this_hart();
    if (h->spin_depth++ == 0)
        h->intr_before = was_on;
}

static void leave(void)
{
    struct hart *h = this_hart();
    if (--h->spin_depth == 0 && h->intr_before)
        intr_on();
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
    enter(intr_save());
    lockcheck_take(&this_hart()->locks, lock, lock->rank, lock->name, true);
    if (__atomic_exchange_n(&lock->locked, 1, __ATOMIC_ACQUIRE))
        spin_lock_wait(lock);
    lock->hart = (int16)this_hart()->index;
}

void spin_unlock(struct spinlock *lock)
{
    if (!spin_held(lock))
        spin_lock_not_held(lock);
    lockcheck_drop(&this_hart()->locks, lock);
    lock->hart = -1;
    __atomic_store_n(&lock->locked, 0, __ATOMIC_RELEASE);
    leave();
}
#endif

bool spin_trylock(struct spinlock *lock)
{
    enter(intr_save());
    if (__atomic_exchange_n(&lock->locked, 1, __ATOMIC_ACQUIRE)) {
        leave();
        return false;
    }
    lockcheck_take(&this_hart()->locks, lock, lock->rank, lock->name, false);
    lock->hart = (int16)this_hart()->index;
    return true;
}

bool spin_held(const struct spinlock *lock)
{
    return lock->locked && lock->hart == this_hart()->index;
}
