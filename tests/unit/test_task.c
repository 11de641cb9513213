// Threads, run queues, sleep and wakeup, on harts that take turns (turns.h): every run is the same.
#include <stdio.h>
#include <string.h>
#include "check.h"
#include "errno.h"
#include "mem/frame.h"
#include "riscv/csr.h"
#include "riscv/machine.h"
#include "riscv/timer.h"
#include "riscv/trap.h"
#include "task/clock.h"
#include "task/fp.h"
#include "task/mutex.h"
#include "task/rest.h"
#include "task/sched.h"
#include "task/timers.h"
#include "task/waitq.h"
#include "turns.h"

#define NS_PER_TICK (1000000000UL / TURNS_TIMEBASE)

static struct spinlock lk = SPINLOCK_INIT("test", RANK_PIPE);
static struct waitq wq;
static struct mutex m;
static char story[4096]; // what happened, a letter each
static struct thread *thread[64];
static int result[64];

static void tell(char c)
{
    size_t n = strlen(story);
    CHECK(n < sizeof(story) - 1);
    story[n] = c;
    story[n + 1] = 0;
}

static void check_story(const char *expected)
{
    if (strcmp(story, expected))
        check_failed(__FILE__, __LINE__, "\"%s\" happened, not \"%s\"", story, expected);
    story[0] = 0;
}

static void boot(int harts_n)
{
    turns_boot(harts_n);
    memset(&wq, 0xa5, sizeof(wq)); // what memory holds when it is made something
    memset(&m, 0xa5, sizeof(m));
    waitq_init(&wq, "test");
    mutex_init(&m, "test", RANK_FILE);
    spin_init(&lk, "test", RANK_PIPE);
    story[0] = 0;
    memset(result, 0xff, sizeof(result));
}

static void spawn(int n, void (*fn)(void *))
{
    thread[n] = thread_spawn("test", fn, (void *)(long)n);
    CHECK(thread[n] != NULL);
}

static void end(void)
{
    CHECK(turns_all_ended());
    CHECK(list_empty(&wq.waiters));
    CHECK(list_empty(&m.waiters.waiters));
    CHECK_EQ(m.owner, 0);
    for (int i = 0; i < nharts; i++)
        CHECK_EQ(harts[i].spin_depth, 0);
}

// --- sleep and wakeup -------------------------------------------------------------------------

static void sleeper(void *n)
{
    spin_lock(&lk);
    wait_on(&wq, &lk);
    CHECK(spin_held(&lk));
    CHECK_EQ(current_thread()->state, THREAD_RUNNING);
    tell((char)('a' + (long)n));
    spin_unlock(&lk);
}

static void light_sleeper(void *n)
{
    spin_lock(&lk);
    int err = wait_on_interruptible(&wq, &lk);
    CHECK(spin_held(&lk));
    result[(long)n] = err;
    CHECK(err == 0 || list_empty(&thread[(long)n]->wait_link));
    tell((char)('a' + (long)n));
    spin_unlock(&lk);
}

