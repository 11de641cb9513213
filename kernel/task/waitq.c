#include "task/waitq.h"
#include "errno.h"
#include "task/rest.h"
#include "task/sched.h"
#include "task/waitq_priv.h"

void waitq_init(struct waitq *wq, const char *name)
{
    spin_init(&wq->lock, name, RANK_WAITQ);
    list_init(&wq->waiters);
}

bool waitq_enter(struct waitq *wq, bool interruptible)
{
    struct thread *t = current_thread();
    spin_lock(&t->lock);
    bool sleep = !(interruptible && t->interrupted);
    if (sleep) {
        t->state = THREAD_SLEEPING;
        t->interruptible = interruptible;
        list_push_back(&wq->waiters, &t->wait_link);
    }
    spin_unlock(&t->lock);
    return sleep;
}

// A waker has taken the thread off the queue before it made it ready; only a signal has not.
void waitq_leave(struct waitq *wq)
{
    struct thread *t = current_thread();
    if (list_empty(&t->wait_link))
        return;
    spin_lock(&wq->lock);
    list_remove(&t->wait_link);
    spin_unlock(&wq->lock);
}

static int wait(struct waitq *wq, struct spinlock *lk, bool interruptible, bool rests)
{
    spin_lock(&wq->lock);
    bool sleep = waitq_enter(wq, interruptible);
    spin_unlock(&wq->lock);
    if (!sleep)
        return -EINTR;
    spin_unlock(lk);
    schedule_as(rests);
    waitq_leave(wq);
    spin_lock(lk);
    return interruptible && current_thread()->interrupted ? -EINTR : 0;
}

void wait_on(struct waitq *wq, struct spinlock *lk)
{
    wait(wq, lk, false, false);
}

void wait_at_rest(struct waitq *wq, struct spinlock *lk)
{
    wait(wq, lk, false, true);
}

int wait_on_interruptible(struct waitq *wq, struct spinlock *lk)
{
    return wait(wq, lk, true, true);
}

static bool wake_first(struct waitq *wq)
{
    struct list *l = list_pop_front(&wq->waiters);
    if (l)
        sched_wake(container_of(l, struct thread, wait_link), false);
    return l != NULL;
}

void waitq_wake_locked(struct waitq *wq)
{
    wake_first(wq);
}

void wake_all(struct waitq *wq)
{
    spin_lock(&wq->lock);
    while (wake_first(wq))
        ;
    spin_unlock(&wq->lock);
}

void wake_one(struct waitq *wq)
{
    spin_lock(&wq->lock);
    wake_first(wq);
    spin_unlock(&wq->lock);
}
