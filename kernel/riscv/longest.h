// Debug builds measure how long others had to wait for this hart or for a lock: the longest times
// with interrupts off, with a spinlock or a mutex held, and without breathing (docs/testing.md tells
// what counts).  Each begins and ends at a place, the return address of the call that did it.
//
// Times are time-base ticks.  Nothing is measured before longest_start().  Each hart keeps records
// of its own, the longest for each place where one began; longest_read() merges them.
#pragma once

#include "types.h"

struct kine_longest; // abi.h

#define LONGEST_HERE ((uint64)__builtin_return_address(0))

// One lock that is held: when it was had, and where.
struct longest_hold {
    uint64 since; // 0: not measured
    uint64 place;
};

#ifdef DEBUG
// The first process is about to run: measures from here on.
void longest_start(void);

// Interrupts are off from here on; they come back.  A stretch that is under way goes on.
void longest_off(uint64 place);
void longest_on(uint64 place);

// A lock is had; it is dropped.  kind: KINE_LONGEST_SPIN or KINE_LONGEST_MUTEX.
void longest_hold(struct longest_hold *hold, uint64 place);
void longest_drop(const struct longest_hold *hold, int kind, const char *name, uint64 place);

// The running thread: has come into the kernel, or has got the hart; leaves it; could breathe.
void longest_breath_begin(uint64 place);
void longest_breath_end(uint64 place);
void longest_breath(uint64 place);

// => the index-th longest of a kind, over all harts; false: there are no more
bool longest_read(int kind, int index, struct kine_longest *out);
// Forgets all records.  What is under way is recorded whole when it ends.
void longest_reset(void);
#else
static inline void longest_start(void)
{
}
static inline void longest_off(uint64 place)
{
}
static inline void longest_on(uint64 place)
{
}
static inline void longest_breath_begin(uint64 place)
{
}
static inline void longest_breath_end(uint64 place)
{
}
static inline void longest_breath(uint64 place)
{
}
#endif
