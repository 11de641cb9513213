// A machine for unit tests of task/ and proc/: the scheduler is the kernel's own, and its harts
// take turns on one thread of the host, so that each run is the same.
//
// A hart runs until it waits in wfi, spins, or the test's thread lets another have its turn.  The
// clock stands still but where a test moves it; timer interrupts come while interrupts are on.
// Interrupts of one hart by another end a wfi, and nothing else does: a wakeup that is left out is
// a machine at rest with work undone, which turns_run() leaves to its caller to see.
#pragma once

#include "types.h"

#define TURNS_TIMEBASE 10000000UL             // ticks in a second
#define TURNS_SLICE    (TURNS_TIMEBASE / 100) // of the scheduler
#define TURNS_MS       (TURNS_TIMEBASE / 1000)

// Starts the machine with n harts, all of them idle, at time 0; the scheduler begins anew.
void turns_boot(int n);
// Everybody takes turns until all harts wait for an interrupt; the caller is no thread.
void turns_run(void);
// The same, and where all wait for the time, it passes, up to `until`.
void turns_run_until(uint64 until);
// => all threads have ended and have been given back
bool turns_all_ended(void);

// For threads of the test: lets the other harts have a turn; computes for so long in user mode.
void turns_pause(void);
void turns_compute(uint64 ticks);

// For the driver: what the caller does from here on is that hart's doing, as its idle thread's.
void turns_act_as(int hart);

// Interrupts that harts have sent to each other since boot.
extern unsigned turns_ipis;
// Fences of translations, loads of satp.
extern unsigned turns_fences, turns_loads;
// Instructions that waits for interrupts have taken since boot.
extern uint64 turns_slept;
// Makes the n-th allocation from now on fail (1: the next); 0 switches that off.
extern long turns_fail;
