// The scheduler: one run queue a hart, with stealing.
#pragma once

#include "types.h"
#include "task/thread.h"

// Makes the calling context this hart's idle thread, and never returns: it runs whoever is ready
// and waits in wfi when nobody is.
_Noreturn void sched_run(struct thread *idle);

// Gives the hart to the next ready thread.  => interrupts off, no spinlock held; the caller has
// said by its state whether it wants to run again (READY and queued) or sleeps.
void schedule(void);

// Makes a new thread ready.  It goes before others for a part of what is left of its maker's turn.
void sched_start(struct thread *t);

// If t sleeps, and no deeper than `lightness` says, makes it ready.
void sched_wake(struct thread *t, enum sleep_depth lightness);

// If t sleeps by w, makes it ready.  Of w only the address is used.
void sched_wake_by(struct thread *t, const struct waiter *w);

// The timer interrupt: runs what is due, and ends the running thread's slice if that is over.
void sched_timer(bool from_user);

// Brings the current thread's `spent` up to date.
void sched_charge(void);

// => what instret counted while the harts waited for something to do, summed over them.
uint64 sched_slept(void);

// Waits until whoever takes a thread off a run queue at this moment has done so.
void sched_pass_queues(void);

// This thread's first steps after a switch (thread.c).
void sched_finish_switch(void);

// Before the first thread is started.
void sched_init(void);
