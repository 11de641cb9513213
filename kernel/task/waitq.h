// Sleep and wakeup.
//
// A thread that waits for a condition holds the spinlock that protects it, finds it false, and
// calls wait_on() with that lock.  The lock is released only once the thread stands in the
// queue, so a waker that changes the condition under the same lock cannot be missed.
//
//     spin_lock(&lk);                     spin_lock(&lk);
//     while (!condition)                  condition = true;
//         wait_on(&wq, &lk);              wake_all(&wq);
//     ...                                 spin_unlock(&lk);
//     spin_unlock(&lk);
//
// A wakeup is a hint: the condition is always tested again.
//
// Who stands in a queue is a *waiter*.  A wakeup takes it off the queue and *fires* it, which makes
// its thread ready.  So a thread can wait for several things, and not for longer than a time: it
// enters their queues, looks at each condition, and sleeps only if nothing has fired meanwhile.
//
//     waiter_init(&w, notice);
//     waiter_enter(&w, &wq);              here or from here on a change is told
//     while (!condition)                  looked at under its own lock
//         waiter_sleep_until(&w, limit);
//     waiter_leave(&w, &wq);
//
// A waiter with a `notice` is a *watcher*: it stays in its queue, and each wakeup calls it.  It may
// fire another waiter: one thread sleeps by one waiter, and watches many queues by others.
//
// Whoever wakes a queue on which somebody may wait interruptibly holds lk, as above.  The waker takes
// a thread off the queue and then makes it ready; one that a signal has made ready meanwhile needs
// lk to go on, and so cannot be gone when the waker comes to it.
#pragma once

#include "types.h"
#include "lib/list.h"
#include "riscv/spinlock.h"

struct waitq {
    struct spinlock lock;
    struct list waiters; // struct waiter.link, watchers first; by lock
};

struct waiter {
    struct list link;      // by its queue's lock
    struct thread *thread; // who waits
    // NULL: a wakeup takes it off its queue and fires it.  Else it stays, and this is called at each
    // wakeup, with the queue's lock held.
    void (*notice)(struct waiter *w);
    bool fired; // atomic
};

#define WAITQ_INIT(wq, wq_name)                                                                    \
    {                                                                                              \
        .lock = SPINLOCK_INIT(wq_name, RANK_WAITQ), .waiters = LIST_INIT((wq).waiters)             \
    }

static inline void waitq_init(struct waitq *wq, const char *name)
{
    spin_init(&wq->lock, name, RANK_WAITQ);
    list_init(&wq->waiters);
}
// The same for a queue that is woken by the watchers of others, with those queues' locks held.
static inline void waitq_init_above(struct waitq *wq, const char *name)
{
    spin_init(&wq->lock, name, RANK_WAITQ_ABOVE);
    list_init(&wq->waiters);
}

// Sleeps until woken.  => lk is held on entry and on return.
void wait_on(struct waitq *wq, struct spinlock *lk);

// The same for a service of the kernel that waits for work: it rests there (task/rest.h).
void wait_at_rest(struct waitq *wq, struct spinlock *lk);

// The same, but a signal to the thread ends the sleep too.  It rests there.
// => 0, or -EINTR if a signal is pending (at once, if one was pending already).
int wait_on_interruptible(struct waitq *wq, struct spinlock *lk);
// The same, but only the end of the process ends it.
int wait_on_killable(struct waitq *wq, struct spinlock *lk);

#define WAIT_FOREVER (~0UL)

// The same, but no longer than until `ns` (of clock_ns(), or WAIT_FOREVER).
// => 0, -EINTR, -ETIMEDOUT
int wait_on_until(struct waitq *wq, struct spinlock *lk, uint64 ns);

void wake_all(struct waitq *wq);
void wake_one(struct waitq *wq); // the one that waits longest, and all watchers

// wake_all() for who changes what the queue's waiters look at under a lock, with that lock held: it
// costs only a look if there are none.
static inline void wake_waiting(struct waitq *wq)
{
    if (__atomic_load_n(&wq->waiters.next, __ATOMIC_RELAXED) != &wq->waiters)
        wake_all(wq);
}

// Makes *w the current thread's waiter, in no queue and not fired.
void waiter_init(struct waiter *w, void (*notice)(struct waiter *w));
// Puts it in a queue.  => it stands in none
void waiter_enter(struct waiter *w, struct waitq *wq);
// Takes it off the queue that it was put in, if it still is there.  From then on no wakeup of that
// queue's touches it.
void waiter_leave(struct waiter *w, struct waitq *wq);
// Ends the sleep by w, or the next one.  No other sleep of the thread's, on a mutex for instance while
// it looks at what it watches, is touched.
void waiter_fire(struct waiter *w);

static inline bool waiter_fired(const struct waiter *w)
{
    return __atomic_load_n(&w->fired, __ATOMIC_ACQUIRE);
}

// Before the conditions are looked at once more.
static inline void waiter_rearm(struct waiter *w)
{
    __atomic_store_n(&w->fired, false, __ATOMIC_RELAXED);
}

// Sleeps until w, the current thread's, has fired; a signal or the time (as in wait_on_until()) ends
// the sleep too.  It rests there; no spinlock is held.
// => 0: it has fired; -ETIMEDOUT; -EINTR
int waiter_sleep_until(struct waiter *w, uint64 ns);
