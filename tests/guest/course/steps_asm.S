# A part in assembler.
.globl step_in_assembler
step_in_assembler:
    addi a0, a0, 1
    ret
