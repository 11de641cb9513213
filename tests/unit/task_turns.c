// Who runs, and for how long.
#include <string.h>
#include "errno.h"
#include "riscv/csr.h"
#include "riscv/timer.h"
#include "task/clock.h"
#include "task/mutex.h"
#include "task/sched.h"
#include "task/timers.h"
#include "task_world.h"

// --- who runs ---------------------------------------------------------------------------------

static bool naps_first;

static void computer(void *n)
{
    if (naps_first)
        sleep_ns(NS_PER_TICK);
    for (int i = 0; i < 3; i++) {
        turns_compute(TURNS_SLICE);
        tell((char)('a' + (long)n));
    }
    sched_charge();
    CHECK_EQ(current_thread()->spent.user + current_thread()->spent.kernel, 3 * TURNS_SLICE);
    CHECK(current_thread()->spent.user >= 2 * TURNS_SLICE);
}

TEST(who_computes_has_a_slice_in_turn)
{
    boot(1);
    naps_first = false;
    for (int i = 0; i < 3; i++)
        spawn(i, computer);
    turns_run();
    CHECK_EQ(time_now(), 9 * TURNS_SLICE);
    check_story("abcabcabc");
    end();
}

TEST(who_has_slept_goes_first_for_a_slice)
{
    boot(1);
    naps_first = true;
    for (int i = 0; i < 3; i++)
        spawn(i, computer);
    turns_run_until(1);
    check_story("aabacbcbc"); // but after a slice of theirs comes one that waits
    end();
}

static void yields(void *n)
{
    sleep_ns(NS_PER_TICK);
    turns_compute(TURNS_SLICE);
    for (int i = 0; i < 4; i++) {
        tell((char)('a' + (long)n));
        thread_yield_at_rest();
    }
}

// A turn that somebody gives to himself is one all the same.
TEST(who_yields_without_end_lets_others_run)
{
    boot(1);
    spawn(0, yields);
    spawn(1, says);
    turns_run_until(1);
    check_story("abaaa");
    end();
}

static bool stop;
static uint64 had; // by the last spinner

static void spinner(void *n)
{
    while (!stop)
        turns_compute(TURNS_MS);
    sched_charge();
    had = current_thread()->spent.user + current_thread()->spent.kernel;
}

// Sleeps, and computes a little, `n` milliseconds at a time; how late it runs is measured.
static uint64 latest;

static void answers(void *n)
{
    for (int i = 0; i < 20; i++) {
        uint64 due = time_now() + 3 * TURNS_MS;
        sleep_ns(3 * TURNS_MS * NS_PER_TICK);
        if (time_now() - due > latest)
            latest = time_now() - due;
        if ((long)n)
            turns_compute((uint64)(long)n * TURNS_MS);
    }
    stop = true;
}

TEST(who_slept_is_answered_soon)
{
    boot(1);
    stop = false;
    latest = 0;
    for (int i = 10; i < 40; i++)
        spawn(i, spinner);
    spawn(1, answers);
    turns_run();
    CHECK(latest <= TURNS_SLICE + TURNS_MS);
    end();
}

static void makes_spinners(void *n)
{
    sleep_ns(NS_PER_TICK);
    for (int i = 10; i < 40; i++)
        spawn(i, spinner);
}

// Those who are new have a part of their maker's turn, not one each.
TEST(who_slept_is_answered_while_others_are_made)
{
    boot(1);
    stop = false;
    latest = 0;
    spawn(0, makes_spinners);
    spawn(1, answers);
    turns_run_until(1);
    CHECK(latest <= 2 * TURNS_SLICE + TURNS_MS);
    end();
}

static void always_awake(void *n)
{
    for (int i = 0; i < 200; i++) {
        sleep_ns(NS_PER_TICK);
        turns_compute(4 * TURNS_MS);
    }
    stop = true;
}

// However many have slept, who computes has his part of the hart.
TEST(who_computes_is_not_starved)
{
    boot(1);
    stop = false;
    spawn(9, spinner);
    for (int i = 0; i < 4; i++)
        spawn(i, always_awake);
    turns_run_until(1);
    CHECK(time_now() > 4 * 200 * 4 * TURNS_MS);
    CHECK(had >= time_now() * 45 / 100);
    end();
}

static int at_once, most_at_once;

static void side_by_side(void *n)
{
    if (++at_once > most_at_once)
        most_at_once = at_once;
    for (int i = 0; i < 5; i++)
        turns_pause();
    at_once--;
}

static void wakes_all_and_goes_on(void *n)
{
    wake_all(&wq);
    for (int i = 0; i < 5; i++)
        turns_pause();
    tell('z');
}

static void woken_then_beside(void *n)
{
    spin_lock(&lk);
    wait_on(&wq, &lk);
    spin_unlock(&lk);
    tell((char)('a' + (long)n));
    side_by_side(n);
}

// Without a tick of any clock: the second that is woken is told to a hart that idles.
TEST(idle_harts_take_what_waits)
{
    for (int waker = 0; waker < 3; waker++) {
        boot(3);
        at_once = most_at_once = 0;
        sleepers(2, woken_then_beside);
        turns_act_as(waker);
        spawn(5, wakes_all_and_goes_on);
        turns_run();
        CHECK_EQ(story[0], 'b'); // 'a' waits for the waker's hart
        CHECK_EQ(strlen(story), 3);
        CHECK(turns_ipis > 0);
        end();
    }
}

// A hart that goes on has its tick call for help.
static void wakes_one_and_computes(void *n)
{
    wake_one(&wq);
    turns_compute(TURNS_SLICE / 2);
    turns_pause();
    tell('x');
    turns_compute(TURNS_SLICE);
    turns_pause();
    tell('y');
    turns_pause();
}

TEST(a_tick_calls_for_help)
{
    boot(2);
    sleepers(1, sleeper);
    spawn(5, wakes_one_and_computes);
    turns_run();
    check_story("xay");
    CHECK(turns_ipis > 0);
    end();
}

TEST(what_harts_slept_is_counted)
{
    boot(3);
    spawn(2, napper);
    turns_run_until(5000);
    CHECK(turns_slept > 0);
    CHECK_EQ(sched_slept(), turns_slept);
    end();
}
