// Harts that take turns (turns.h).  Each thread of the kernel is a context of the host's; a hart
// that pauses goes back to the driver, which runs the next.
#include "turns.h"
#include <sanitizer/common_interface_defs.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <ucontext.h>
#include "check.h"
#include "lib/panic.h"
#include "mem/audit.h"
#include "mem/frame.h"
#include "mem/kmap.h"
#include "mem/slab.h"
#include "riscv/context.h"
#include "riscv/csr.h"
#include "riscv/intr.h"
#include "riscv/machine.h"
#include "riscv/sbi.h"
#include "riscv/spinlock.h"
#include "riscv/timer.h"
#include "riscv/trap.h"
#include "task/mutex.h"
#include "task/sched.h"
#include "task/timers.h"
// The kernel has these inline.
#define mutex_lock   mutex_lock_inline
#define mutex_unlock mutex_unlock_inline
#include "task/mutex_fast.h"
#undef mutex_lock
#undef mutex_unlock

#define HOST_STACK   (256 << 10)
#define MAX_CONTEXTS 2600
#define TURNS_MAX    1000000 // of all harts until they rest: more is a machine that spins for ever
#define TURN_SECONDS 5       // of the host's processor for one turn: more is a hart that does

struct hart harts[NCPU];
int nharts;
struct machine machine = { .timebase = TURNS_TIMEBASE, .fp = true, .bootargs = "" };
uint64 frame_base, host_direct_map;
unsigned turns_ipis, turns_fences, turns_loads;
uint64 turns_slept;
long turns_fail;

// Somewhere to go on: a context of the host's, and the stack it runs on.
struct place {
    ucontext_t context;
    const void *stack;
    size_t size;
};

// A kernel stack as threads see it, with what the host needs to run on.
struct stack {
    char kstack[KSTACK_SIZE] __attribute__((aligned(16)));
    struct place place;
    char *host;
};

static struct cpu {
    struct place paused; // where the driver goes on with it
    struct place idle_place;
    struct thread idle;
    char *stack;
    bool interrupts, waits, ipi;
    uint64 alarm;
    uint64 retired; // instructions, of which only waiting has any
} cpus[NCPU];

static struct place driver;
static int self = -1;  // whose turn it is
static uint64 now;     // the clock
static int live;       // threads whose stacks are in use
static void *beginner; // the thread that enters thread_entry()

struct hart *this_hart(void)
{
    return &harts[self];
}

static struct cpu *cpu(void)
{
    return &cpus[self];
}

// --- contexts of the host ---------------------------------------------------------------------

static const void *stack_here; // the stack in use; NULL: the driver's own
static size_t size_here;

static void arrived(void *fake_stack)
{
    const void *bottom;
    size_t size;
    __sanitizer_finish_switch_fiber(fake_stack, &bottom, &size);
    if (!driver.stack) {
        driver.stack = bottom;
        driver.size = size;
    }
}

static void go(struct place *from, struct place *to)
{
    void *fake_stack;
    if (from != &driver) {
        from->stack = stack_here;
        from->size = size_here;
    }
    stack_here = to->stack;
    size_here = to->size;
    __sanitizer_start_switch_fiber(&fake_stack, to->stack, to->size);
    if (swapcontext(&from->context, &to->context))
        abort();
    arrived(fake_stack);
}

static void make_place(struct place *p, char *stack, void (*fn)(void))
{
    getcontext(&p->context);
    p->context.uc_stack.ss_sp = stack;
    p->context.uc_stack.ss_size = HOST_STACK;
    p->stack = stack;
    p->size = HOST_STACK;
    makecontext(&p->context, fn, 0);
}

// --- turns ------------------------------------------------------------------------------------

void turns_pause(void)
{
    go(&cpu()->paused, &driver);
}

static void hart_begins(void)
{
    arrived(NULL);
    sched_run(&cpu()->idle);
}

static bool due(const struct cpu *c)
{
    return c->ipi || now >= c->alarm;
}

static volatile unsigned turn_number;
static volatile bool in_turn;

// Comes at intervals of the host's processor's time.
static void watch(int signal)
{
    static unsigned seen;
    if (in_turn && seen == turn_number)
        check_failed(__FILE__, __LINE__, "hart %d's turn does not end", self);
    seen = turn_number;
}

static void start_watch(void)
{
    struct itimerval often = { { TURN_SECONDS, 0 }, { TURN_SECONDS, 0 } };
    signal(SIGVTALRM, watch);
    setitimer(ITIMER_VIRTUAL, &often, NULL);
}

