# S-mode: where the kernel begins, at physical addresses and without translation.
#
#   _start             a0 = hartid, a1 = physical address of the device tree.  The first hart that
#                      comes here boots.  Firmware should send no other, but some does: older OpenSBI
#                      now and then after a reset, firmware without HSM always.  Such a hart waits
#                      until the first asks for it.
#   secondary_start    every other hart: a0 = hartid, a1 = physical address of its struct hart_start
#
# Translation is switched on by pointing stvec at the next instruction's virtual address: the
# fetch that follows the write of satp faults and goes there.
#include "kstack.h"
#include "param.h"
#include "riscv/unfit.inc"

#define BOOT_STACK (2 * KSTACK_SIZE)    /* the upper half is used: see vector.S on guards */
#define SIP_SOFT   2

#define START_SATP   0          /* struct hart_start (main.c) */
#define START_SP     8
#define START_HART   16
#define START_HARTID 24
#define START_ASKED  32
#define START_SIZE   40

.section .text.start, "ax"
.globl _start
_start:
    .option push
    .option norvc                   # what the hart can do is not known yet (riscv/unfit.h)
    csrw sie, zero
    mv   s0, a0
    mv   s1, a1
    la   t0, unfit
    csrw stvec, t0
    la   t0, arrivals
    NEED_INSTRUCTIONS
    .option pop
    li   t1, 1
    amoswap.w.aq t1, t1, (t0)
    bnez t1, wait_to_be_asked

    NEED "memory where the kernel was loaded"
    la   t0, bss_begin
    la   t1, kernel_end
1:  sd   zero, 0(t0)
    addi t0, t0, 8
    bltu t0, t1, 1b
    la   sp, boot_stack + BOOT_STACK - 512
    call boot_map                   # => satp of the boot table, in a0
    la   t0, go_virtual
    NEED "paged memory (Sv39)"
    call switch_on

.align 2
go_virtual:
    mv   a0, s0
    mv   a1, s1
    li   s0, 0                      # the end of every back trace
    call kmain

# a0 = satp, t0 = where to go on, physical.  Moves t0 and sp into the direct map.
switch_on:
    li   t1, -1
    slli t1, t1, 38                 # DIRECT_MAP
    add  t0, t0, t1
    add  sp, sp, t1
    csrw stvec, t0
    sfence.vma
    csrw satp, a0
    nop                             # this fetch faults
    j    unfit                      # it did not: satp has not taken the table

# s0 = hartid.  An interrupt from the hart that boots ends the wait: it need not be enabled for that.
wait_to_be_asked:
    csrwi sie, SIP_SOFT
1:  csrci sip, SIP_SOFT
    la   a1, hart_starts
    li   t0, NCPU
2:  lw   t1, START_ASKED(a1)
    ld   t2, START_HARTID(a1)
    beqz t1, 3f
    beq  t2, s0, asked
3:  addi a1, a1, START_SIZE
    addi t0, t0, -1
    bnez t0, 2b
    wfi
    j    1b
asked:
    fence r, rw

.globl secondary_start
secondary_start:
    csrw sie, zero
    ld   a0, START_SATP(a1)
    ld   sp, START_SP(a1)           # top of its stack, virtual
    ld   s1, START_HART(a1)         # its struct hart, virtual
    li   s2, 0
    li   t1, -1
    slli t1, t1, 38
    sub  sp, sp, t1                 # switch_on adds it
    la   t0, secondary_virtual
    call switch_on

.align 2
secondary_virtual:
    mv   a0, s1
    li   s0, 0
    call kmain_secondary

# s1 = the device tree, s2 = what this hart has not, 0 if there is nobody to tell.
    .option push
    .option norvc
.balign 4
unfit:
    la   t0, park
    csrw stvec, t0
    beqz s2, park
    la   sp, boot_stack + BOOT_STACK
    mv   a0, s1
    mv   a1, s2
    call unfit_give_up
.balign 4
park:
    wfi
    j    park
    .option pop

.section .data
.align 3
arrivals:                           # harts that have come to _start: 0, or 1 for any number
    .dword 0

.section .bss.aligned, "aw", @nobits
.align KSTACK_SHIFT + 1
.globl boot_stack
boot_stack:
    .skip BOOT_STACK
