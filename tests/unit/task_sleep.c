// Sleep and wakeup, mutexes, timers.
#include <string.h>
#include "errno.h"
#include "riscv/csr.h"
#include "riscv/timer.h"
#include "task/clock.h"
#include "task/mutex.h"
#include "task/sched.h"
#include "task/timers.h"
#include "task_world.h"

// --- sleep and wakeup -------------------------------------------------------------------------

static void light_sleeper(void *n)
{
    spin_lock(&lk);
    int err = wait_on_interruptible(&wq, &lk);
    CHECK(spin_held(&lk));
    result[(long)n] = err;
    tell((char)('a' + (long)n));
    spin_unlock(&lk);
}

TEST(who_waits_longest_is_woken_first)
{
    for (int n = 1; n <= 3; n++) {
        boot(n);
        sleepers(4, sleeper);
        wake_one(&wq);
        turns_run();
        check_story("a");
        wake_one(&wq);
        turns_run();
        check_story("b");
        wake_all(&wq);
        turns_run();
        CHECK_EQ(strlen(story), 2);
        CHECK(strchr(story, 'c') && strchr(story, 'd'));
        wake_all(&wq); // nobody
        wake_one(&wq);
        turns_run();
        end();
    }
}

static void killable_sleeper(void *n)
{
    spin_lock(&lk);
    result[(long)n] = wait_on_killable(&wq, &lk);
    tell((char)('a' + (long)n));
    spin_unlock(&lk);
}

// A signal that does not kill ends neither the sleep nor those that follow; the end of the process
// ends both, for good.
TEST(only_the_end_ends_killable_sleep)
{
    boot(1);
    sleepers(2, killable_sleeper);
    thread_interrupt(thread[0]);
    turns_run();
    check_story("");
    wake_one(&wq);
    turns_run();
    check_story("a");
    CHECK_EQ(result[0], 0);
    thread_kill(thread[1]);
    turns_run();
    check_story("b");
    CHECK_EQ(result[1], -EINTR);
    end();
}

TEST(a_signal_ends_light_sleep_only)
{
    boot(1);
    sleepers(1, sleeper);
    thread_interrupt(thread[0]);
    turns_run();
    check_story("");
    wake_all(&wq);
    turns_run();
    check_story("a");

    sleepers(3, light_sleeper);
    thread_interrupt(thread[1]);
    turns_run();
    check_story("b");
    CHECK_EQ(result[1], -EINTR);
    wake_one(&wq);
    turns_run();
    check_story("a");
    wake_one(&wq); // goes by who has left the queue
    turns_run();
    check_story("c");
    CHECK_EQ(result[0], 0);
    CHECK_EQ(result[2], 0);
    end();
}

static void told_twice(void *n)
{
    thread_interrupt(current_thread());
    CHECK(thread_interrupted() && !thread_killed());
    CHECK_EQ(thread_breathe(), 0); // what is no sleep goes on
    spin_lock(&lk);
    CHECK_EQ(wait_on_interruptible(&wq, &lk), -EINTR);
    CHECK(spin_held(&lk));
    spin_unlock(&lk);
    CHECK_EQ(sleep_ns(1000), -EINTR);
    CHECK_EQ(sleep_killable_ns(NS_PER_TICK), 0);
    thread_clear_interrupt(current_thread());
    CHECK(!thread_interrupted());
    tell('1');
    spin_lock(&lk);
    result[0] = wait_on_interruptible(&wq, &lk);
    spin_unlock(&lk);
    tell('2');
}

TEST(a_pending_signal_lets_nobody_sleep)
{
    boot(1);
    spawn(0, told_twice);
    turns_run_until(2);
    check_story("1");
    wake_all(&wq);
    turns_run();
    check_story("2");
    CHECK_EQ(result[0], 0);
    end();
}

static void is_killed(void *n)
{
    thread_kill(current_thread());
    thread_clear_interrupt(current_thread()); // does not bring it back
    CHECK(thread_interrupted() && thread_killed());
    CHECK_EQ(thread_breathe(), -EINTR);
    this_hart()->need_resched = true;
    CHECK_EQ(thread_breathe(), -EINTR); // its time is over, too
    this_hart()->need_resched = true;
    CHECK_EQ(thread_breathe_at_rest(), -EINTR);
    spin_lock(&lk);
    CHECK_EQ(wait_on_interruptible(&wq, &lk), -EINTR);
    CHECK_EQ(wait_on_killable(&wq, &lk), -EINTR);
    spin_unlock(&lk);
    CHECK_EQ(sleep_ns(1000), -EINTR);
    CHECK_EQ(sleep_killable_ns(1000), -EINTR);
    tell('k');
}

TEST(who_is_killed_sleeps_no_more)
{
    boot(1);
    spawn(0, is_killed);
    turns_run();
    check_story("k");
    end();
}

