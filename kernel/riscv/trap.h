// User registers as the trap vector saves them, and the vector's two up-calls.
#pragma once

#include "types.h"

// Offsets are known to vector.S.  reg[0] is unused: reg[i] is x_i.
struct trapframe {
    uint64 reg[32];
    uint64 sepc, sstatus, scause, stval;
};
#define REG_RA 1
#define REG_SP 2
#define REG_TP 4
#define REG_A0 10
#define REG_A1 11
#define REG_A2 12
#define REG_A7 17

// Called by the vector, implemented in sys/: the one link-time up-call.
// A trap from user mode.  no_call is 0 for a system call: then scause is not in *tf, stval is its
// first argument, sepc is behind it, and interrupts are on; else they are off.  => sstatus is the user's
void usertrap(struct trapframe *tf, uint64 no_call);
void kerneltrap(struct trapframe *tf);

// Loads the user registers and goes to user mode.  Interrupts are off.  vector.S
_Noreturn void user_return(struct trapframe *tf);
