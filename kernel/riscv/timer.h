// The clock and this hart's one timer interrupt.
#pragma once

#include "types.h"

uint64 time_now(void); // time-base ticks since boot
uint64 time_to_ns(uint64 ticks);
uint64 time_from_ns(uint64 ns); // rounded up
// Asks for a timer interrupt at `when` (time_now's ticks), instead of any asked for before;
// TIMER_NEVER for none.
#define TIMER_NEVER (~0UL)
void timer_arm(uint64 when);
