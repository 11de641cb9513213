// What a handler finds on the stack, and what sigreturn takes from there.
//
//        the program's sp  ->  +----------------------------+   or the top of the alternate stack
//                              |          (to 16)           |
//                              +----------------------------+
//                              | ucontext: blocked signals, |
//                              |   pc, x1 ... x31,          |
//                              |   f0 ... f31, fcsr         |
//                              +----------------------------+ <- a2
//                              | siginfo                    |
//     the handler's sp, a1 ->  +----------------------------+
//
//     a0 = the signal, pc = the handler, ra = the page that calls sigreturn (proc/sigpage.h)
//
// The kernel keeps nothing of it: a handler may be left by longjmp(), and what sigreturn takes is
// any memory that looks like a frame.  It says registers of user mode and nothing else, so it gives
// no right.
#pragma once

#include "riscv/trap.h"
#include "signals.h"

// Makes the registers those of a handler that begins.  => 0; -EFAULT: the frame has no place
int sigframe_push(struct trapframe *tf, const struct sigaction *action, const struct siginfo *info);
// Makes the registers, the blocked signals and the alternate stack what the frame at sp says.
// => 0; -EFAULT: there is none
int sigframe_pop(struct trapframe *tf);
// The current thread's alternate stack, with what it says of itself at this moment.
struct sigaltstack sigframe_stack(void);
// => 0; -EPERM (it is in use), -EINVAL (a flag), -ENOMEM (too small)
int sigframe_set_stack(const struct sigaltstack *stack);
