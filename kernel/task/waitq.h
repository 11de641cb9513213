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
// Whoever wakes a queue on which somebody may wait interruptibly holds lk, as above.  The waker takes
// a thread off the queue and then makes it ready; one that a signal has made ready meanwhile needs
// lk to go on, and so cannot be gone when the waker comes to it.
#pragma once

#include "types.h"
#include "lib/list.h"
#include "riscv/spinlock.h"

struct waitq {
    struct spinlock lock;
    struct list waiters; // struct thread.wait_link; by lock
};

#define WAITQ_INIT(wq, wq_name)                                                                    \
    {                                                                                              \
        .lock = SPINLOCK_INIT(wq_name, RANK_WAITQ), .waiters = LIST_INIT((wq).waiters)             \
    }

void waitq_init(struct waitq *wq, const char *name);

// Sleeps until woken.  => lk is held on entry and on return.
void wait_on(struct waitq *wq, struct spinlock *lk);

// The same for a service of the kernel that waits for work: it rests there (task/rest.h).
void wait_at_rest(struct waitq *wq, struct spinlock *lk);

// The same, but a signal to the thread ends the sleep too.  It rests there.
// => 0, or -EINTR if a signal is pending (at once, if one was pending already).
int wait_on_interruptible(struct waitq *wq, struct spinlock *lk);

void wake_all(struct waitq *wq);
void wake_one(struct waitq *wq); // the one that waits longest