static void breathes_once(void *n)
{
    this_hart()->need_resched = true;
    result[(long)n] = thread_breathe();
    tell((char)('a' + (long)n));
}

static void tells_the_first(void *n)
{
    thread_kill(thread[0]);
    tell('!');
}

TEST(a_signal_comes_while_somebody_breathes)
{
    boot(1);
    spawn(0, breathes_once);
    spawn(1, tells_the_first);
    turns_run();
    check_story("!a");
    CHECK_EQ(result[0], -EINTR);
    end();
}

// Woken and told at one time, it says so: the waker's news are in its condition.
TEST(a_signal_beside_a_wakeup)
{
    boot(1);
    sleepers(2, light_sleeper);
    wake_one(&wq);
    thread_interrupt(thread[0]);
    turns_run();
    check_story("a");
    CHECK_EQ(result[0], -EINTR);
    wake_one(&wq);
    turns_run();
    check_story("b");
    end();
}

// --- mutexes ----------------------------------------------------------------------------------

static int inside;

static void uses_mutex(void *n)
{
    mutex_lock(&m);
    CHECK(mutex_held(&m));
    CHECK(!mutex_trylock(&m));
    CHECK_EQ(inside++, 0);
    tell((char)('a' + (long)n));
    spin_lock(&lk);
    wait_on(&wq, &lk);
    spin_unlock(&lk);
    inside--;
    mutex_unlock(&m);
    CHECK(!mutex_held(&m));
}

TEST(a_mutex_has_one_owner_at_a_time)
{
    for (int n = 1; n <= 3; n++) {
        char expected[] = "abcde";
        boot(n);
        sleepers(5, uses_mutex);
        for (int i = 0; i < 5; i++) {
            CHECK_EQ(strlen(story), i + 1);
            CHECK_EQ(story[i], expected[i]);
            CHECK(!mutex_trylock(&m));
            CHECK(!mutex_held(&m));
            wake_all(&wq);
            turns_run();
        }
        check_story(expected);
        end();
    }
}

// Takes it again and again: without handing over, nobody else would get it.
static void greedy(void *n)
{
    for (int i = 0; i < 4; i++) {
        mutex_lock(&m);
        tell('g');
        for (int k = 0; i == 0 && k < 3; k++)
            thread_yield();
        if ((long)n)
            mutex_hand_over(&m);
        else
            mutex_unlock(&m);
    }
}

static void modest(void *n)
{
    mutex_lock(&m);
    tell((char)('a' + (long)n));
    mutex_unlock(&m);
}

TEST(handing_over_is_for_who_waits)
{
    for (long hand_over = 0; hand_over < 2; hand_over++) {
        boot(1);
        inside = 0;
        spawn((int)hand_over, greedy);
        spawn(2, modest);
        spawn(3, modest);
        turns_run();
        check_story(hand_over ? "gcdggg" : "ggggcd");
        end();
    }
}

static void wrong_uses(void *n)
{
    CHECK_PANICS(mutex_unlock_wake(&m));
    CHECK_PANICS(mutex_hand_over(&m));
    CHECK(mutex_trylock(&m));
    CHECK_PANICS(mutex_lock_wait(&m));
    mutex_hand_over(&m);
    CHECK_EQ(m.owner, 0);
    tell('w');
}

TEST(misuse_of_a_mutex_is_seen)
{
    boot(1);
    spawn(0, wrong_uses);
    turns_run();
    check_story("w");
    end();
}

// --- timers -----------------------------------------------------------------------------------

TEST(sleepers_wake_when_their_time_comes)
{
    for (int n = 1; n <= 4; n++) {
        boot(n);
        for (int i = 0; i < 40; i++) {
            nap[i] = test_random_below(i % 2 ? 50 : 5 * TURNS_SLICE);
            spawn(i, napper);
        }
        turns_run_until(6 * TURNS_SLICE);
        for (int i = 0; i < 40; i++) {
            CHECK_EQ(result[i], 0);
            CHECK_EQ(woke[i], nap[i]);
        }
        CHECK_EQ(timers_next(), TIMER_NEVER);
        end();
    }
}

TEST(a_signal_ends_a_nap)
{
    boot(1);
    for (int i = 0; i < 3; i++) {
        nap[i] = 1000 * (uint64)(i + 1);
        spawn(i, napper);
    }
    turns_run_until(500);
    check_story("");
    CHECK_EQ(timers_next(), 1000);
    thread_interrupt(thread[0]);
    turns_run();
    check_story("a");
    CHECK_EQ(result[0], -EINTR);
    CHECK_EQ(woke[0], 500);
    CHECK_EQ(timers_next(), 2000);
    turns_run_until(2500);
    check_story("b");
    turns_run_until(5000);
    check_story("c");
    CHECK_EQ(result[2], 0);
    end();
}