static void turn(int hart)
{
    self = hart;
    turn_number++;
    in_turn = true;
    go(&driver, &cpus[hart].paused);
    in_turn = false;
}

// What the driver has done was an interrupt of the hart that it acts as.
void turns_run(void)
{
    cpus[self].ipi = true;
    for (int n = 0; n < TURNS_MAX; n++) {
        bool rest = true;
        for (int i = 0; i < nharts; i++) {
            if (cpus[i].waits && !due(&cpus[i]))
                continue;
            rest = false;
            turn(i);
        }
        if (rest) {
            turns_act_as(0);
            return;
        }
    }
    check_failed(__FILE__, __LINE__, "the harts do not come to rest");
}

void turns_run_until(uint64 until)
{
    for (turns_run(); now < until; turns_run()) {
        uint64 next = until;
        for (int i = 0; i < nharts; i++)
            if (cpus[i].alarm < next)
                next = cpus[i].alarm;
        now = next > now ? next : now + 1;
    }
}

void turns_act_as(int hart)
{
    self = hart;
}

bool turns_all_ended(void)
{
    return live == 0;
}

static void start_cpu(int i)
{
    struct cpu *c = &cpus[i];
    if (!c->stack)
        c->stack = malloc(HOST_STACK);
    *c = (struct cpu){ .stack = c->stack, .alarm = TIMER_NEVER };
    spin_init(&c->idle.lock, "idle", RANK_THREAD);
    c->idle.name = "idle";
    c->idle.state = THREAD_RUNNING;
    c->idle.note = &c->idle.in_call;
    c->idle.on_hart = 1;
    c->idle.hart = i;
    c->idle.context.s[0] = (uint64)&c->idle_place;
    harts[i] = (struct hart){
        .index = i, .hartid = (uint64)(100 + i), .thread = &c->idle, .counts = true
    };
    make_place(&c->paused, c->stack, hart_begins);
}

void turns_boot(int n)
{
    nharts = n;
    start_watch();
    turns_slept = 0;
    now = turns_ipis = turns_fences = turns_loads = 0;
    turns_fail = 0;
    for (int i = 0; i < n; i++)
        start_cpu(i);
    turns_act_as(0);
    sched_init();
    timers_init();
    turns_run();
}

// --- threads ----------------------------------------------------------------------------------

void *kstack_alloc(void)
{
    if (turns_fail && --turns_fail == 0)
        return NULL;
    struct stack *s = calloc(1, sizeof *s);
    s->host = malloc(HOST_STACK);
    live++;
    CHECK(live < MAX_CONTEXTS);
    return s;
}

void kstack_free(void *stack)
{
    struct stack *s = stack;
    free(s->host);
    free(s);
    live--;
}

void thread_entry(void); // as context.S has it
void thread_entry(void)
{
    arrived(NULL);
    struct context *c = beginner;
    ((void (*)(uint64))c->s[1])(c->s[2]);
    panic("a thread returns");
}

// Where one of the kernel's contexts goes on: an idle thread's, or that of its stack.
static struct place *place_of(struct context *c)
{
    if (c->s[0])
        return (struct place *)c->s[0];
    CHECK(c->ra == (uint64)thread_entry);
    struct stack *s = (struct stack *)(c->sp + sizeof(struct trapframe) - KSTACK_SIZE);
    c->s[0] = (uint64)&s->place;
    make_place(&s->place, s->host, thread_entry);
    return &s->place;
}

void context_switch(struct context *from, struct context *to)
{
    CHECK(!cpu()->interrupts);
    beginner = to;
    go(place_of(from), place_of(to));
}

void fp_save(struct fp_state *fp)
{
    fp->fcsr++;
}

void fp_restore(const struct fp_state *fp)
{
}

// --- interrupts and time ----------------------------------------------------------------------

static void take_interrupts(void)
{
    struct cpu *c = cpu();
    c->ipi = false;
    if (now < c->alarm)
        return;
    c->interrupts = false;
    sched_timer(false);
    CHECK(c->alarm > now);
    c->interrupts = true;
}

bool intr_enabled(void)
{
    return cpu()->interrupts;
}

void intr_on(void)
{
    cpu()->interrupts = true;
    take_interrupts();
}

void intr_off(void)
{
    cpu()->interrupts = false;
}

bool intr_save(void)
{
    bool was = cpu()->interrupts;
    cpu()->interrupts = false;
    return was;
}

