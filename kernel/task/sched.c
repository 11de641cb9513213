// The scheduler (task/sched.h).
//
// A thread that is READY stands in exactly one run queue.  A woken thread stays with the hart that
// woke it if nobody waits there, else goes to an idle one.  A hart with nothing to do steals from
// the longest queue it sees; one that finds nothing says so (`idling`) and waits.
//
// Wakeups are not lost between queue and wfi: the waker queues, fences, and reads `idling`; the
// idle hart sets `idling`, fences, and looks at the queue.  One of the two sees the other.
// An interrupt that is pending ends wfi even while interrupts are off.
//
// Order: a thread that has slept goes before those that wait for their turn (`woken` before
// `ready`), until its slice is over; then it waits too.  Once those who go before have had a slice
// of a hart, one that waits gets its turn there.  So whoever sleeps is answered within a few
// slices, however many compute, and those have half of the hart at least, however many sleep.
// A new thread has half of what its maker has left of its turn, and that much less is left: whoever
// makes hundreds has one turn for all of them.
//
// Time is charged as it passes: at each switch and each timer interrupt the running thread gets
// what has gone by since the last (`since`), as user or kernel time by what the timer saw last.
//
// on_hart: a thread may be queued before the hart it leaves has saved its registers.  Until that
// hart clears on_hart (release) after the switch, nobody else takes it off the queue.  To take it
// and then wait would dead-lock: two harts that leave each other's next thread would wait for ever.

#include "task/sched.h"
#include "errno.h"
#include "lib/panic.h"
#include "mem/audit.h"
#include "mem/frame.h"
#include "mem/kmap.h"
#include "riscv/csr.h"
#include "riscv/intr.h"
#include "riscv/longest.h"
#include "riscv/sbi.h"
#include "riscv/timer.h"
#include "riscv/trap.h"
#include "task/fp.h"
#include "task/rest.h"
#include "task/timers.h"

#define SLICE_NS   10000000UL
#define LEAST_TURN 32 // that part of a slice is too short to be a turn

static struct runq {
    struct spinlock lock; // RANK_RUNQ: woken, ready, length
    struct list woken;    // threads that go first
    struct list ready;    // the others, in turn
    uint32 length;        // read without the lock as a hint
} __attribute__((aligned(64))) runqs[NCPU] = {
    [0 ... NCPU - 1] = { .lock = SPINLOCK_INIT("run queue", RANK_RUNQ) },
};

static uint64 slice; // SLICE_NS in time-base ticks
static uint64 look;  // REST_LOOK_NS in the same

static inline void runq_add(struct runq *q, struct list *list, struct thread *t)
{
    spin_lock(&q->lock);
    list_push_back(list, &t->run_link);
    q->length++;
    spin_unlock(&q->lock);
}

// => may it run, and are its registers saved, or still this hart's own?
static inline bool can_run_here(const struct thread *t)
{
    return (__atomic_load_n(&t->on_hart, __ATOMIC_ACQUIRE) == 0 || t == current_thread()) &&
           !rest_keeps(t);
}

// => the first thread in the list that this hart can run, with the queue's lock held
static inline __attribute__((always_inline)) struct thread *first_runnable(struct list *list)
{
    list_for_each (l, list) {
        struct thread *t = container_of(l, struct thread, run_link);
        if (can_run_here(t))
            return t;
    }
    return NULL;
}

static struct thread *runq_take(struct runq *q, struct hart *h)
{
    if (__atomic_load_n(&q->length, __ATOMIC_RELAXED) == 0)
        return NULL;
    spin_lock(&q->lock);
    bool turn = h->ahead >= slice;
    struct thread *t = first_runnable(turn ? &q->ready : &q->woken);
    if (!t)
        t = first_runnable(turn ? &q->woken : &q->ready);
    if (t) {
        list_remove(&t->run_link);
        q->length--;
        t->rests = false;
        h->prev = h->thread; // with the lock held: see pick()
    }
    spin_unlock(&q->lock);
    return t;
}

void sched_pass_queues(void)
{
    for (int i = 0; i < nharts; i++) {
        spin_lock(&runqs[i].lock);
        spin_unlock(&runqs[i].lock);
    }
}

// => a hart that waits for work, `wish` before others; -1 if none does
static int find_idle(int wish)
{
    if (harts[wish].idling)
        return wish;
    for (int i = 0; i < nharts; i++)
        if (harts[i].idling)
            return i;
    return -1;
}

