// Floating point, lazily: a thread gets the unit at its first instruction that needs it (the trap
// finds sstatus.FS off), and its registers are saved only when it leaves a hart with them changed.
#pragma once

#include "types.h"

struct fp_state;
struct thread;

// The running thread's user code wants the unit.  => false if it has it already, or there is none:
// the instruction is illegal for another reason.
bool fp_claim(struct thread *t);
// The thread leaves this hart: saves what it changed and takes the unit away.
void fp_leave(struct thread *t);
// fork: the child gets the registers of the current thread.
void fp_copy(struct thread *child);
// A copy of the current thread's registers; others for it (a signal's frame).
void fp_get(struct fp_state *out);
void fp_set(const struct fp_state *from);
// exec: the new program begins without.
void fp_reset(struct thread *t);
