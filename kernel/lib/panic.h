// The end of the road: only for broken invariants of the kernel itself, never for anything that
// a user program, a disk image or a command line can do.
#pragma once

// Stops all harts, prints the message and a symbolised back trace, and ends QEMU with a failing
// status if the boot arguments say so.  Implemented in riscv/panic.c; on the host by abort().
_Noreturn void panic(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#define assert(cond)                                                                               \
    do {                                                                                           \
        if (!(cond))                                                                               \
            panic("%s:%d: assertion failed: %s", __FILE__, __LINE__, #cond);                       \
    } while (0)
