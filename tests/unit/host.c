// What mem and vm stand on, for unit tests (host.h).
#include "host.h"
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include "check.h"
#include "abi.h"
#include "errno.h"
#include "lib/list.h"
#include "lib/panic.h"
#include "lib/print.h"
#include "lib/string.h"
#include "mem/audit.h"
#include "mem/init.h"
#include "mem/kmap.h"
#include "riscv/csr.h"
#include "riscv/hart.h"
#include "riscv/machine.h"
#include "riscv/spinlock.h"
#include "riscv/tlb.h"
#include "task/clock.h"
#include "task/mutex.h"
#include "task/thread.h"
#include "task/waitq.h"
#include "tlb.h"

#define RAM_BASE  0x80000000UL
#define HOLD_MAX  256
#define RESERVED  3 // pages at the beginning that are not ours to hand out
#define ROOT_HALF 256
#define YIELDS    200000 // of one hart for nobody

// RAM.  The image ends where it begins: all of it is free but what machine_reserved() names.
char kernel_end[HOST_RAM] __attribute__((aligned(2 << 20)));

uint64 host_direct_map;
struct machine machine = { .ram_base = RAM_BASE, .ram_size = HOST_RAM, .bootargs = "" };
bool host_talkative;
uint32 host_flushed, host_icache_flushed;
unsigned host_flushes;
void (*host_before_copy)(void *dst, const void *src);
void (*host_on_breath)(void);

static struct hart hart_table[HOST_HARTS];
static struct kalloc_note notes[HOST_HARTS];
static _Thread_local struct hart *mine;
static struct frame *held[HOLD_MAX];
static int nheld;
static size_t free_at_begin;

static pthread_mutex_t rest_lock = PTHREAD_MUTEX_INITIALIZER;
static int running = 1;    // harts at work, those that sleep among them; by rest_lock
static int asleep;         // of these sleep; by rest_lock
static int yields_alone;   // in this test
static uint32 interrupted; // atomic: harts to which a signal is pending

// --- the machine ------------------------------------------------------------------------------

struct hart *this_hart(void)
{
    return mine;
}

void machine_give_up(const char *fmt, ...)
{
    panic("machine_give_up(\"%s\")", fmt);
}

void machine_too_small(void)
{
    panic("machine_too_small()");
}

bool machine_reserved(int n, paddr_t *start, paddr_t *end)
{
    *start = RAM_BASE;
    *end = RAM_BASE + RESERVED * PGSIZE;
    return n == 0;
}

// Where kstack.c is not linked to the test.
__attribute__((weak)) size_t kstack_spare_frames(void)
{
    return 0;
}

void kmap_share(pagetable_t root)
{
    for (int i = ROOT_HALF; i < 512; i++)
        root[i] = PTE_G;
}

void tlb_flush_harts(uint32 mask)
{
    host_flushed |= mask;
    host_flushes++;
    tlb_forget(mask);
}

void icache_flush_harts(uint32 mask)
{
    host_icache_flushed |= mask;
}

void sfence_vma_page(uint64 va)
{
    tlb_forget_page(va);
}

static void be_hart(int n)
{
    mine = &hart_table[n];
    mine->index = n;
    mine->note = &notes[n];
    mine->kept_use = KEPT_ALL; // the tests count every frame
}

void host_act_as(int hart)
{
    be_hart(hart);
}

void host_fail_kalloc(long n)
{
    mine->note->countdown = n;
}

static void audit_held(void)
{
    for (int i = 0; i < nheld; i++)
        audit_count(held[i]);
}

void host_boot(void)
{
    if (mine)
        return;
    host_direct_map = (uint64)kernel_end - RAM_BASE;
    be_hart(0);
    frames_init();
    slab_init();
    audit_register("the test", audit_held);
}

struct start {
    int hart;
    void (*fn)(int hart);
    pthread_barrier_t *gate;
};

