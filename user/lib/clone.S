# Processes that share memory.  Both calls must not use the stack between the system call and the
# point where parent and child part, for it is one stack.
#include "kernel/syscall.h"

#define VM_SIGCHLD       0x111      /* CLONE_VM | SIGCHLD */
#define VM_VFORK_SIGCHLD 0x4111     /* CLONE_VM | CLONE_VFORK | SIGCHLD */

# int clone_vm(void (*fn)(void *), void *arg, void *stack_top)
# int clone_sharing(void (*fn)(void *), void *arg, void *stack_top, long flags)
.text
.globl kine.clone_vm
kine.clone_vm:
    li   a3, 0
.globl kine.clone_sharing
kine.clone_sharing:
    andi a2, a2, -16
    addi a2, a2, -16
    sd   a0, 0(a2)
    sd   a1, 8(a2)
    ori  a0, a3, VM_SIGCHLD
    mv   a1, a2
    li   a2, 0
    li   a3, 0
    li   a7, SYS_clone
    ecall
    bnez a0, 1f
    ld   t0, 0(sp)
    ld   a0, 8(sp)
    jalr t0
    li   a0, 0
    call exit
1:  tail kine.syscall_errno

# int vfork(void)
.globl kine.vfork
kine.vfork:
    li   a0, VM_VFORK_SIGCHLD
    li   a1, 0
    li   a2, 0
    li   a3, 0
    li   a7, SYS_clone
    ecall
    bltz a0, 1f
    ret
1:  tail kine.syscall_errno
