// Locks, time, messages and the audit on the host (mkfs/host.h).

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/panic.h"
#include "lib/print.h"
#include "lib/string.h"
#include "mem/audit.h"
#include "mkfs/host.h"
#include "riscv/spinlock.h"
#include "task/clock.h"
#include "task/hand.h"
#include "task/mutex.h"
#include "task/thread.h"

bool host_quiet;
unsigned long host_lines;
char host_said[8192];
uint64 host_clock_ahead;

// --- locks: who is held, in order -------------------------------------------------------------

#define HELD_MAX 16
static struct {
    const void *lock;
    uint16 rank;
} held[HELD_MAX];
static int nheld;
static int others; // of these are held by threads that wait

static void take(const void *lock, uint16 rank, const char *name)
{
    for (int i = 0; i < nheld; i++) {
        if (held[i].lock == lock)
            panic("lock %s taken twice", name);
        if (i >= others && rank != RANK_NONE && held[i].rank >= rank &&
            !(rank == RANK_INODE && held[i].rank == RANK_INODE))
            panic("lock %s (rank %d) taken while one of rank %d is held", name, rank, held[i].rank);
    }
    assert(nheld < HELD_MAX);
    held[nheld].lock = lock;
    held[nheld++].rank = rank;
}

static void give(const void *lock)
{
    for (int i = nheld - 1; i >= 0; i--) {
        if (held[i].lock != lock)
            continue;
        held[i] = held[--nheld];
        return;
    }
    panic("a lock is given back that is not held");
}

bool host_no_locks(void)
{
    return nheld == 0;
}

void host_as_another_thread(void (*fn)(void))
{
    int were = others;
    others = nheld;
    fn();
    assert(nheld == others);
    others = were;
}

void (*host_watch)(enum host_moment moment);
static int nspinning; // spinlocks held

static void watch(enum host_moment moment)
{
    if (host_watch != NULL)
        host_watch(moment);
}

static void spinning(struct spinlock *lock)
{
    lock->locked = 1;
    if (nspinning++ == 0)
        watch(HOST_SPINS);
}

void spin_lock(struct spinlock *lock)
{
    take(lock, lock->rank, lock->name);
    spinning(lock);
}

bool spin_trylock(struct spinlock *lock)
{
    if (lock->locked)
        return false;
    take(lock, RANK_NONE, lock->name);
    spinning(lock);
    return true;
}

void spin_unlock(struct spinlock *lock)
{
    give(lock);
    lock->locked = 0;
    if (--nspinning == 0)
        watch(HOST_SPUN);
}

bool spin_held(const struct spinlock *lock)
{
    return lock->locked;
}

void mutex_init(struct mutex *m, const char *name, enum lock_rank rank)
{
    memset(m, 0, sizeof *m);
    m->name = name;
    m->rank = (uint16)rank;
}

bool mutex_held(const struct mutex *m)
{
    for (int i = others; i < nheld; i++)
        if (held[i].lock == m)
            return true;
    return false;
}

void mutex_lock(struct mutex *m)
{
    take(m, m->rank, m->name);
}

static long switch_after;
static uint16 switch_rank;
static void (*switch_to)(void);

void host_switch_after(long n, int rank, void (*fn)(void))
{
    switch_after = n;
    switch_rank = (uint16)rank;
    switch_to = fn;
}

bool host_switched(void)
{
    return switch_after == 0;
}

static bool holds_from(uint16 rank)
{
    int i = 0;
    while (i < nheld && held[i].rank < rank)
        i++;
    return i < nheld;
}

void mutex_unlock(struct mutex *m)
{
    give(m);
    if (switch_after > 0 && !holds_from(switch_rank) && --switch_after == 0)
        host_as_another_thread(switch_to);
}

void mutex_hand_over(struct mutex *m)
{
    mutex_unlock(m);
}

// --- the one thread ---------------------------------------------------------------------------

void wait_at_rest(struct waitq *wq, struct spinlock *lk)
{
    wait_on(wq, lk);
}

void wait_on(struct waitq *wq, struct spinlock *lk)
{
    panic("the only thread would wait for ever on %s", lk->name);
}

void wake_all(struct waitq *wq)
{
}

void wake_one(struct waitq *wq)
{
}

void thread_yield(void)
{
    panic("the only thread would wait for ever");
}

int thread_breathe(void)
{
    assert(nspinning == 0);
    watch(HOST_BREATHES);
    return 0;
}

int thread_breathe_at_rest(void)
{
    return thread_breathe();
}

void *page_in_hand(void)
{
    return kalloc(FRAME_OTHER);
}

void *page_in_hand_zeroed(void)
{
    return kalloc_zeroed(FRAME_OTHER);
}

void page_from_hand(void *page)
{
    kfree(page);
}

bool thread_may_breathe(uint32 n)
{
    return false;
}

int thread_use_kept(enum kept_use use)
{
    return KEPT_NOT;
}

void thread_use_kept_end(int before)
{
}

bool thread_interrupted(void)
{
    return false;
}

uint64 clock_ns(void)
{
    uint64 sec;
    uint32 nsec;
    clock_realtime(&sec, &nsec);
    return sec * 1000000000UL + nsec;
}

void clock_realtime(uint64 *sec, uint32 *nsec)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    *sec = (uint64)now.tv_sec + host_clock_ahead;
    *nsec = (uint32)now.tv_nsec;
}

// --- messages ---------------------------------------------------------------------------------

void printk(const char *fmt, ...)
{
    va_list ap;
    size_t said = strlen(host_said);
    host_lines++;
    va_start(ap, fmt);
    vsnprintf(host_said + said, sizeof host_said - said, fmt, ap);
    va_end(ap);
    if (host_quiet)
        return;
    va_start(ap, fmt);
    vfprintf(stderr, fmt, ap);
    va_end(ap);
}

int format(char *buf, size_t size, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(buf, size, fmt, ap);
    va_end(ap);
    return n;
}

int vformat(char *buf, size_t size, const char *fmt, va_list ap)
{
    return vsnprintf(buf, size, fmt, ap);
}

_Noreturn void panic(const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    fprintf(stderr, "panic: ");
    vfprintf(stderr, fmt, ap);
    fprintf(stderr, "\n");
    va_end(ap);
    abort();
}

void page_zero(void *page)
{
    memset(page, 0, BLK_SIZE);
}

void page_copy(void *dst, const void *src)
{
    memcpy(dst, src, BLK_SIZE);
}
