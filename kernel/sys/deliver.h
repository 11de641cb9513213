// Signals on the way back to user mode: the one place where they are taken.
#pragma once

#include "riscv/trap.h"

// Takes what is pending to the current thread, and makes *tf the registers of the handler that
// runs first.  `call`: the trap was a system call, which may be made anew.  No lock is held,
// interrupts are on; does not return if the thread is to end.
void deliver_signals(struct trapframe *tf, bool call);
