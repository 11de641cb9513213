#include "task/rest.h"
#include "riscv/csr.h"
#include "riscv/sbi.h"
#include "riscv/timer.h"
#include "task/clock.h"
#include "task/sched.h"
#include "task/waitq.h"

// How long others are stopped for it: the first time, and at the most.
#define FIRST_TRY_NS 16000000UL
#define LAST_TRY_NS  4096000000UL
#define FREEZE_NS    200000UL // for a hart to leave its last thread

uint32 rest_stage;

// Only one at a time wants rest.
static struct {
    struct spinlock lock; // RANK_REST
    bool taken;           // by lock
    struct waitq waiters;
} turn = {
    .lock = SPINLOCK_INIT("rest", RANK_REST),
    .waiters = WAITQ_INIT(turn.waiters, "rest"),
};

static int take_turn(void)
{
    int err = 0;
    spin_lock(&turn.lock);
    while (turn.taken && !err)
        err = wait_on_killable(&turn.waiters, &turn.lock);
    if (!err)
        turn.taken = true;
    spin_unlock(&turn.lock);
    return err;
}

static void end_turn(void)
{
    spin_lock(&turn.lock);
    turn.taken = false;
    wake_all(&turn.waiters);
    spin_unlock(&turn.lock);
}

// Whoever takes a thread off a queue from here on knows of the stage.
static void set_stage(enum rest_stage stage)
{
    __atomic_store_n(&rest_stage, stage, __ATOMIC_SEQ_CST);
    sched_pass_queues();
}

// => does the hart do nothing, a dead thread buried and all?
static bool is_idle(const struct hart *h)
{
    return __atomic_load_n(&h->thread, __ATOMIC_ACQUIRE) == h->idle &&
           __atomic_load_n(&h->prev, __ATOMIC_ACQUIRE) == NULL;
}

// => do the others' harts do nothing?
static bool others_idle(void)
{
    for (int i = 0; i < nharts; i++)
        if (harts[i].online && &harts[i] != this_hart() && !is_idle(&harts[i]))
            return false;
    return true;
}

// => threads that are in the middle of something, and not on a hart.  Exact while all is frozen.
static int count_away(void)
{
    int away = 0;
    for (int i = 0; i < nharts; i++)
        away += __atomic_load_n(&harts[i].away, __ATOMIC_RELAXED);
    return away;
}

// While nobody is taken off a run queue, a hart that is idle stays so.  What the harts did before
// is seen here: the release in sched_finish_switch().
// => is the system at rest?  Then it stays so
static bool hold(void)
{
    set_stage(REST_FROZEN);
    uint64 begin = clock_ns();
    bool idle;
    while (!(idle = others_idle()) && clock_ns() - begin < FREEZE_NS)
        cpu_relax();
    bool quiet = idle && count_away() == 0;
    set_stage(quiet ? REST_HELD : REST_ASKED);
    return quiet;
}

// Tells threads in user mode, which come to the kernel for nothing else.
static void call_all(void)
{
    for (int i = 0; i < nharts; i++)
        if (harts[i].online && &harts[i] != this_hart())
            sbi_send_ipi(harts[i].hartid);
}

// => is it at rest before the time is over?  If not, everybody goes on.
static bool try(uint64 ns)
{
    uint64 begin = clock_ns();
    set_stage(REST_ASKED);
    while (clock_ns() - begin < ns && !thread_killed()) {
        if (others_idle() && count_away() == 0 && hold())
            return true;
        call_all();
        sleep_busy_ns(REST_LOOK_NS);
    }
    set_stage(REST_NONE);
    return false;
}

int rest_begin(void)
{
    int err = take_turn();
    if (err)
        return err;
    for (uint64 ns = FIRST_TRY_NS; !try(ns); ns = ns < LAST_TRY_NS ? 2 * ns : ns)
        if ((err = sleep_killable_ns(ns)) != 0) {
            end_turn();
            return err;
        }
    return 0;
}

void rest_end(void)
{
    set_stage(REST_NONE);
    end_turn();
}
