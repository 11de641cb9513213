#include "task/timers.h"
#include "errno.h"
#include "riscv/hart.h"
#include "riscv/intr.h"
#include "riscv/timer.h"
#include "task/clock.h"
#include "task/rest.h"
#include "task/sched.h"
#include "task/waitq.h"

static struct timers {
    struct spinlock lock; // RANK_TIMER
    struct list queue;    // struct timer by time, soonest first
} timers[NCPU];

void timers_init(void)
{
    for (int i = 0; i < NCPU; i++) {
        spin_init(&timers[i].lock, "timers", RANK_TIMER);
        list_init(&timers[i].queue);
    }
}

static struct timer *first(struct timers *q)
{
    return list_empty(&q->queue) ? NULL : container_of(q->queue.next, struct timer, link);
}

uint64 timers_next(void)
{
    struct timers *q = &timers[this_hart()->index];
    spin_lock(&q->lock);
    struct timer *t = first(q);
    uint64 when = t ? t->when : TIMER_NEVER;
    spin_unlock(&q->lock);
    return when;
}

uint64 timers_run(uint64 now)
{
    struct timers *q = &timers[this_hart()->index];
    struct timer *t;
    spin_lock(&q->lock);
    while ((t = first(q)) != NULL && t->when <= now) {
        list_remove(&t->link);
        sched_wake(t->thread, SLEEP_DEEP);
    }
    uint64 next = t ? t->when : TIMER_NEVER;
    spin_unlock(&q->lock);
    return next;
}

// => the queue's lock held, interrupts off
static void insert(struct timers *q, struct timer *t)
{
    struct list *at = q->queue.next;
    while (at != &q->queue && container_of(at, struct timer, link)->when <= t->when)
        at = at->next;
    list_insert_between(&t->link, at->prev, at);
    struct hart *h = this_hart();
    if (t->when < h->armed) {
        h->armed = t->when;
        timer_arm(t->when);
    }
}

// The thread is marked asleep under the timer's lock, so that the timer cannot go off in between,
// and under its own, which whoever fires the waiter takes after that.
void timers_sleep(uint64 when, enum sleep_depth depth, bool rests, const struct waiter *w)
{
    struct thread *self = current_thread();
    struct timer t = { .when = when, .thread = self };
    list_init(&t.link);
    bool on = intr_save();
    struct timers *q = &timers[this_hart()->index];
    spin_lock(&q->lock);
    spin_lock(&self->lock);
    bool sleep = !thread_wakes(self, depth) && !(w && waiter_fired(w));
    if (sleep) {
        self->state = THREAD_SLEEPING;
        self->depth = depth;
        self->sleeps_by = w;
    }
    spin_unlock(&self->lock);
    if (sleep && when != TIMER_NEVER)
        insert(q, &t);
    spin_unlock(&q->lock);
    intr_restore(on);
    if (!sleep)
        return;
    schedule_as(rests);
    spin_lock(&q->lock);
    list_remove(&t.link);
    spin_unlock(&q->lock);
}

static int sleep_for(uint64 ns, enum sleep_depth depth, bool rests)
{
    uint64 when = time_now() + time_from_ns(ns);
    while (time_now() < when) {
        if (thread_wakes(current_thread(), depth))
            return -EINTR;
        timers_sleep(when, depth, rests, NULL);
    }
    return 0;
}

int sleep_ns(uint64 ns)
{
    return sleep_for(ns, SLEEP_LIGHT, true);
}

int sleep_killable_ns(uint64 ns)
{
    return sleep_for(ns, SLEEP_KILLABLE, true);
}

int sleep_busy_ns(uint64 ns)
{
    return sleep_for(ns, SLEEP_KILLABLE, false);
}
