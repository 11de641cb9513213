// Bringing everybody to rest (task/rest.h).
#include <string.h>
#include "errno.h"
#include "riscv/csr.h"
#include "riscv/timer.h"
#include "task/clock.h"
#include "task/mutex.h"
#include "task/rest.h"
#include "task/sched.h"
#include "task/timers.h"
#include "task_world.h"

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