// Where a woken thread goes.  The first to wait here stays here: most wakers (a pipe's writer, a
// parent, a child that ends) sleep a moment later, and a switch is much cheaper than a call to
// another hart. If somebody waits here already, a hart that idles takes it.  A waker that does not
// sleep calls for help at its next tick.
static int choose_hart(const struct thread *t)
{
    int self = this_hart()->index;
    if (__atomic_load_n(&runqs[self].length, __ATOMIC_RELAXED) == 0)
        return self;
    int idle = find_idle(t->hart);
    return idle >= 0 ? idle : t->hart;
}

// => t->lock held, t READY
static void enqueue(struct thread *t)
{
    int hart = choose_hart(t);
    struct runq *q = &runqs[hart];
    runq_add(q, t->goes_first ? &q->woken : &q->ready, t);
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    if (hart != this_hart()->index && harts[hart].idling)
        sbi_send_ipi(harts[hart].hartid);
}

// Somebody waits here while this hart works on: lets an idle one steal.
static void call_for_help(struct hart *h)
{
    if (__atomic_load_n(&runqs[h->index].length, __ATOMIC_RELAXED) == 0)
        return;
    int idle = find_idle(h->index);
    if (idle >= 0 && idle != h->index)
        sbi_send_ipi(harts[idle].hartid);
}

// => t->lock held
static inline void make_ready(struct thread *t)
{
    t->state = THREAD_READY;
    t->goes_first = true;
    t->behind = 0;
    enqueue(t);
}

void sched_wake(struct thread *t, enum sleep_depth lightness)
{
    spin_lock(&t->lock);
    if (t->state == THREAD_SLEEPING && t->depth >= lightness)
        make_ready(t);
    spin_unlock(&t->lock);
}

void sched_wake_by(struct thread *t, const struct waiter *w)
{
    spin_lock(&t->lock);
    if (t->state == THREAD_SLEEPING && t->sleeps_by == w)
        make_ready(t);
    spin_unlock(&t->lock);
}

// => what a thread that is made here goes first for; it is taken from the running thread's turn
static uint64 part_of_turn(void)
{
    bool on = intr_save();
    struct hart *h = this_hart();
    uint64 used = rdtime() - h->slice_begin;
    uint64 part = h->first && used < slice ? (slice - used) / 2 : 0;
    if (part < slice / LEAST_TURN)
        part = 0;
    h->slice_begin -= part;
    intr_restore(on);
    return part;
}

void sched_start(struct thread *t)
{
    uint64 part = part_of_turn();
    spin_lock(&t->lock);
    t->state = THREAD_READY;
    t->goes_first = part > 0;
    t->behind = part ? slice - part : 0;
    enqueue(t);
    spin_unlock(&t->lock);
}

static struct thread *steal(struct hart *h)
{
    int self = h->index, best = -1;
    uint32 most = 0;
    for (int i = 0; i < nharts; i++) {
        uint32 n = __atomic_load_n(&runqs[i].length, __ATOMIC_RELAXED);
        if (i != self && n > most) {
            most = n;
            best = i;
        }
    }
    return best >= 0 ? runq_take(&runqs[best], h) : NULL;
}

// => who runs here next.  A switch has begun: the hart does not look idle (task/rest.c) until it is
// over.
static struct thread *pick(struct hart *h)
{
    struct thread *t = runq_take(&runqs[h->index], h);
    if (!t && nharts > 1)
        t = steal(h);
    if (t)
        return t;
    h->prev = h->thread;
    return h->idle;
}

// Loads a root table; NULL: the kernel's own.  A hart has a process's table loaded only while it
// runs a thread of that process (or one that is just exiting).  It holds a reference to it, and is
// named in `active` from before it can use a translation until after it has forgotten them all, so
// that whoever takes a right away knows whom to tell.
static void load_root(struct hart *h, struct frame *root)
{
    struct frame *old = h->root;
    if (root) {
        frame_get(root);
        __atomic_fetch_or(&root->active, 1u << h->index, __ATOMIC_SEQ_CST);
        csr_write(satp, SATP_SV39 | frame_phys(root) >> PGSHIFT);
        sfence_vma_all();
        fence_i(); // programs' text may have come to other frames while nothing of them ran here
    } else {
        kmap_load();
    }
    h->root = root;
    if (old) {
        __atomic_fetch_and(&old->active, ~(1u << h->index), __ATOMIC_RELEASE);
        frame_put(old);
    }
}

