# M-mode: the first instruction after reset under -bios none, and the M-mode trap vector.
# Everything here runs at physical addresses.
#include "param.h"
#include "riscv/testdev.h"
#include "riscv/unfit.inc"

#define MSTACK_SHIFT 11
#define MSTACK_SIZE  (1 << MSTACK_SHIFT)
#define SAVED        (16 * 8)

#define MSTATUS_MDT  42             /* Smdbltrp: a trap is one too many */
#define MNSTATUS     0x744          /* Smrnmi */
#define MNSTATUS_NMIE (1 << 3)
#define VIRT_UART    0x10000000
#define VIRT_TEST    0x100000
#define SATP_SV39    8              /* in the uppermost four bits */

.section .mstub.head, "ax"
.globl mstub_reset
mstub_reset:
    .option push
    .option norvc                   # what the hart can do is not known yet (riscv/unfit.h)
    csrr a0, mhartid
    li   t0, NCPU
    bgeu a0, t0, park
    li   t0, 1
    slli t0, t0, 31
    slli t0, t0, 1
    beqz t0, too_narrow
    slli t1, t0, MSTATUS_MDT - 32   # make traps possible, on harts that begin without
    csrc mstatus, t1
    la   t0, 1f
    csrw mtvec, t0
    csrsi MNSTATUS, MNSTATUS_NMIE
.balign 4
1:  csrc mstatus, t1
    la   sp, mstub_stacks           # each hart has a stack of its own
    addi t0, a0, 1
    slli t0, t0, MSTACK_SHIFT
    add  sp, sp, t0
    csrw mscratch, sp

    mv   s1, a1
    la   t0, unfit
    csrw mtvec, t0
    addi t0, sp, -8
    NEED_INSTRUCTIONS
    NEED "supervisor mode (S)"
    csrw sscratch, zero
    NEED "paged memory (Sv39)"
    li   t0, SATP_SV39
    slli t0, t0, 60
    csrw satp, t0
    csrr t1, satp
    csrw satp, zero
    bne  t0, t1, unfit

    la   t0, mstub_vector
    csrw mtvec, t0
    mv   a1, s1
    call mstub_init                 # (hartid, fdt): the argument for the kernel
    mv   a1, a0
    csrr a0, mhartid
    mret

# s1 = the device tree, s2 = what is missing.  One hart speaks for all.
.balign 4
unfit:
    csrr t0, mhartid
    bnez t0, park
    la   t0, park
    csrw mtvec, t0
    mv   a0, s1
    mv   a1, s2
    call unfit_give_up
.balign 4
park:
    wfi
    j    park

# A hart of 32 bits runs nothing that is compiled for 64, the reader of the device tree neither: this
# one knows QEMU's machine by heart.
too_narrow:
    bnez a0, park
    la   t0, narrow_text
    li   t1, VIRT_UART
1:  lbu  t2, 0(t0)
    beqz t2, 2f
    sb   t2, 0(t1)                  # the emulator's port is always ready
    addi t0, t0, 1
    j    1b
2:  li   t1, VIRT_TEST
    la   t0, test_fail
    lw   t2, 0(t0)
    sw   t2, 0(t1)
    j    park
    .option pop
test_fail:
    .word TESTDEV_FAIL
narrow_text:
    .asciz "\nkine: this hart cannot be used, as it has 32 bits; QEMU's -cpu rv64 has all that is needed\n"

# A trap from S-mode or U-mode, or an interrupt for M-mode: save what C may change.
.align 2
mstub_vector:
    csrrw sp, mscratch, sp
    addi sp, sp, -SAVED
    sd   ra, 0(sp)
    sd   t0, 8(sp)
    sd   t1, 16(sp)
    sd   t2, 24(sp)
    sd   t3, 32(sp)
    sd   t4, 40(sp)
    sd   t5, 48(sp)
    sd   t6, 56(sp)
    sd   a0, 64(sp)
    sd   a1, 72(sp)
    sd   a2, 80(sp)
    sd   a3, 88(sp)
    sd   a4, 96(sp)
    sd   a5, 104(sp)
    sd   a6, 112(sp)
    sd   a7, 120(sp)
    addi a0, sp, 64                # the call's arguments; its results go there too
    call mstub_trap
    ld   ra, 0(sp)
    ld   t0, 8(sp)
    ld   t1, 16(sp)
    ld   t2, 24(sp)
    ld   t3, 32(sp)
    ld   t4, 40(sp)
    ld   t5, 48(sp)
    ld   t6, 56(sp)
    ld   a0, 64(sp)
    ld   a1, 72(sp)
    ld   a2, 80(sp)
    ld   a3, 88(sp)
    ld   a4, 96(sp)
    ld   a5, 104(sp)
    ld   a6, 112(sp)
    ld   a7, 120(sp)
    addi sp, sp, SAVED
    csrrw sp, mscratch, sp
    mret

.section .mstub.stacks, "aw", @nobits
.align 4
mstub_stacks:
    .skip MSTACK_SIZE * NCPU
