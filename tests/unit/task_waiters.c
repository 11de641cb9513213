// Waiters: time limits, several queues at once, watchers.
#include <string.h>
#include "errno.h"
#include "riscv/hart.h"
#include "riscv/timer.h"
#include "task/clock.h"
#include "task/thread.h"
#include "task/timers.h"
#include "task_world.h"

// --- time limits ------------------------------------------------------------------------------

static uint64 limit[64]; // of a thread's wait, in ticks; 0: none

static uint64 limit_ns(long n)
{
    return limit[n] ? limit[n] * NS_PER_TICK : WAIT_FOREVER;
}

static void waits_until(void *n)
{
    long i = (long)n;
    spin_lock(&lk);
    result[i] = wait_on_until(&wq, &lk, limit_ns(i));
    CHECK(spin_held(&lk));
    spin_unlock(&lk);
    woke[i] = time_now();
    tell((char)('a' + i));
}

TEST(a_wait_ends_when_its_time_is_over)
{
    for (int n = 1; n <= 3; n++) {
        boot(n);
        for (int i = 0; i < 20; i++) {
            limit[i] = 1 + test_random_below(3 * TURNS_SLICE);
            spawn(i, waits_until);
        }
        turns_run_until(4 * TURNS_SLICE);
        for (int i = 0; i < 20; i++) {
            CHECK_EQ(result[i], -ETIMEDOUT);
            CHECK_EQ(woke[i], limit[i]);
        }
        end();
    }
}

TEST(a_wakeup_or_a_signal_comes_before_the_time)
{
    boot(1);
    limit[0] = limit[1] = 1000;
    limit[2] = 0;
    sleepers(3, waits_until);
    turns_run_until(10);
    wake_one(&wq);
    turns_run();
    check_story("a");
    CHECK_EQ(result[0], 0);
    thread_interrupt(thread[1]);
    turns_run();
    check_story("b");
    CHECK_EQ(result[1], -EINTR);
    CHECK_EQ(timers_next(), TIMER_NEVER); // neither leaves anything to go off
    turns_run_until(2000);
    check_story("");
    wake_all(&wq);
    turns_run();
    check_story("c");
    CHECK_EQ(result[2], 0);
    end();
}

static void waits_for_the_past(void *n)
{
    limit[0] = 5;
    waits_until(0);
    CHECK_EQ(result[0], -ETIMEDOUT);
    limit[0] = 0;
    thread_interrupt(current_thread());
    waits_until(0);
    CHECK_EQ(result[0], -EINTR);
    thread_clear_interrupt(current_thread());
}

TEST(what_has_happened_already_is_not_waited_for)
{
    boot(1);
    turns_run_until(5);
    spawn(0, waits_for_the_past);
    turns_run();
    check_story("aa");
    end();
}

// A wakeup that comes together with the end of the time belongs to who got it: he says so.
static void fires_late(void *n)
{
    struct waiter w;
    waiter_init(&w, NULL);
    waiter_enter(&w, &wq);
    thread_interrupt(current_thread());
    CHECK_EQ(waiter_sleep_until(&w, WAIT_FOREVER), -EINTR);
    CHECK(!waiter_fired(&w));
    wake_one(&wq);
    CHECK(list_empty(&wq.waiters));
    CHECK(waiter_fired(&w));
    CHECK_EQ(waiter_sleep_until(&w, 0), 0);
    thread_clear_interrupt(current_thread());
    waiter_leave(&w, &wq);
    tell('f');
}

TEST(who_was_woken_is_known_to_be)
{
    boot(1);
    spawn(0, fires_late);
    turns_run();
    check_story("f");
    end();
}

// --- several queues ---------------------------------------------------------------------------

#define QUEUES 3
static struct waitq queue[QUEUES];
static bool ready[QUEUES]; // by lk: what the queues tell of

struct watching {
    struct waiter self;
    struct waiter at[QUEUES];
    unsigned told; // bit i: by queue i
};

static struct watching *watching[64];

static void told(struct waiter *w)
{
    for (int n = 0; n < 64; n++)
        for (int q = 0; watching[n] && q < QUEUES; q++)
            if (w == &watching[n]->at[q]) {
                watching[n]->told |= 1u << q;
                waiter_fire(&watching[n]->self);
            }
}

static void boot_queues(int harts_n)
{
    boot(harts_n);
    for (int i = 0; i < QUEUES; i++) {
        waitq_init(&queue[i], "several");
        ready[i] = false;
    }
    memset(watching, 0, sizeof(watching));
}

static void end_queues(void)
{
    for (int i = 0; i < QUEUES; i++)
        CHECK(list_empty(&queue[i].waiters));
    end();
}

static void watch_all(struct watching *w, long n)
{
    *w = (struct watching){ .told = 0 };
    watching[n] = w;
    waiter_init(&w->self, NULL);
    for (int i = 0; i < QUEUES; i++) {
        waiter_init(&w->at[i], told);
        waiter_enter(&w->at[i], &queue[i]);
    }
}

static void leave_all(struct watching *w, long n)
{
    for (int i = 0; i < QUEUES; i++)
        waiter_leave(&w->at[i], &queue[i]);
    watching[n] = NULL;
}

static void make_ready(int q)
{
    spin_lock(&lk);
    ready[q] = true;
    wake_waiting(&queue[q]);
    spin_unlock(&lk);
}

// => what was ready, and is not any more; -1: nothing
static int take_ready(void)
{
    int got = -1;
    spin_lock(&lk);
    for (int i = 0; i < QUEUES && got < 0; i++)
        if (ready[i])
            got = i;
    if (got >= 0)
        ready[got] = false;
    spin_unlock(&lk);
    return got;
}

