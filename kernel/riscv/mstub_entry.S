# M-mode: the first instruction after reset under -bios none, and the M-mode trap vector.
# Everything here runs at physical addresses.
#include "param.h"

#define MSTACK_SIZE 2048
#define SAVED       (16 * 8)

.section .mstub.head, "ax"
.globl mstub_reset
mstub_reset:
    csrr a0, mhartid
    li   t0, NCPU
    bgeu a0, t0, park
    la   sp, mstub_stacks          # each hart has a stack of its own
    addi t0, a0, 1
    li   t1, MSTACK_SIZE
    mul  t0, t0, t1
    add  sp, sp, t0
    csrw mscratch, sp
    la   t0, mstub_vector
    csrw mtvec, t0
    call mstub_init                # (hartid, fdt): the argument for the kernel
    mv   a1, a0
    csrr a0, mhartid
    mret
park:
    wfi
    j    park

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

# bool mstub_try_menvcfg(bits): sets bits of menvcfg; false on a hart without the register.
.globl mstub_try_menvcfg
mstub_try_menvcfg:
    la   t0, 1f
    csrrw t0, mtvec, t0
    mv   t1, a0
    li   a0, 0
    csrs 0x30a, t1
    csrr a0, 0x30a
    and  a0, a0, t1
    snez a0, a0
.align 2
1:  csrw mtvec, t0
    ret

.section .mstub.stacks, "aw", @nobits
.align 4
mstub_stacks:
    .skip MSTACK_SIZE * NCPU
