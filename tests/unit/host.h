// The machine under kernel/mem and kernel/vm in unit tests: RAM is an array, a hart is a thread of
// the host, and locks are real, so that harts may be let loose on each other.
#pragma once

#include "types.h"
#include "mem/frame.h"

#define HOST_RAM   (16UL << 20)
#define HOST_HARTS 4

// Starts the memory layer; once, at the first call.  The calling thread is hart 0.
void host_boot(void);

// Runs fn(arg + hart) on `n` harts at the same time and waits for all.
void host_run_harts(int n, void (*fn)(int hart));

// Harts sleep in wait queues until they are woken; when all sleep at one time the test fails.
int host_asleep(void); // => how many sleep
// Sleeps until somebody makes *flag (atomic) true.
void host_await(const uint32 *flag);
// Says whether a signal that kills is pending to a hart's thread: it ends all sleeps but deep ones.
void host_interrupt(int hart, bool pending);

// What the calling thread does from here on is that hart's doing: for tests that are several harts
// in turn.
void host_act_as(int hart);

// Frames that the running test holds itself, for the audit.
void host_hold(struct frame *f);
void host_drop(struct frame *f);

// Runs the audit.  => broken invariants and lost frames; 0: clean
uint64 host_audit(void);
// => page tables in use, roots among them
size_t host_tables(void);
// Messages of printk are shown only if this is set.
extern bool host_talkative;

// Fences since the test began: the union of the masks of tlb_flush_harts().
extern uint32 host_flushed;
extern uint32 host_icache_flushed; // the same of icache_flush_harts()
extern unsigned host_flushes;

// Makes the n-th kalloc of the calling hart from now on fail (1: the next); 0 switches that off.
void host_fail_kalloc(long n);
unsigned host_mutexes_held(void); // by this thread

// Called, if set, before a page is copied.
extern void (*host_before_copy)(void *dst, const void *src);

// What others do while somebody breathes, if set.
extern void (*host_on_breath)(void);

// Ends a test: nothing may be lost, and as much is free as the test found.
void host_begin(void);
void host_end(void);