static void *hart_thread(void *arg)
{
    struct start *s = arg;

    be_hart(s->hart);
    pthread_barrier_wait(s->gate);
    s->fn(s->hart);
    pthread_mutex_lock(&rest_lock);
    running--;
    pthread_mutex_unlock(&rest_lock);
    return NULL;
}

void host_run_harts(int n, void (*fn)(int hart))
{
    pthread_t thread[HOST_HARTS];
    struct start start[HOST_HARTS];
    pthread_barrier_t gate;

    running = n;
    pthread_barrier_init(&gate, NULL, (unsigned)n);
    for (int i = 0; i < n; i++) {
        start[i] = (struct start){ i, fn, &gate };
        pthread_create(&thread[i], NULL, hart_thread, &start[i]);
    }
    for (int i = 0; i < n; i++)
        pthread_join(thread[i], NULL);
    pthread_barrier_destroy(&gate);
    running = 1;
}

// --- checking ---------------------------------------------------------------------------------

void host_hold(struct frame *f)
{
    CHECK(nheld < HOLD_MAX);
    held[nheld++] = f;
}

void host_drop(struct frame *f)
{
    for (int i = 0; i < nheld; i++) {
        if (held[i] == f) {
            held[i] = held[--nheld];
            return;
        }
    }
    CHECK(!"a frame that the test holds");
}

uint64 host_audit(void)
{
    struct kine_audit result;

    audit_run(&result, host_talkative);
    if (host_talkative && result.lost)
        printf("%lu frames lost\n", result.lost);
    CHECK_EQ(result.free + result.accounted + result.lost, result.ram);
    return result.errors + result.lost;
}

size_t host_tables(void)
{
    return frames_in_use(FRAME_TABLE) + frames_in_use(FRAME_ROOT);
}

void host_begin(void)
{
    host_boot();
    host_act_as(0);
    interrupted = 0;
    yields_alone = 0;
    tlb_reset();
    host_flushed = host_icache_flushed = 0;
    host_flushes = 0;
    host_before_copy = NULL;
    host_on_breath = NULL;
    free_at_begin = frames_free();
}

// Slabs may keep a page in reserve for each cache, so a few frames less may be free.
void host_end(void)
{
    host_talkative = true;
    CHECK_EQ(host_audit(), 0);
    host_talkative = false;
    CHECK(frames_free() + 12 >= free_at_begin);
    CHECK_EQ(frames_in_use(FRAME_USER), 0);
    CHECK_EQ(host_tables(), 0);
}

// --- locks ------------------------------------------------------------------------------------

bool spin_trylock(struct spinlock *lock)
{
    if (__atomic_exchange_n(&lock->locked, 1, __ATOMIC_ACQUIRE))
        return false;
    __atomic_store_n(&lock->hart, (int16)mine->index, __ATOMIC_RELAXED);
    return true;
}

void spin_lock(struct spinlock *lock)
{
    CHECK(!spin_held(lock));
    while (!spin_trylock(lock))
        sched_yield();
}

void spin_unlock(struct spinlock *lock)
{
    CHECK(spin_held(lock));
    __atomic_store_n(&lock->hart, -1, __ATOMIC_RELAXED);
    __atomic_store_n(&lock->locked, 0, __ATOMIC_RELEASE);
}

bool spin_held(const struct spinlock *lock)
{
    return __atomic_load_n(&lock->locked, __ATOMIC_RELAXED) &&
           __atomic_load_n(&lock->hart, __ATOMIC_RELAXED) == mine->index;
}

void mutex_init(struct mutex *m, const char *name, enum lock_rank rank)
{
    memset(m, 0, sizeof(*m));
    m->name = name;
    m->rank = (uint16)rank;
}

// Whoever holds a mutex is known by his struct hart.
static uint64 me(void)
{
    return (uint64)mine;
}

static _Thread_local unsigned mutexes_held;

unsigned host_mutexes_held(void)
{
    return mutexes_held;
}

bool mutex_trylock(struct mutex *m)
{
    uint64 nobody = 0;
    bool got = __atomic_compare_exchange_n(&m->owner, &nobody, me(), false, __ATOMIC_ACQUIRE,
                                           __ATOMIC_RELAXED);
    mutexes_held += got;
    return got;
}

