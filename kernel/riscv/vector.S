# The trap vector: the way into the kernel from user mode and from the kernel itself, and the way
# back.  One vector serves both.  sscratch tells them apart: it holds this hart's struct hart
# while user code runs, and 0 while the kernel runs (then tp holds the hart).
#
# A user trap saves the user's registers in the trapframe at the top of the thread's kernel stack,
# and runs on below it.  A kernel trap saves them on the stack it finds.
#
# A system call is the commonest trap, and gets a way of its own: interrupts come on with the same
# instruction that reads sstatus, and registers that a C function preserves are not loaded again on
# the way back.  Whoever changes those in the trapframe (exec) leaves by user_return().
#
# Stack overflow: a kernel stack is the upper half of a slot whose lower half is not mapped, so bit
# KSTACK_SHIFT of a good sp is 1.  A kernel trap that finds it 0 goes to a small emergency stack.
#include "kstack.h"

#define HART_USER_SP   0
#define HART_TRAPFRAME 8
#define HART_EMERGENCY 16

#define CAUSE_USER_ECALL 8
#define SSTATUS_SIE      2

#define TF_SIZE    288
#define TF_SEPC    256
#define TF_SSTATUS 264
#define TF_SCAUSE  272
#define TF_STVAL   280

# All registers but x0, sp and tp, and gp, which are dealt with apart.
.macro SAVE_REGS
    sd x1, 8(sp)
    .irp r, 3,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    sd x\r, \r*8(sp)
    .endr
.endm

.macro RESTORE_REGS
    ld x1, 8(sp)
    .irp r, 3,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    ld x\r, \r*8(sp)
    .endr
.endm

.macro SAVE_CSRS
    csrr t0, sepc
    csrr t1, sstatus
    csrr t2, scause
    csrr t3, stval
    sd t0, TF_SEPC(sp)
    sd t1, TF_SSTATUS(sp)
    sd t2, TF_SCAUSE(sp)
    sd t3, TF_STVAL(sp)
.endm

.text
.align 2
.globl trap_vector
trap_vector:
    csrrw tp, sscratch, tp
    beqz tp, from_kernel

    sd   sp, HART_USER_SP(tp)
    ld   sp, HART_TRAPFRAME(tp)
    SAVE_REGS
    ld   t0, HART_USER_SP(tp)
    csrrw t1, sscratch, zero
    sd   t0, 16(sp)
    sd   t1, 32(sp)
    li   s0, 0                      # a back trace ends at the trap
    sd   a0, TF_STVAL(sp)           # a call's first argument, which its result takes the place of
    mv   a0, sp
    csrr a1, scause
    addi a1, a1, -CAUSE_USER_ECALL
    bnez a1, no_call

    csrr t0, sepc
    addi t0, t0, 4                  # it goes on behind the ecall
    sd   t0, TF_SEPC(sp)
    csrrsi t1, sstatus, SSTATUS_SIE
    sd   t1, TF_SSTATUS(sp)
    call usertrap                   # => sstatus is the user's
    ld   t0, TF_SEPC(sp)
    csrw sepc, t0
    csrw sscratch, tp
    ld   x1, 8(sp)
    .irp r, 3,5,6,7,8,10,11,12,13,14,15,16,17,28,29,30,31
    ld   x\r, \r*8(sp)
    .endr
    ld   tp, 32(sp)
    ld   sp, 16(sp)
    sret

no_call:
    SAVE_CSRS
    call usertrap
    mv   a0, sp

# user_return(tf)
.globl user_return
user_return:
    mv   sp, a0
    ld   t0, TF_SEPC(sp)
    ld   t1, TF_SSTATUS(sp)
    csrw sepc, t0
    csrw sstatus, t1
    csrw sscratch, tp
    RESTORE_REGS
    ld   tp, 32(sp)
    ld   sp, 16(sp)
    sret

from_kernel:
    csrrw tp, sscratch, tp          # tp as it was, sscratch 0
    addi sp, sp, -TF_SIZE
    csrw sscratch, t0
    srli t0, sp, KSTACK_SHIFT
    andi t0, t0, 1
    beqz t0, overflow
    csrrw t0, sscratch, zero
    SAVE_REGS
    addi t0, sp, TF_SIZE
    sd   t0, 16(sp)
    sd   tp, 32(sp)
    SAVE_CSRS
    mv   a0, sp
    call kerneltrap
    ld   t0, TF_SEPC(sp)
    ld   t1, TF_SSTATUS(sp)
    csrw sepc, t0
    csrw sstatus, t1
    RESTORE_REGS
    ld   sp, 16(sp)
    sret

overflow:
    addi a0, sp, TF_SIZE
    csrr a1, sepc
    ld   sp, HART_EMERGENCY(tp)
    csrw sscratch, zero
    call stack_overflow
