// Sleeping locks (task/mutex.h).
//
// `owner` holds the owner's address, with bit 0 set while somebody may be waiting.  Lock and
// unlock are one compare-and-swap each as long as nobody waits.  A waiter sets the bit under the
// queue's lock before it sleeps; an unlock that finds the bit takes that lock and wakes one, which
// tries again: whoever is faster gets it.  Handing over makes the sleeper the owner instead.

#include "task/mutex.h"
#include "lib/panic.h"
#include "riscv/hart.h"
#include "riscv/longest.h"
#include "task/rest.h"
#include "task/waitq_priv.h"

#define CONTENDED 1UL

void mutex_init(struct mutex *m, const char *name, enum lock_rank rank)
{
    m->owner = 0;
    m->rank = (uint16)rank;
    m->name = name;
    waitq_init(&m->waiters, name);
}

static bool swap_owner(struct mutex *m, uint64 from, uint64 to)
{
    return __atomic_compare_exchange_n(&m->owner, &from, to, false, __ATOMIC_ACQ_REL,
                                       __ATOMIC_RELAXED);
}

// => wq->lock held.  Takes the mutex if it is free or has been handed to us, else says that
//    somebody waits.
static bool take_or_mark(struct mutex *m, uint64 self)
{
    for (;;) {
        uint64 owner = __atomic_load_n(&m->owner, __ATOMIC_RELAXED);
        if ((owner & ~CONTENDED) == self)
            return true; // stored with wq->lock held: what came before it is seen
        uint64 mark = list_empty(&m->waiters.waiters) ? 0 : CONTENDED;
        if (owner == 0 && swap_owner(m, 0, self | mark))
            return true;
        if (owner != 0 && ((owner & CONTENDED) || swap_owner(m, owner, owner | CONTENDED)))
            return false;
    }
}

void mutex_lock_wait(struct mutex *m)
{
    struct waitq *wq = &m->waiters;
    if (this_hart()->spin_depth)
        panic("mutex %s is taken while a spinlock is held", m->name);
    if (mutex_held(m))
        panic("mutex %s is taken twice", m->name);
    bool turn = RANK_IS_TURN(m->rank);
    if (turn && rest_is_held())
        panic("mutex %s is waited for with the system at rest", m->name);
    struct waiter w = { .thread = current_thread() };
    spin_lock(&wq->lock);
    while (!take_or_mark(m, (uint64)w.thread)) {
        waitq_enter(wq, &w, SLEEP_DEEP);
        spin_unlock(&wq->lock);
        schedule_as(turn);
        spin_lock(&wq->lock);
    }
    spin_unlock(&wq->lock);
}

void mutex_unlock_wake(struct mutex *m)
{
    if (!mutex_held(m))
        panic("mutex_unlock: %s is not held", m->name);
    spin_lock(&m->waiters.lock);
    __atomic_store_n(&m->owner, 0, __ATOMIC_RELEASE);
    waitq_wake_locked(&m->waiters);
    spin_unlock(&m->waiters.lock);
}

void mutex_hand_over(struct mutex *m)
{
    struct waitq *wq = &m->waiters;
    if (!mutex_held(m))
        panic("mutex_hand_over: %s is not held", m->name);
    lockcheck_drop(&current_thread()->locks, m, LONGEST_HERE);
    spin_lock(&wq->lock);
    uint64 heir = 0;
    if (!list_empty(&wq->waiters))
        heir = (uint64)container_of(wq->waiters.next, struct waiter, link)->thread | CONTENDED;
    __atomic_store_n(&m->owner, heir, __ATOMIC_RELEASE);
    waitq_wake_locked(wq);
    spin_unlock(&wq->lock);
}

#ifdef DEBUG
void mutex_lock(struct mutex *m)
{
    struct thread *t = current_thread();
    if (this_hart()->spin_depth)
        panic("mutex %s is taken while a spinlock is held", m->name);
    lockcheck_take(&t->locks, m, m->rank, m->name, true);
    if (!swap_owner(m, 0, (uint64)t))
        mutex_lock_wait(m);
    lockcheck_had(&t->locks, LONGEST_HERE);
}

void mutex_unlock(struct mutex *m)
{
    lockcheck_drop(&current_thread()->locks, m, LONGEST_HERE);
    if (!swap_owner(m, (uint64)current_thread(), 0))
        mutex_unlock_wake(m);
}
#endif

bool mutex_trylock(struct mutex *m)
{
    struct thread *t = current_thread();
    if (!swap_owner(m, 0, (uint64)t))
        return false;
    lockcheck_take(&t->locks, m, m->rank, m->name, false);
    lockcheck_had(&t->locks, LONGEST_HERE);
    return true;
}

bool mutex_held(const struct mutex *m)
{
    return (__atomic_load_n(&m->owner, __ATOMIC_RELAXED) & ~CONTENDED) == (uint64)current_thread();
}