void mutex_lock(struct mutex *m)
{
    CHECK(!mutex_held(m));
    while (!mutex_trylock(m))
        sched_yield();
}

void mutex_unlock(struct mutex *m)
{
    CHECK(mutex_held(m));
    mutexes_held--;
    __atomic_store_n(&m->owner, 0, __ATOMIC_RELEASE);
}

bool mutex_held(const struct mutex *m)
{
    return __atomic_load_n(&m->owner, __ATOMIC_RELAXED) == me();
}

__attribute__((weak)) int sleep_killable_ns(uint64 ns)
{
    panic("nobody sleeps here");
}

__attribute__((weak)) int sleep_ns(uint64 ns) // calls.c has a clock
{
    panic("nobody sleeps here");
}

__attribute__((weak)) uint64 clock_ns(void) // the same
{
    return 0;
}

// Threads of the kernel's do nothing here by themselves.
struct thread *thread_spawn(const char *name, void (*fn)(void *), void *arg)
{
    static struct thread idle;
    return &idle;
}

// => is it the only hart at work?
static bool alone(void)
{
    pthread_mutex_lock(&rest_lock);
    bool only = running == 1;
    pthread_mutex_unlock(&rest_lock);
    return only;
}

// Whoever is alone and gives way again and again waits for nobody.
__attribute__((weak)) void thread_yield(void) // test_cache.c looks at each
{
    if (alone() && ++yields_alone > YIELDS)
        check_failed(__FILE__, __LINE__, "it gives way without end, and nobody else is there");
    sched_yield();
}

int thread_breathe(void)
{
    if (host_on_breath)
        host_on_breath();
    return thread_killed() ? -EINTR : 0;
}

int thread_breathe_at_rest(void)
{
    return thread_breathe();
}

bool thread_may_breathe(uint32 n)
{
    return false;
}

bool thread_interrupted(void)
{
    return __atomic_load_n(&interrupted, __ATOMIC_ACQUIRE) >> mine->index & 1;
}

bool thread_killed(void)
{
    return thread_interrupted();
}

// --- sleep and wakeup -------------------------------------------------------------------------

// => does every hart wait?
static bool rest(int change)
{
    pthread_mutex_lock(&rest_lock);
    asleep += change;
    bool all = asleep >= running;
    pthread_mutex_unlock(&rest_lock);
    return all;
}

// One more look of a hart that waits.  One that has been told may not know it yet: all must be seen
// to wait many times in a row.
#define LOOKS 20000
static void look(int *looks)
{
    sched_yield();
    *looks = rest(0) ? *looks + 1 : 0;
    if (*looks > LOOKS)
        check_failed(__FILE__, __LINE__, "every hart waits, and nobody is left to wake one");
}

int host_asleep(void)
{
    pthread_mutex_lock(&rest_lock);
    int n = asleep;
    pthread_mutex_unlock(&rest_lock);
    return n;
}

void host_await(const uint32 *flag)
{
    int looks = 0;
    rest(1);
    while (!__atomic_load_n(flag, __ATOMIC_ACQUIRE))
        look(&looks);
    rest(-1);
}

void host_interrupt(int hart, bool pending)
{
    if (pending)
        __atomic_fetch_or(&interrupted, 1u << hart, __ATOMIC_RELEASE);
    else
        __atomic_fetch_and(&interrupted, ~(1u << hart), __ATOMIC_RELEASE);
}

// => was it woken, and not by a signal or the time?
static bool sleep_in(struct waitq *wq, struct spinlock *lk, bool interruptible, uint64 ns)
{
    struct waiter self = { .thread = current_thread() };
    int looks = 0;

    CHECK(spin_held(lk));
    spin_lock(&wq->lock);
    rest(1);
    list_push_back(&wq->waiters, &self.link);
    spin_unlock(&wq->lock);
    spin_unlock(lk);
    while (!waiter_fired(&self) && !(interruptible && thread_interrupted()) && clock_ns() < ns)
        look(&looks);
    spin_lock(&wq->lock);
    bool woken = self.fired;
    if (!woken) {
        list_remove(&self.link);
        rest(-1);
    }
    spin_unlock(&wq->lock);
    spin_lock(lk);
    return woken;
}

