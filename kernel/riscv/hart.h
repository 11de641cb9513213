// What each hart keeps for itself.  In the kernel the register tp points to it.
#pragma once

#include "types.h"
#include "param.h"
#include "riscv/lockcheck.h"

struct thread;
struct frame;
struct kalloc_note;

// vector.S knows the offsets of the first four fields.
struct hart {
    uint64 user_sp;         // the vector's scratch
    uint64 trapframe;       // where the running thread's user registers go: top of its stack
    uint64 emergency_stack; // top of a small stack for reporting an overflow
    uint64 reserved;

    int index;     // 0 to nharts - 1: what the kernel calls it
    uint64 hartid; // what the machine calls it
    bool online;

    struct thread *thread;    // who runs here
    struct thread *prev;      // who ran here before the switch in progress; NULL: it is over
    struct thread *idle;      // who runs when nobody else wants to
    struct frame *root;       // the root table in satp; NULL: the kernel's own
    struct kalloc_note *note; // of the running thread (mem/frame.h), or NULL
    int kept_use;             // enum kept_use of the running thread

    struct locks_held locks; // spinlocks, for the checker
    uint32 spin_depth;       // spinlocks held
    uint64 intr_before;      // sstatus.SIE before the outermost
    bool need_resched;       // the running thread's time is over
    int away;                // busy threads left here, less those that went on here
    bool idling;             // waits in wfi: a waker sends an interrupt
    uint64 slept;            // what instret counted in wfi
    bool sstc;               // has stimecmp: its timer is its own (Sstc)
    bool counts;             // has instret
    bool clock;              // has time
    uint64 since;            // up to when the running thread has been charged
    uint64 slice_begin;      // when the running thread got its slice
    bool first;              // the running thread went before those that wait for their turn
    uint64 ahead;            // time of threads that went first, since one had its turn
    uint64 armed;            // when the next timer interrupt comes, in time-base ticks
};

extern struct hart harts[NCPU];

// Sets every register that decides what user mode may do, whatever firmware has left in it, and
// finds out which of the optional ones this hart has.  => interrupts are off
void hart_own(struct hart *h);
extern int nharts;

#ifdef KINE_HOST
struct hart *this_hart(void);
#else
// The compiler takes it that any call may change it, as one that switches threads does.
register struct hart *hart_in_tp __asm__("tp");

static inline struct hart *this_hart(void)
{
    return hart_in_tp;
}
#endif
