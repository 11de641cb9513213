// Rest: nobody but the caller has anything in his hands.
//
// A thread *rests* where all that it holds can be found by whoever looks for it: in user mode or on
// the way there, in a sleep that a signal may end, between two pieces of a long call, while it
// waits for a turn, before its first step and after its last.  There it has no mutex but turns, no
// borrowed pointer to its current directory, and no frame that hangs on its kernel stack alone.
// Everywhere else it is *busy*.  While somebody has the system at rest, threads that rest
// stay where they are, and there are no others: so the recount of all memory (mem/audit.h) is
// exact, whatever is going on, and what is a process's own can be exchanged by another.
//
// A *turn* is a mutex that is held for as long as a caller likes: to write to a file, to use an
// offset (lockorder.h).  Whoever has one may rest, so who waits for one rests too: else the one
// would wait for the other.  Turns come before all other locks; and nobody takes one while he has
// the system at rest.
//
// Invariants
//   R1  a thread with `rests` set has no mutex but turns (debug builds look) and holds nothing
//       uncounted; it sets that itself, before a switch, and whoever takes it off a run queue
//       clears it
//   R2  the sum of all harts' `away` is the number of threads that wait or are queued without
//       `rests`
#pragma once

#include "types.h"
#include "task/sched.h"

enum rest_stage {
    REST_NONE,
    REST_ASKED,  // a process's thread that rests stays there; the kernel's own work on for the busy
    REST_FROZEN, // nobody is taken off a run queue
    REST_HELD,   // nobody who rests is
};

extern uint32 rest_stage; // atomic: enum rest_stage; changed with every run queue's lock passed

static inline bool rest_is_wanted(void)
{
    return __atomic_load_n(&rest_stage, __ATOMIC_RELAXED) != REST_NONE;
}

// => does the caller have the system at rest?  Nobody else runs then
static inline bool rest_is_held(void)
{
    return __atomic_load_n(&rest_stage, __ATOMIC_RELAXED) == REST_HELD;
}

#define REST_LOOK_NS 500000UL // while it is wanted: between two looks

// Brings the system to rest.  Others are stopped for as long as it takes the busy to finish what
// they do, 16 ms at first; if that is not enough they may go on for as long, and the next try takes
// twice the time, four seconds at the most.  Calls that can be longer than a tenth of a second rest
// between their pieces (thread_breathe_at_rest()), so that it comes soon whatever is called.  No
// lock is held; may sleep.
// => 0: nobody but the caller runs until rest_end(); -EINTR: the process has been killed
int rest_begin(void);
void rest_end(void);

// Says that t, the current thread, rests from here to the end of the schedule() that follows.
static inline void rest_enter(struct thread *t)
{
    lockcheck_rest(&t->locks);
    t->rests = true;
}

// schedule() for a thread that does not rest.
static inline void schedule_busy(void)
{
    this_hart()->away++;
    schedule();
    this_hart()->away--;
}

// schedule() for the current thread, which rests or does not.
static inline void schedule_as(bool rests)
{
    if (rests) {
        rest_enter(current_thread());
        schedule();
    } else {
        schedule_busy();
    }
}

// A hart has been interrupted, perhaps because somebody wants rest: its thread is to come to a
// place where it rests soon.
static inline void rest_notice(void)
{
    if (rest_is_wanted())
        this_hart()->need_resched = true;
}

// => must t stay on its run queue?
static inline bool rest_keeps(const struct thread *t)
{
    uint32 stage = __atomic_load_n(&rest_stage, __ATOMIC_RELAXED);
    if (stage == REST_NONE)
        return false;
    return stage == REST_FROZEN || (t->rests && (stage == REST_HELD || t->proc != NULL));
}
