# S-mode: where the kernel begins, at physical addresses and without translation.
#
#   _start             the first hart: a0 = hartid, a1 = physical address of the device tree
#   secondary_start    every other hart: a0 = hartid, a1 = physical address of its struct hart_start
#
# Translation is switched on by pointing stvec at the next instruction's virtual address: the
# fetch that follows the write of satp faults and goes there.
#include "kstack.h"
#define BOOT_STACK (2 * KSTACK_SIZE)    /* the upper half is used: see vector.S on guards */

.section .text.start, "ax"
.globl _start
_start:
    csrw sie, zero
    la   t0, bss_begin
    la   t1, kernel_end
1:  sd   zero, 0(t0)
    addi t0, t0, 8
    bltu t0, t1, 1b
    la   sp, boot_stack + BOOT_STACK - 512
    mv   s0, a0
    mv   s1, a1
    call boot_map                   # => satp of the boot table, in a0
    la   t0, go_virtual
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
    jr   t0

.globl secondary_start
secondary_start:
    csrw sie, zero
    ld   a0, 0(a1)                  # satp
    ld   sp, 8(a1)                  # top of its stack, virtual
    ld   s1, 16(a1)                 # its struct hart, virtual
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

.section .bss.aligned, "aw", @nobits
.align KSTACK_SHIFT + 1
.globl boot_stack
boot_stack:
    .skip BOOT_STACK