void intr_restore(bool was_on)
{
    if (was_on)
        intr_on();
}

void wait_for_interrupt(void)
{
    struct cpu *c = cpu();
    CHECK(!c->interrupts);
    c->waits = true;
    while (!due(c))
        turns_pause();
    c->waits = false;
    c->retired += 1 + (uint64)self;
    turns_slept += 1 + (uint64)self;
}

void cpu_relax(void)
{
    turns_pause();
}

uint64 rdtime(void)
{
    return now;
}

uint64 time_now(void)
{
    return now;
}

uint64 time_to_ns(uint64 ticks)
{
    return ticks * (1000000000UL / TURNS_TIMEBASE);
}

uint64 time_from_ns(uint64 ns)
{
    return (ns + 1000000000UL / TURNS_TIMEBASE - 1) / (1000000000UL / TURNS_TIMEBASE);
}

void timer_arm(uint64 when)
{
    cpu()->alarm = when;
}

void sbi_send_ipi(uint64 hartid)
{
    CHECK(hartid >= 100 && hartid < 100 + (uint64)nharts);
    cpus[hartid - 100].ipi = true;
    turns_ipis++;
}

// As user mode does: the timer interrupts it, and on the way back its slice may be over.
void turns_compute(uint64 ticks)
{
    for (uint64 end = now + ticks; now < end;) {
        uint64 next = cpu()->alarm;
        now = next > now && next < end ? next : next <= now ? now : end;
        if (now < cpu()->alarm)
            continue;
        cpu()->interrupts = false;
        uint64 left = end - now;
        sched_timer(true);
        if (this_hart()->need_resched)
            thread_yield();
        end = now + left;
        cpu()->interrupts = true;
    }
}

// --- locks ------------------------------------------------------------------------------------

bool spin_held(const struct spinlock *lock)
{
    return lock->locked && lock->hart == self;
}

void spin_lock(struct spinlock *lock)
{
    struct hart *h = this_hart();
    bool on = intr_save();
    CHECK(!spin_held(lock));
    if (h->spin_depth++ == 0)
        h->intr_before = on;
    while (lock->locked)
        turns_pause();
    lock->locked = 1;
    lock->hart = (int16)self;
}

void spin_unlock(struct spinlock *lock)
{
    struct hart *h = this_hart();
    CHECK(spin_held(lock));
    lock->locked = 0;
    lock->hart = -1;
    if (--h->spin_depth == 0)
        intr_restore(h->intr_before);
}

void mutex_lock(struct mutex *m)
{
    mutex_lock_inline(m);
}

void mutex_unlock(struct mutex *m)
{
    mutex_unlock_inline(m);
}

// --- memory -----------------------------------------------------------------------------------

void *obj_alloc_zeroed(struct obj_cache *cache)
{
    if (turns_fail && --turns_fail == 0)
        return NULL;
    return calloc(1, cache->size);
}

void *obj_alloc(struct obj_cache *cache)
{
    void *obj = obj_alloc_zeroed(cache);
    return obj ? memset(obj, 0xa5, cache->size) : NULL;
}

void *kalloc(enum frame_kind kind)
{
    panic("no thread here has a page in its hands");
}

void *kalloc_zeroed(enum frame_kind kind)
{
    return kalloc(kind);
}

void kfree(void *page)
{
}

void obj_free(struct obj_cache *cache, void *obj)
{
    free(obj);
}

void frame_free(struct frame *f)
{
    CHECK_EQ(f->refs, 1);
    f->refs = 0;
}

void frame_miscounted(const struct frame *f, const char *what)
{
    panic("a frame is %s once too often", what);
}

void kmap_load(void)
{
    turns_loads++;
}

void audit_register(const char *name, audit_walker *walk)
{
}

void audit_count(struct frame *f)
{
    f->audited++;
}

// --- registers --------------------------------------------------------------------------------

uint64 host_csr_read(const char *csr)
{
    return strcmp(csr, "instret") == 0 ? cpu()->retired : 0;
}

void host_csr_write(const char *csr, uint64 value)
{
    CHECK_EQ(strcmp(csr, "satp"), 0);
    turns_loads++;
}

void host_csr_set(const char *csr, uint64 bits)
{
    CHECK_EQ(strcmp(csr, "sstatus"), 0);
    CHECK_EQ(bits, SSTATUS_FS);
}

void sfence_vma_all(void)
{
    turns_fences++;
}

void fence_i(void)
{
}
