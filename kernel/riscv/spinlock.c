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

static void wait_until_free(struct spinlock *lock)
{
    while (__atomic_load_n(&lock->locked, __ATOMIC_RELAXED)) {
        if (panicking)
            panic_halt();
        cpu_relax();
    }
}

void spin_lock(struct spinlock *lock)
{
    enter(intr_save());
    lockcheck_take(&this_hart()->locks, lock, lock->rank, lock->name, true);
    while (__atomic_exchange_n(&lock->locked, 1, __ATOMIC_ACQUIRE))
        wait_until_free(lock);
    lock->hart = (int16)this_hart()->index;
}

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

void spin_unlock(struct spinlock *lock)
{
    if (!spin_held(lock))
        panic("spin_unlock: %s is not held here", lock->name);
    lockcheck_drop(&this_hart()->locks, lock);
    lock->hart = -1;
    __atomic_store_n(&lock->locked, 0, __ATOMIC_RELEASE);
    leave();
}

bool spin_held(const struct spinlock *lock)
{
    return lock->locked && lock->hart == this_hart()->index;
}