void thread_set_root(struct frame *root)
{
    bool on = intr_save();
    current_thread()->root = root;
    load_root(this_hart(), root);
    intr_restore(on);
}

void thread_leave_root(void)
{
    current_thread()->root = NULL;
}

// A dead thread may still be in the hands of the one who woke it last, until that hart drops the
// thread's lock.
static void bury(struct thread *t)
{
    struct thread_end *end = t->end;
    if (end) {
        __atomic_fetch_add(&end->spent.user, t->spent.user, __ATOMIC_RELAXED);
        __atomic_fetch_add(&end->spent.kernel, t->spent.kernel, __ATOMIC_RELAXED);
    }
    spin_lock(&t->lock);
    spin_unlock(&t->lock);
    thread_discard(t);
    if (end)
        __atomic_fetch_sub(&end->left, 1, __ATOMIC_RELEASE);
}

void sched_finish_switch(void)
{
    struct thread *prev = this_hart()->prev;
    bool dead = prev->state == THREAD_DEAD;
    __atomic_store_n(&prev->on_hart, 0, __ATOMIC_RELEASE);
    if (dead)
        bury(prev);
    __atomic_store_n(&this_hart()->prev, NULL, __ATOMIC_RELEASE);
}

// Gives the running thread the time that has passed since this was last done.
static void charge(struct hart *h, struct thread *t, uint64 now)
{
    uint64 passed = now - h->since;
    h->since = now;
    if (t->in_user)
        t->spent.user += passed;
    else
        t->spent.kernel += passed;
    h->ahead = h->first ? h->ahead + passed : 0;
}

void sched_charge(void)
{
    bool on = intr_save();
    charge(this_hart(), current_thread(), time_now());
    intr_restore(on);
}

static void arm(struct hart *h, uint64 when)
{
    h->armed = when;
    timer_arm(when);
}

// The turn of a thread that has just been made is shorter than the timer knows.
static inline void begin_turn(struct hart *h, const struct thread *t)
{
    h->first = t->goes_first;
    h->slice_begin = h->since - t->behind;
    if (t->behind && h->armed > h->slice_begin + slice)
        arm(h, h->slice_begin + slice);
}

// => the thread that leaves has just been charged
static void switch_to(struct hart *h, struct thread *prev, struct thread *next)
{
    begin_turn(h, next);
    next->on_hart = 1;
    next->hart = h->index;
    next->state = THREAD_RUNNING;
    fp_leave(prev);
    h->thread = next;
    h->trapframe = (uint64)next->tf;
    h->note = next->note;
    h->kept_use = next->kept_use;
    if (next->root != h->root)
        load_root(h, next->root);
    context_switch(&prev->context, &next->context);
    sched_finish_switch();
}

void schedule(void)
{
    longest_breath_end(LONGEST_HERE);
    bool on = intr_save();
    struct hart *h = this_hart();
    if (h->spin_depth != 0)
        panic("schedule: %s sleeps with a spinlock held", h->thread->name);
    h->need_resched = false;
    struct thread *self = h->thread;
    charge(h, self, rdtime()); // whose turn it is depends on it
    struct thread *next = pick(h);
    if (next == self) {
        self->state = THREAD_RUNNING;
        h->first = self->goes_first;
        h->prev = NULL;
    } else {
        switch_to(h, self, next);
    }
    intr_restore(on);
    longest_breath_begin(LONGEST_HERE);
}

// => does nobody else wait for this hart?  Then the thread may go on.
static bool nobody_waits(struct hart *h)
{
    if (__atomic_load_n(&runqs[h->index].length, __ATOMIC_RELAXED) != 0)
        return false;
    h->need_resched = false;
    return true;
}

// Without its lock: until it stands in the queue nobody else changes a thread that runs.
static inline void go_to_the_end(struct thread *t)
{
    __atomic_store_n(&t->state, THREAD_READY, __ATOMIC_RELAXED);
    t->goes_first = false;
    t->behind = 0;
    struct runq *q = &runqs[this_hart()->index];
    runq_add(q, &q->ready, t);
}

void thread_yield(void)
{
    longest_breath(LONGEST_HERE);
    if (nobody_waits(this_hart()))
        return;
    go_to_the_end(current_thread());
    schedule_busy();
}

