// Random bytes, for programs and for the kernel's own tables.
#pragma once

#include "types.h"

// Once at boot, after the clock is known: the firmware's seed, and the clocks.
void random_init(void);
// Fills the buffer with bytes that nobody can guess who does not know the seed, also if he learns
// all of the kernel's memory afterwards.  From any context but an interrupt's.
void random_bytes(void *buf, size_t n);
uint64 random_u64(void);
