// Stretches that are made on purpose (planted.h), one of each kind that debug builds measure;
// tests/guest/test_longest.py boots with longest-test=yes and looks for them.  Each has another
// length, so that none is taken for another's.
#ifdef DEBUG
#include "planted.h"
#include "riscv/csr.h"
#include "riscv/intr.h"
#include "riscv/machine.h"
#include "riscv/spinlock.h"
#include "riscv/timer.h"
#include "task/mutex.h"
#include "task/sched.h"
#include "task/thread.h"

static struct spinlock planted_spin = SPINLOCK_INIT("planted spinlock", RANK_PIPE);
static struct mutex planted_mutex;

static void work(uint64 ms)
{
    uint64 end = time_now() + time_from_ns(ms * 1000000);
    while (time_now() < end)
        cpu_relax();
}

static __attribute__((noinline)) void planted_intr(void)
{
    intr_off();
    work(13);
    intr_on();
}

static __attribute__((noinline)) void planted_hold(void)
{
    spin_lock(&planted_spin);
    work(16);
    spin_unlock(&planted_spin);
}

static __attribute__((noinline)) void planted_breath(void)
{
    thread_breathe();
    work(19);
    thread_breathe();
}

static __attribute__((noinline)) void planted_mutex_hold(void)
{
    mutex_lock(&planted_mutex);
    work(22);
    mutex_unlock(&planted_mutex);
}

void planted_stretches(void)
{
    if (!machine_option("longest-test", "yes"))
        return;
    mutex_init(&planted_mutex, "planted mutex", RANK_WRITE);
    planted_intr();
    planted_hold();
    planted_breath();
    thread_breathe();
    planted_mutex_hold();
}
#endif