static void watches(void *n)
{
    struct watching w;
    long i = (long)n;
    int got, err = 0;
    watch_all(&w, i);
    for (;;) {
        waiter_rearm(&w.self);
        got = take_ready();
        if (got >= 0 || err)
            break;
        turns_pause(); // others come between the look and the sleep
        err = waiter_sleep_until(&w.self, limit_ns(i));
    }
    leave_all(&w, i);
    result[i] = got >= 0 ? got : err;
    tell((char)('a' + i));
}

TEST(one_thread_waits_in_several_queues)
{
    for (int q = 0; q < QUEUES; q++) {
        boot_queues(1);
        limit[0] = q == 1 ? 1000 : 0;
        spawn(0, watches);
        turns_run();
        check_story("");
        wake_all(&queue[(q + 1) % QUEUES]); // nothing is true: it sleeps on, and is told once more
        turns_run();
        check_story("");
        make_ready(q);
        turns_run();
        check_story("a");
        CHECK_EQ(result[0], q);
        make_ready(q); // nobody stands there any more
        end_queues();
    }
}

TEST(several_queues_and_a_limit)
{
    boot_queues(1);
    limit[0] = 1000;
    limit[1] = 0;
    spawn(0, watches);
    spawn(1, watches);
    turns_run_until(999);
    check_story("");
    turns_run_until(1000);
    check_story("a");
    CHECK_EQ(result[0], -ETIMEDOUT);
    thread_interrupt(thread[1]);
    turns_run();
    check_story("b");
    CHECK_EQ(result[1], -EINTR);
    end_queues();
}

static void fired_before_sleep(void *n)
{
    struct watching w;
    watch_all(&w, 0);
    CHECK_EQ(take_ready(), -1);
    make_ready(2);
    CHECK_EQ(w.told, 4);
    CHECK_EQ(waiter_sleep_until(&w.self, WAIT_FOREVER), 0);
    CHECK_EQ(take_ready(), 2);
    waiter_rearm(&w.self);
    wake_all(&queue[0]); // a watcher stays where it is
    wake_all(&queue[0]);
    CHECK_EQ(w.told, 5);
    leave_all(&w, 0);
    tell('f');
}

TEST(what_fires_between_look_and_sleep_is_not_lost)
{
    boot_queues(1);
    spawn(0, fired_before_sleep);
    turns_run();
    check_story("f");
    end_queues();
}

// A wakeup for one is for one sleeper, whoever watches besides.
static void watches_wq(void *n)
{
    struct watching w = { .told = 0 };
    watching[(long)n] = &w;
    waiter_init(&w.self, NULL);
    waiter_init(&w.at[0], told);
    waiter_enter(&w.at[0], &wq);
    CHECK_EQ(waiter_sleep_until(&w.self, WAIT_FOREVER), 0);
    waiter_leave(&w.at[0], &wq);
    watching[(long)n] = NULL;
    tell((char)('a' + (long)n));
}

TEST(watchers_take_no_wakeup_from_a_sleeper)
{
    boot_queues(1);
    sleepers(2, sleeper);
    spawn(2, watches_wq);
    turns_run();
    wake_one(&wq);
    turns_run();
    CHECK_EQ(strlen(story), 2);
    CHECK(strchr(story, 'a') && strchr(story, 'c'));
    story[0] = 0;
    wake_one(&wq);
    turns_run();
    check_story("b");
    end_queues();
}

// While it watches, a thread may sleep for something else: that sleep is not ended.
static void watches_and_locks(void *n)
{
    struct watching w;
    watch_all(&w, 0);
    mutex_lock(&m);
    tell('m');
    mutex_unlock(&m);
    CHECK_EQ(w.told, 1);
    CHECK_EQ(waiter_sleep_until(&w.self, WAIT_FOREVER), 0);
    leave_all(&w, 0);
    tell('w');
}

static void holds(void *n)
{
    mutex_lock(&m);
    spin_lock(&lk);
    wait_on(&wq, &lk);
    spin_unlock(&lk);
    mutex_unlock(&m);
}

TEST(what_fires_ends_no_other_sleep)
{
    boot_queues(1);
    spawn(1, holds);
    spawn(0, watches_and_locks);
    turns_run();
    make_ready(0);
    turns_run();
    check_story("");
    CHECK_EQ(thread[0]->state, THREAD_SLEEPING);
    wake_all(&wq);
    turns_run();
    check_story("mw");
    end_queues();
}

// Whoever is told looks before he sleeps: each thing is found by somebody, however all run.
#define FINDERS 6
static int found;

static void finds(void *n)
{
    struct watching w;
    long i = (long)n;
    watch_all(&w, i);
    while (found < 60) {
        waiter_rearm(&w.self);
        for (int got; (got = take_ready()) >= 0;)
            found++;
        if (test_random_below(2))
            turns_pause();
        if (found < 60)
            waiter_sleep_until(&w.self, limit_ns(i));
    }
    leave_all(&w, i);
    for (int q = 0; q < QUEUES; q++)
        wake_all(&queue[q]);
}

static void makes_ready(void *n)
{
    for (int made = 0; made < 60;) {
        int q = (int)test_random_below(QUEUES);
        if (!ready[q]) {
            make_ready(q);
            made++;
        }
        if (test_random_below(2))
            turns_pause();
        else
            sleep_ns(NS_PER_TICK);
    }
}

TEST(nothing_is_lost_among_many)
{
    for (int n = 1; n <= 4; n++) {
        boot_queues(n);
        found = 0;
        for (int i = 0; i < FINDERS; i++) {
            limit[i] = i % 2 ? TURNS_SLICE : 0;
            spawn(i, finds);
        }
        spawn(FINDERS, makes_ready);
        turns_run_until(TURNS_SLICE / 2);
        CHECK_EQ(found, 60);
        end_queues();
    }
}