static void sleepers(int n, void (*fn)(void *))
{
    for (int i = 0; i < n; i++) {
        spawn(i, fn);
        turns_run();
        CHECK_EQ(thread[i]->state, THREAD_SLEEPING);
    }
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
    CHECK(thread_interrupted());
    CHECK_EQ(thread_breathe(), -EINTR);
    this_hart()->need_resched = true;
    CHECK_EQ(thread_breathe(), -EINTR); // its time is over, too
    this_hart()->need_resched = true;
    CHECK_EQ(thread_breathe_at_rest(), -EINTR);
    spin_lock(&lk);
    CHECK_EQ(wait_on_interruptible(&wq, &lk), -EINTR);
    CHECK(spin_held(&lk));
    spin_unlock(&lk);
    CHECK_EQ(sleep_ns(1000), -EINTR);
    thread_clear_interrupt(current_thread());
    CHECK(!thread_interrupted());
    CHECK_EQ(thread_breathe(), 0);
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
    turns_run();
    check_story("1");
    wake_all(&wq);
    turns_run();
    check_story("2");
    CHECK_EQ(result[0], 0);
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
    thread_interrupt(thread[0]);
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

static uint64 nap[64], woke[64];

static void napper(void *n)
{
    long i = (long)n;
    uint64 begin = time_now();
    result[i] = sleep_ns(nap[i] * NS_PER_TICK);
    woke[i] = time_now() - begin;
    tell((char)('a' + i));
}

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

static void says(void *n)
{
    sleep_ns(NS_PER_TICK);
    tell((char)('a' + (long)n));
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

// --- rest -------------------------------------------------------------------------------------

#define PIECES 200 // of a long call, a millisecond each

static bool held;                // somebody has the system at rest
static uint64 asked, came, over; // when he asked, got it and gave it back
static uint64 resumed;           // when the last of the others went on
static struct mutex inner;       // no turn

static void do_pieces(int n, int breathe(void))
{
    for (int i = 0; i < n; i++) {
        turns_compute(TURNS_MS);
        CHECK(!held);
        breathe();
        CHECK(!held);
        if (over && !resumed)
            resumed = time_now();
        turns_pause();
    }
}

static void rests_between(void *n)
{
    current_thread()->proc = (struct proc *)current_thread(); // the kernel's own work goes on
    do_pieces(PIECES, thread_breathe_at_rest);
    tell((char)('a' + (long)n));
}

static void rests_with_turn(void *n)
{
    current_thread()->proc = (struct proc *)current_thread();
    mutex_lock(&m);
    do_pieces(PIECES, thread_breathe_at_rest);
    mutex_unlock(&m);
    tell((char)('a' + (long)n));
}

static void is_busy(void *n)
{
    mutex_lock(&inner);
    do_pieces(30, thread_breathe);
    mutex_unlock(&inner);
    tell((char)('a' + (long)n));
}

static void asks(void *n)
{
    asked = time_now();
    CHECK_EQ(rest_begin(), 0);
    came = time_now();
    held = true;
    tell('<');
    for (int i = 0; i < 10; i++) {
        turns_compute(TURNS_MS);
        turns_pause();
    }
    held = false;
    over = time_now();
    tell('>');
    rest_end();
    for (long i = 0; i < (long)n; i++) {
        turns_compute(TURNS_MS);
        turns_pause();
    }
}

static void (*caller)(void *);

// Two others are in the middle of a call when somebody wants rest.
static void starts_and_asks(void *n)
{
    spawn(0, caller);
    spawn(1, caller);
    turns_pause();
    sleep_ns(2 * TURNS_MS * NS_PER_TICK);
    asks(NULL);
}

static void ask_beside(int harts_n, void (*fn)(void *))
{
    boot(harts_n);
    mutex_init(&inner, "inner", RANK_FS);
    held = false;
    asked = came = over = resumed = 0;
    caller = fn;
    spawn(2, starts_and_asks);
    turns_run_until(10000 * TURNS_MS);
}

TEST(long_calls_rest_between_their_pieces)
{
    for (int n = 1; n <= 3; n++) {
        ask_beside(n, rests_between);
        CHECK(strncmp(story, "<>", 2) == 0 && strlen(story) == 4);
        CHECK(came - asked < 16 * TURNS_MS);
        end();
    }
}

// Else it would wait for the one who rests.
TEST(who_waits_for_a_turn_rests)
{
    for (int n = 1; n <= 3; n++) {
        ask_beside(n, rests_with_turn);
        CHECK(strncmp(story, "<>", 2) == 0 && strlen(story) == 4);
        CHECK(came - asked < 16 * TURNS_MS);
        end();
    }
}

TEST(rest_waits_for_who_is_busy)
{
    for (int n = 1; n <= 3; n++) {
        ask_beside(n, is_busy);
        CHECK(strcmp(story, "ab<>") == 0 || strcmp(story, "ba<>") == 0);
        CHECK(over > came);
        end();
    }
}

// The second that waits here goes to the other hart.
static void starts_and_rests(void *n)
{
    spawn(5, says);
    thread[1] = thread_spawn("test", asks, (void *)100L);
    rests_between(n);
}

// However long the one who had it goes on at once: a hart that had nothing to do looks for itself.
TEST(who_was_kept_goes_on_soon)
{
    boot(2);
    held = false;
    asked = came = over = resumed = 0;
    spawn(0, starts_and_rests);
    turns_run_until(10000 * TURNS_MS);
    check_story("f<>a");
    CHECK(resumed > over && resumed - over <= 4 * TURNS_MS);
    end();
}

static void wants_a_turn(void *n)
{
    CHECK_EQ(rest_begin(), 0);
    CHECK_PANICS(mutex_lock(&m));
    rest_end();
}

TEST(who_has_rest_waits_for_no_turn)
{
    boot(1);
    m.owner = (uint64)&m; // somebody's
    spawn(0, wants_a_turn);
    turns_run_until(1000 * TURNS_MS);
    m.owner = 0;
    end();
}

// --- root tables ------------------------------------------------------------------------------

static struct frame root[2];

static void has_root(void *n)
{
    for (int i = 0; i < 3; i++) {
        CHECK(this_hart()->root == current_thread()->root);
        CHECK(current_thread()->root->active >> this_hart()->index & 1);
        thread_yield();
    }
    thread_set_root(&root[1]);
    CHECK(this_hart()->root == &root[1] && (root[1].active >> this_hart()->index & 1));
    thread_leave_root();
    CHECK(current_thread()->root == NULL);
    CHECK(this_hart()->root == &root[1]);
}

TEST(loaded_roots_are_held_and_named)
{
    boot(2);
    root[0] = root[1] = (struct frame){ .refs = 1 };
    for (int i = 0; i < 3; i++) {
        thread[i] = thread_new("test", has_root, NULL);
        CHECK(thread[i] != NULL);
        thread[i]->root = &root[0];
        thread_start(thread[i]);
    }
    turns_run();
    for (int i = 0; i < 2; i++) {
        CHECK_EQ(root[i].refs, 1);
        CHECK_EQ(root[i].active, 0);
    }
    CHECK(turns_fences >= 3);
    end();
}

// --- birth and death --------------------------------------------------------------------------

static void ends(void *n)
{
    tell('e');
}

TEST(a_thread_is_whole_or_not_made)
{
    boot(1);
    for (turns_fail = 1; turns_fail; turns_fail++) {
        long asked = turns_fail;
        struct thread *t = thread_new("test", ends, NULL);
        if (t) {
            CHECK_EQ(asked, 3);
            turns_fail = 0;
            thread_discard(t);
            break;
        }
        CHECK(turns_all_ended());
        turns_fail = asked;
    }
    struct thread_end left = { 0 };
    struct thread *t = thread_new("test", ends, NULL);
    t->end = &left;
    thread_start(t);
    CHECK(!left.gone);
    turns_run();
    check_story("e");
    CHECK_EQ(left.gone, 1);
    end();
}

static void keeps(void *n)
{
    CHECK_EQ(current_thread()->kept_use, KEPT_ALL);
    CHECK_EQ(this_hart()->kept_use, KEPT_ALL);
    thread_use_kept_end(KEPT_NOT);
    int before = thread_use_kept(KEPT_WORK);
    CHECK_EQ(before, KEPT_NOT);
    CHECK_EQ(this_hart()->kept_use, KEPT_WORK);
    CHECK_EQ(thread_use_kept(KEPT_NOT), KEPT_WORK); // never fewer
    CHECK_EQ(this_hart()->kept_use, KEPT_WORK);
    thread_yield();
    CHECK_EQ(this_hart()->kept_use, KEPT_WORK);
    thread_use_kept_end(before);
    CHECK_EQ(current_thread()->kept_use, KEPT_NOT);
    CHECK_EQ(this_hart()->kept_use, KEPT_NOT);
    thread_in_fault(true);
    CHECK(this_hart()->fail_kalloc == &current_thread()->fail_fault);
    thread_yield();
    CHECK(this_hart()->fail_kalloc == &current_thread()->fail_fault);
    thread_in_fault(false);
    CHECK(this_hart()->fail_kalloc == &current_thread()->fail_call);
    tell('k');
}

TEST(what_a_thread_may_use_moves_with_it)
{
    boot(1);
    spawn(0, keeps);
    spawn(1, keeps);
    turns_run();
    check_story("kk");
    end();
}

static void breathes(void *n)
{
    struct hart *h = this_hart();
    CHECK(thread_may_breathe(0) == h->intr_before);
    CHECK_EQ(thread_breathe(), 0); // its time is not over
    tell('1');
    h->need_resched = true;
    CHECK_EQ(thread_breathe(), 0);
    CHECK(!h->need_resched);
    tell('2');
    spin_lock(&lk);
    CHECK(thread_may_breathe(1));
    CHECK(!thread_may_breathe(0));
    CHECK(!thread_may_breathe(2));
    CHECK_PANICS(thread_breathe());
    spin_unlock(&lk);
    h->need_resched = true;
    thread_yield();
    CHECK(!h->need_resched);
}

TEST(breath_is_given_when_time_is_over)
{
    boot(1);
    spawn(0, breathes);
    spawn(1, ends);
    turns_run();
    check_story("1e2");
    end();
}

// --- floating point ---------------------------------------------------------------------------

static uint64 fs_of(const struct thread *t)
{
    return t->tf->sstatus & SSTATUS_FS;
}

static void floats(void *n)
{
    struct thread *t = current_thread();
    struct thread *child = thread_new("child", ends, NULL);
    t->proc = (struct proc *)t; // as a program has
    machine.fp = false;
    CHECK(!fp_claim(t));
    machine.fp = true;
    fp_copy(child);
    CHECK(!child->fp_used);
    CHECK(fp_claim(t));
    CHECK(!fp_claim(t));
    CHECK_EQ(fs_of(t), FS_CLEAN);
    CHECK_EQ(t->fp.fcsr, 0);
    t->tf->sstatus |= FS_DIRTY;
    fp_copy(child);
    CHECK(child->fp_used);
    CHECK_EQ(child->fp.fcsr, 1); // saved first
    CHECK_EQ(fs_of(child), FS_OFF);
    CHECK_EQ(fs_of(t), FS_CLEAN);
    fp_leave(t);
    CHECK_EQ(t->fp.fcsr, 1); // not saved once more
    CHECK_EQ(fs_of(t), FS_OFF);
    CHECK(fp_claim(t));
    CHECK_EQ(t->fp.fcsr, 1); // its own, not zeros
    t->tf->sstatus |= FS_DIRTY | SSTATUS_SPIE;
    fp_leave(t);
    CHECK_EQ(t->fp.fcsr, 2);
    CHECK_EQ(t->tf->sstatus, SSTATUS_SPIE);
    fp_claim(t);
    fp_reset(t);
    CHECK(!t->fp_used);
    CHECK_EQ(fs_of(t), FS_OFF);
    fp_claim(t);
    CHECK_EQ(t->fp.fcsr, 0);
    t->proc = NULL;
    thread_discard(child);
    tell('f');
}

TEST(registers_are_saved_when_they_changed)
{
    boot(1);
    spawn(0, floats);
    turns_run();
    check_story("f");
    end();
}

TEST(the_clock_tells_seconds_of_the_day)
{
    uint64 sec;
    uint32 nsec;
    boot(1);
    turns_run_until(TURNS_TIMEBASE / 2);
    clock_set_realtime(1700000000UL * 1000000000UL + 750000000UL);
    clock_realtime(&sec, &nsec);
    CHECK_EQ(sec, 1700000000UL);
    CHECK_EQ(nsec, 750000000);
    turns_run_until(TURNS_TIMEBASE);
    clock_realtime(&sec, &nsec);
    CHECK_EQ(sec, 1700000001UL);
    CHECK_EQ(nsec, 250000000);
    CHECK_EQ(clock_ns(), 1000000000UL);
}