void wait_on(struct waitq *wq, struct spinlock *lk)
{
    sleep_in(wq, lk, false, WAIT_FOREVER);
}

void wait_at_rest(struct waitq *wq, struct spinlock *lk)
{
    sleep_in(wq, lk, false, WAIT_FOREVER);
}

int wait_on_until(struct waitq *wq, struct spinlock *lk, uint64 ns)
{
    if (thread_interrupted())
        return -EINTR;
    if (clock_ns() >= ns || !sleep_in(wq, lk, true, ns))
        return thread_interrupted() ? -EINTR : -ETIMEDOUT;
    return 0;
}

int wait_on_interruptible(struct waitq *wq, struct spinlock *lk)
{
    if (thread_interrupted())
        return -EINTR;
    sleep_in(wq, lk, true, WAIT_FOREVER);
    return thread_interrupted() ? -EINTR : 0;
}

int wait_on_killable(struct waitq *wq, struct spinlock *lk)
{
    return wait_on_interruptible(wq, lk);
}

// Watchers have no part in who rests: they fire others, which sleep by waiter_sleep_until().
static void wake(struct waitq *wq, bool all)
{
    spin_lock(&wq->lock);
    list_for_each_safe (l, &wq->waiters) {
        struct waiter *w = container_of(l, struct waiter, link);
        if (w->notice) {
            w->notice(w);
            continue;
        }
        list_remove(l);
        rest(-1);
        waiter_fire(w);
        if (!all)
            break;
    }
    spin_unlock(&wq->lock);
}

void wake_all(struct waitq *wq)
{
    wake(wq, true);
}

void wake_one(struct waitq *wq)
{
    wake(wq, false);
}

void waiter_init(struct waiter *w, void (*notice)(struct waiter *w))
{
    *w = (struct waiter){ .thread = current_thread(), .notice = notice };
    list_init(&w->link);
}

void waiter_enter(struct waiter *w, struct waitq *wq)
{
    CHECK(w->notice != NULL); // only watchers do on this machine
    spin_lock(&wq->lock);
    list_push_front(&wq->waiters, &w->link);
    spin_unlock(&wq->lock);
}

void waiter_leave(struct waiter *w, struct waitq *wq)
{
    spin_lock(&wq->lock);
    list_remove(&w->link);
    spin_unlock(&wq->lock);
}

void waiter_fire(struct waiter *w)
{
    __atomic_store_n(&w->fired, true, __ATOMIC_RELEASE);
}

int waiter_sleep_until(struct waiter *w, uint64 ns)
{
    int looks = 0;
    rest(1);
    while (!waiter_fired(w) && !thread_interrupted() && clock_ns() < ns)
        look(&looks);
    rest(-1);
    return waiter_fired(w) ? 0 : clock_ns() >= ns ? -ETIMEDOUT : -EINTR;
}

// --- messages and pages -----------------------------------------------------------------------

void printk(const char *fmt, ...)
{
    char line[256];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(line, sizeof(line), fmt, ap);
    va_end(ap);
    if (host_talkative)
        fputs(line, stderr);
}

int vformat(char *buf, size_t size, const char *fmt, va_list ap)
{
    return vsnprintf(buf, size, fmt, ap);
}

void page_zero(void *page)
{
    memset(page, 0, PGSIZE);
}

void page_copy(void *dst, const void *src)
{
    if (host_before_copy)
        host_before_copy(dst, src);
    memcpy(dst, src, PGSIZE);
}

// --- frames that are kept: nobody asks for them here ------------------------------------------

int thread_use_kept(enum kept_use use)
{
    return KEPT_NOT;
}

void thread_use_kept_end(int before)
{
}
