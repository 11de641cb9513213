#include "kernel/param.h"
#include "kernel/riscv.h"

.globl kine.classic_path, kine.classic_stack     # for user.ld
.set   kine.classic_path, MAXPATH
.set   kine.classic_stack, USERSTACK * PGSIZE

# The first instructions of a program.  The kernel leaves on the stack
#     sp: argc | argv[0] ... 0 | envp[0] ... 0 | auxiliary vector
.section .text.start, "ax"
.globl _start
_start:
    li   s0, 0                  # the end of every back trace
    ld   a0, 0(sp)
    addi a1, sp, 8
    addi a2, a0, 1
    slli a2, a2, 3
    add  a2, a1, a2
    la   t0, kine.environ
    sd   a2, 0(t0)
    mv   s1, a0
    mv   s2, a1
    mv   s3, a2
    call kine.answer_help
    mv   a0, s1
    mv   a1, s2
    mv   a2, s3
    call main
    call exit