void thread_yield_at_rest(void)
{
    longest_breath(LONGEST_HERE);
    if (!rest_is_wanted() && nobody_waits(this_hart()))
        return;
    struct thread *t = current_thread();
    rest_enter(t);
    go_to_the_end(t);
    schedule();
}

static __attribute__((noinline)) int breathe_slowly(void (*yield)(void))
{
    if (this_hart()->spin_depth)
        panic("thread_breathe: a spinlock is held");
    yield();
    return thread_killed() ? -EINTR : 0;
}

// => as thread_breathe().  must: whatever time there is left
static inline __attribute__((always_inline)) int breathe(void (*yield)(void), bool must)
{
    longest_breath(LONGEST_HERE);
    const struct hart *h = this_hart();
    if (h->need_resched || h->spin_depth || must) {
        int err = breathe_slowly(yield);
        longest_breath_begin(LONGEST_HERE);
        return err;
    }
    return __atomic_load_n(&h->thread->killed, __ATOMIC_RELAXED) ? -EINTR : 0;
}

int thread_breathe(void)
{
    return breathe(thread_yield, false);
}

int thread_breathe_at_rest(void)
{
    return breathe(thread_yield_at_rest, rest_is_wanted());
}

bool thread_may_breathe(uint32 n)
{
    struct hart *h = this_hart();
    return h->spin_depth == n && h->intr_before && h->thread != h->idle;
}

static uint64 earlier(uint64 a, uint64 b)
{
    return a < b ? a : b;
}

// The timer is armed for whoever sleeps, too: a slice is over when its time is.
static void end_slice(struct hart *h, uint64 now)
{
    if (now - h->slice_begin < slice)
        return;
    h->slice_begin = now;
    h->need_resched = true;
}

void sched_timer(bool from_user)
{
    struct hart *h = this_hart();
    uint64 now = time_now(), next = timers_run(now);
    h->thread->in_user = from_user;
    charge(h, h->thread, now);
    end_slice(h, now);
    call_for_help(h);
    arm(h, earlier(next, h->slice_begin + slice));
}

static uint64 instructions(const struct hart *h)
{
    return h->counts ? csr_read(instret) : 0;
}

// => until when an idle hart may wait; 0: there is work.  While somebody wants rest (task/rest.h)
// what stands on the queues may have to stay there: it is looked at again soon.
static uint64 idle_until(void)
{
    bool work = false;
    for (int i = 0; i < nharts; i++)
        work |= __atomic_load_n(&runqs[i].length, __ATOMIC_RELAXED) > 0;
    if (!work)
        return timers_next();
    return rest_is_wanted() ? earlier(timers_next(), time_now() + look) : 0;
}

// Interrupts are off.  Sleeps until an interrupt is pending.
static void idle_wait(struct hart *h)
{
    h->idling = true;
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    uint64 until = idle_until();
    if (until) {
        arm(h, until);
        uint64 before = instructions(h);
        longest_on(LONGEST_HERE);
        wait_for_interrupt();
        longest_off(LONGEST_HERE);
        h->slept += instructions(h) - before;
    }
    h->idling = false;
    uint64 slice_end = time_now() + slice;
    if (h->armed > slice_end)
        arm(h, slice_end);
}

uint64 sched_slept(void)
{
    uint64 sum = 0;
    for (int i = 0; i < nharts; i++)
        sum += harts[i].slept;
    return sum;
}

void sched_run(struct thread *idle)
{
    struct hart *h = this_hart();
    h->idle = idle;
    __atomic_store_n(&h->online, true, __ATOMIC_SEQ_CST); // from here on it is told what to forget
    // The first thread may be at work elsewhere for long already: its slice must end here too.
    h->since = h->slice_begin = time_now();
    arm(h, h->since + slice);
    for (;;) {
        intr_off();
        struct thread *next = pick(h);
        if (next == idle) {
            h->prev = NULL;
            idle_wait(h);
        } else {
            charge(h, idle, rdtime());
            switch_to(h, idle, next);
        }
        intr_on();
    }
}

static void audit_roots(void)
{
    for (int i = 0; i < nharts; i++)
        if (harts[i].root)
            audit_count(harts[i].root);
}

void sched_init(void)
{
    slice = time_from_ns(SLICE_NS);
    look = time_from_ns(REST_LOOK_NS);
    for (int i = 0; i < NCPU; i++) {
        list_init(&runqs[i].woken);
        list_init(&runqs[i].ready);
    }
    audit_register("loaded roots", audit_roots);
}
