#include "task/thread.h"
#include "lib/panic.h"
#include "lib/string.h"
#include "mem/kmap.h"
#include "mem/slab.h"
#include "riscv/csr.h"
#include "riscv/intr.h"
#include "riscv/longest.h"
#include "riscv/trap.h"
#include "task/sched.h"

static struct obj_cache threads = OBJ_CACHE_INIT(threads, "thread", sizeof(struct thread));

void thread_entry(void); // context.S

static void begin(void *arg)
{
    struct thread *t = arg;
    sched_finish_switch();
    intr_on();
    longest_breath_begin((uint64)t->fn);
    t->fn(t->arg);
    thread_exit();
}

struct thread *thread_new(const char *name, void (*fn)(void *), void *arg)
{
    struct thread *t = obj_alloc(&threads);
    if (!t)
        return NULL;
    memset(t, 0, offsetof(struct thread, fp));
    t->kstack = kstack_alloc();
    if (!t->kstack) {
        obj_free(&threads, t);
        return NULL;
    }
    t->name = name;
    t->fn = fn;
    t->arg = arg;
    t->tf = (struct trapframe *)((char *)t->kstack + KSTACK_SIZE) - 1;
    t->context.ra = (uint64)thread_entry;
    t->context.sp = (uint64)t->tf;
    t->context.s[1] = (uint64)begin;
    t->context.s[2] = (uint64)t;
    t->state = THREAD_NEW;
    t->rests = true;
    t->note = &t->in_call;
    t->hart = this_hart()->index;
    spin_init(&t->lock, "thread", RANK_THREAD);
    list_init(&t->in_hand);
    return t;
}

void thread_start(struct thread *t)
{
    sched_start(t);
}

struct thread *thread_spawn(const char *name, void (*fn)(void *), void *arg)
{
    struct thread *t = thread_new(name, fn, arg);
    if (!t)
        return NULL;
    t->kept_use = KEPT_ALL;
    thread_start(t);
    return t;
}

void thread_discard(struct thread *t)
{
    kstack_free(t->kstack);
    obj_free(&threads, t);
}

void thread_exit(void)
{
    intr_off();
    current_thread()->state = THREAD_DEAD;
    schedule();
    panic("a dead thread runs");
}

void thread_interrupt(struct thread *t)
{
    spin_lock(&t->lock);
    t->interrupted = true;
    spin_unlock(&t->lock);
    sched_wake(t, SLEEP_LIGHT);
}

void thread_kill(struct thread *t)
{
    spin_lock(&t->lock);
    t->interrupted = true;
    t->killed = true;
    spin_unlock(&t->lock);
    sched_wake(t, SLEEP_KILLABLE);
}

void thread_clear_interrupt(struct thread *t)
{
    spin_lock(&t->lock);
    t->interrupted = t->killed;
    spin_unlock(&t->lock);
}

void thread_use_kept_end(int before)
{
    this_hart()->kept_use = current_thread()->kept_use = before;
}

int thread_use_kept(enum kept_use use)
{
    int before = current_thread()->kept_use;
    if ((int)use > before)
        thread_use_kept_end((int)use);
    return before;
}

bool thread_interrupted(void)
{
    return thread_wakes(current_thread(), SLEEP_LIGHT);
}

bool thread_killed(void)
{
    return thread_wakes(current_thread(), SLEEP_KILLABLE);
}
