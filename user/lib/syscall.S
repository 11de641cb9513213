# Raw system calls: number in a7, arguments in a0 to a5, result in a0.

# long syscall(long number, a, b, c, d, e, f)
.text
.globl kine.syscall
kine.syscall:
    mv   a7, a0
    mv   a0, a1
    mv   a1, a2
    mv   a2, a3
    mv   a3, a4
    mv   a4, a5
    mv   a5, a6
    ecall
    ret
