#include "task/waitq.h"
#include "errno.h"
#include "riscv/timer.h"
#include "task/rest.h"
#include "task/sched.h"
#include "task/timers.h"
#include "task/waitq_priv.h"

// --- wakeups ----------------------------------------------------------------------------------

// A waiter that has fired is its thread's again: nothing of it is looked at after that.
void waiter_fire(struct waiter *w)
{
    struct thread *t = w->thread;
    __atomic_store_n(&w->fired, true, __ATOMIC_RELEASE);
    sched_wake_by(t, w);
}

// => wq->lock held.  Tells all watchers, which stand before the others; of those wakes one or all.
static void wake(struct waitq *wq, bool all)
{
    list_for_each_safe (l, &wq->waiters) {
        struct waiter *w = container_of(l, struct waiter, link);
        if (w->notice) {
            w->notice(w);
            continue;
        }
        list_remove(l);
        waiter_fire(w);
        if (!all)
            return;
    }
}

void waitq_wake_locked(struct waitq *wq)
{
    wake(wq, false);
}

void wake_all(struct waitq *wq)
{
    spin_lock(&wq->lock);
    wake(wq, true);
    spin_unlock(&wq->lock);
}

void wake_one(struct waitq *wq)
{
    spin_lock(&wq->lock);
    wake(wq, false);
    spin_unlock(&wq->lock);
}

// --- waiters ----------------------------------------------------------------------------------

void waiter_init(struct waiter *w, void (*notice)(struct waiter *w))
{
    *w = (struct waiter){ .thread = current_thread(), .notice = notice };
    list_init(&w->link);
}

void waiter_enter(struct waiter *w, struct waitq *wq)
{
    spin_lock(&wq->lock);
    if (w->notice)
        list_push_front(&wq->waiters, &w->link);
    else
        list_push_back(&wq->waiters, &w->link);
    spin_unlock(&wq->lock);
}

void waiter_leave(struct waiter *w, struct waitq *wq)
{
    spin_lock(&wq->lock);
    list_remove(&w->link);
    spin_unlock(&wq->lock);
}

int waiter_sleep_until(struct waiter *w, uint64 ns)
{
    uint64 when = ns == WAIT_FOREVER ? TIMER_NEVER : time_from_ns(ns);
    for (;;) {
        if (waiter_fired(w))
            return 0;
        if (time_now() >= when)
            return -ETIMEDOUT;
        if (thread_interrupted())
            return -EINTR;
        timers_sleep(when, SLEEP_LIGHT, true, w);
    }
}

// --- one queue and one lock -------------------------------------------------------------------

bool waitq_enter(struct waitq *wq, struct waiter *w, enum sleep_depth depth)
{
    struct thread *t = w->thread;
    spin_lock(&t->lock);
    bool sleep = !thread_wakes(t, depth);
    if (sleep) {
        t->state = THREAD_SLEEPING;
        t->depth = depth;
        t->sleeps_by = w;
        list_push_back(&wq->waiters, &w->link);
    }
    spin_unlock(&t->lock);
    return sleep;
}

// After schedule(): a waker has taken it off the queue before it made the thread ready; only a
// signal has not.
static void leave(struct waitq *wq, struct waiter *w)
{
    if (!list_empty(&w->link))
        waiter_leave(w, wq);
}

static int wait(struct waitq *wq, struct spinlock *lk, enum sleep_depth depth, bool rests)
{
    struct waiter w = { .thread = current_thread() };
    spin_lock(&wq->lock);
    bool sleep = waitq_enter(wq, &w, depth);
    spin_unlock(&wq->lock);
    if (!sleep)
        return -EINTR;
    spin_unlock(lk);
    schedule_as(rests);
    leave(wq, &w);
    spin_lock(lk);
    return thread_wakes(w.thread, depth) ? -EINTR : 0;
}

void wait_on(struct waitq *wq, struct spinlock *lk)
{
    wait(wq, lk, SLEEP_DEEP, false);
}

void wait_at_rest(struct waitq *wq, struct spinlock *lk)
{
    wait(wq, lk, SLEEP_DEEP, true);
}

int wait_on_interruptible(struct waitq *wq, struct spinlock *lk)
{
    return wait(wq, lk, SLEEP_LIGHT, true);
}

int wait_on_killable(struct waitq *wq, struct spinlock *lk)
{
    return wait(wq, lk, SLEEP_KILLABLE, true);
}

int wait_on_until(struct waitq *wq, struct spinlock *lk, uint64 ns)
{
    struct waiter w;
    waiter_init(&w, NULL);
    waiter_enter(&w, wq);
    spin_unlock(lk);
    int err = waiter_sleep_until(&w, ns);
    waiter_leave(&w, wq);
    spin_lock(lk);
    return err;
}
