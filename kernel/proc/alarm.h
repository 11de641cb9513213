// Times at which a process gets a signal: setitimer() and timer_create().
//
// An *alarm* rings at a time, once or again and again.  Those that are set stand in one list, soonest
// first; a thread of the kernel sleeps until the first is due.  What ought to ring more often than a
// thread can be woken rings as often as it can, and says how many times it should have.
//
// Processor time has no clock that could ring: those alarms are looked at in each timer interrupt
// that meets their process, so they are late by up to a slice.
//
// The tree lock guards all of it.
#pragma once

#include "lib/list.h"
#include "signals.h"
#include "types.h"

struct proc;

struct alarm {
    struct list link; // in the list of those that are set
    uint64 when;      // ns since boot; 0: not set
    uint64 interval;  // ns; 0: once
    void (*ring)(struct alarm *a, uint64 missed);
};

struct cpu_alarm {
    uint64 at;       // ns that its process has spent; 0: not set
    uint64 interval; // ns; 0: once
};

// A timer's state for a program, in ns.
struct alarm_time {
    uint64 left; // 0: not set
    uint64 interval;
};

#define TIMERS_MOST 256 // of one process

bool alarms_start(void); // once at boot: the thread that rings them.  => false: no memory
// Nothing of the process rings any more: it ends; or nothing but ITIMER_* (exec).  => tree_lock held
void alarms_end(struct proc *p);
void alarms_end_timers(struct proc *p);

// A timer interrupt has met the process; from the interrupt.
void alarms_tick(struct proc *p);

// --- the calls, for the current process: the lock is not held ---------------------------------
// What is left, or was, of timer `which` (ITIMER_*).  => 0, -ENOMEM
struct alarm_time itimer_get(int which);
int itimer_set(int which, struct alarm_time t, struct alarm_time *old);

// timer_create(): what it does when it rings, NULL: SIGALRM with its id.  realtime: its clock is that
// of the day.  => its id; -EAGAIN, -EINVAL
int ptimer_new(const struct sigevent *event, bool realtime);
// Sets timer `id` to ring after `value` ns, or at that time of its clock; 0: not at all.
// => 0, -EINVAL: there is none
int ptimer_set(int id, uint64 value, uint64 interval, bool absolute, struct alarm_time *old);
int ptimer_get(int id, struct alarm_time *out);
int ptimer_overrun(int id); // of its last signal that was taken
int ptimer_delete(int id);
// A signal of a timer's has been taken.  => tree_lock held
void ptimer_taken(struct proc *p, const struct siginfo *info);
