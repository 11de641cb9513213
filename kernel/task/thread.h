// Threads of control.
//
// Life: thread_new() makes one that will begin in a kernel function; thread_start() puts it on a
// run queue; it runs, sleeps and is woken; thread_exit() ends it, and its kernel stack is given
// back by the next thread that runs on its hart.
//
// The kernel is not preempted: a thread gives up its hart by sleeping, by yielding, or on its way
// back to user mode when its time is over.
#pragma once

#include "types.h"
#include "lib/list.h"
#include "mem/frame.h"
#include "riscv/context.h"
#include "riscv/hart.h"
#include "riscv/lockcheck.h"
#include "riscv/spinlock.h"

struct lwp;
struct proc;
struct trapframe;
struct waiter;

// What ends a sleep besides that which the thread waits for.
enum sleep_depth {
    SLEEP_DEEP,     // nothing
    SLEEP_KILLABLE, // the end of its process
    SLEEP_LIGHT,    // any signal
};

enum thread_state { THREAD_NEW, THREAD_READY, THREAD_RUNNING, THREAD_SLEEPING, THREAD_DEAD };

struct cpu_time { // in time-base ticks
    uint64 user, kernel;
};

// What threads that end leave behind.
struct thread_end {
    struct cpu_time spent; // atomic: by those that are gone
    uint32 left;           // atomic: threads that have not given back all that they held
};

struct thread {
    struct context context; // callee-saved registers while it does not run
    void (*fn)(void *);     // what it was made to run
    void *arg;
    void *kstack;         // lowest usable address of its kernel stack
    struct trapframe *tf; // user registers, at the top of the kernel stack
    struct frame *root;   // root page table, borrowed from its owner; NULL: runs on any
    struct proc *proc;    // opaque to this layer; NULL: a kernel thread
    struct lwp *lwp;      // opaque to this layer: what it has of the process for itself
    const char *name;

    struct spinlock lock;    // RANK_THREAD
    enum thread_state state; // by lock, but for RUNNING and from RUNNING to READY: its own
    uint64 behind;    // by lock: that part of its next turn is over already, in time-base ticks
    bool interrupted; // by lock: a signal is pending, light sleeps end at once
    bool killed;      // by lock: it is to end, so do killable sleeps; never taken back
    bool goes_first;  // by lock: it goes before those that wait for their turn
    enum sleep_depth depth;         // by lock: of the sleep in progress
    const struct waiter *sleeps_by; // by lock: whose firing ends the sleep in progress, or NULL
    bool rests;             // task/rest.h: its own while it runs; then by the run queue's lock
    int hart;               // by lock: where it runs or ran last
    uint32 on_hart;         // atomic: 1 until its registers are all saved
    struct thread_end *end; // its own: where to leave it, or NULL
    struct list run_link;   // by the run queue's lock

    bool fp_used;                // its own: fp holds something
    struct kalloc_note in_call;  // its own: of what it allocates in system calls
    struct kalloc_note in_fault; // its own: the same, in page faults
    struct kalloc_note *note;    // its own: the one of these that counts at this moment
    int kept_use;                // its own: enum kept_use of mem/frame.h
    struct list in_hand;         // its own: pages (task/hand.h)
    struct frame *frame;         // its own: a frame in hand, or NULL
    struct locks_held locks;     // its own: mutexes, for the checker
    struct cpu_time spent;       // its own: what it has run; others may look
    bool in_user;                // its own: where the timer last saw it

    struct fp_state fp; // its own: floating-point registers; last, for it is not cleared
};

static inline struct thread *current_thread(void)
{
    return this_hart()->thread;
}

// => a thread that will run fn(arg) on its kernel stack once started; NULL if out of memory.
struct thread *thread_new(const char *name, void (*fn)(void *), void *arg);
void thread_start(struct thread *t);
// Makes a kernel thread and starts it.  => NULL if out of memory.
struct thread *thread_spawn(const char *name, void (*fn)(void *), void *arg);
// Throws away a thread that was never started.
void thread_discard(struct thread *t);
_Noreturn void thread_exit(void);

// Gives the current thread another root table and loads it at once.
void thread_set_root(struct frame *root);
// Takes the current thread's root table away: it will not go to user mode again.  The table stays
// loaded until the hart runs another thread.
void thread_leave_root(void);

// Ends a light sleep and makes later ones return -EINTR until thread_clear_interrupt().
void thread_interrupt(struct thread *t);
void thread_clear_interrupt(struct thread *t);
// The same for killable sleeps too, and for good.
void thread_kill(struct thread *t);

// => does a sleep of this depth end at once?
static inline bool thread_wakes(const struct thread *t, enum sleep_depth depth)
{
    const bool *why = depth == SLEEP_LIGHT ? &t->interrupted : &t->killed;
    return depth != SLEEP_DEEP && __atomic_load_n(why, __ATOMIC_RELAXED);
}
// => would a light sleep of the current thread end at once?  Has its process been killed?
bool thread_interrupted(void);
bool thread_killed(void);

// Says whether the current thread's allocations are a page fault's from here on, or a system
// call's.
static inline void thread_in_fault(bool fault)
{
    struct thread *t = this_hart()->thread;
    t->note = fault ? &t->in_fault : &t->in_call;
    this_hart()->note = t->note;
}

// Lets the current thread use frames that are kept, from here on.  => what it was let before, for
// the end.  It never lets it use fewer than that, so these calls nest.
int thread_use_kept(enum kept_use use);
void thread_use_kept_end(int before);

// Lets others run.  No spinlock is held.
void thread_yield(void);
// The same where the thread rests (task/rest.h).
void thread_yield_at_rest(void);

// The rule of breath (docs/scheduling.md): work whose length a caller, an image or the size of
// memory decides is done in pieces of at most some ten thousand instructions (a page copied or
// summed, a table or a block of entries, a name looked up), and calls this between two of them.  It
// yields if somebody waits for this hart and this thread has had its time.  Mutexes may be held, a
// spinlock is not; what the mutexes do not guard may have changed.
// => 0; -EINTR: the process has been killed.  Whoever can stop with everything whole gives that to
//    its caller; whoever cannot (a change that is half done, the end of a process) goes on.
int thread_breathe(void);
// The same where the thread rests (task/rest.h): if somebody wants rest, it goes on when that is
// over.  Work that can take longer than a tenth of a second breathes so.
int thread_breathe_at_rest(void);
// => could it be called once the `n` spinlocks that the caller has taken itself are dropped?  For
//    code that any lock may be held around.  They are held.
bool thread_may_breathe(uint32 n);
