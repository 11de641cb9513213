// The uncontended way through a spinlock, inline.  Included by spinlock.h only.
#pragma once

#include "riscv/csr.h"
#include "riscv/hart.h"

static inline void spin_lock(struct spinlock *lock)
{
    struct hart *h = this_hart();
    if (h->spin_depth == 0) // else interrupts are off
        h->intr_before = csr_read_clear(sstatus, SSTATUS_SIE) & SSTATUS_SIE;
    h->spin_depth++;
    if (__builtin_expect(__atomic_exchange_n(&lock->locked, 1, __ATOMIC_ACQUIRE), 0))
        spin_lock_wait(lock);
    lock->hart = (int16)h->index;
}

static inline void spin_unlock(struct spinlock *lock)
{
    struct hart *h = this_hart();
    if (__builtin_expect(lock->hart != h->index, 0))
        spin_lock_not_held(lock);
    __atomic_store_n(&lock->locked, 0, __ATOMIC_RELEASE);
    if (--h->spin_depth == 0 && h->intr_before)
        csr_set(sstatus, SSTATUS_SIE);
}
