// What the device tree says of the machine.
#pragma once

#include "types.h"
#include "riscv/addr.h"

struct machine {
    paddr_t ram_base;
    uint64 ram_size;      // bytes, whole pages
    uint64 timebase;      // ticks of rdtime in a second
    bool fp;              // every hart has floating point, of double precision
    const char *bootargs; // never NULL
    uint64 seed[2];       // random, if the firmware gives rng-seed (as QEMU does)
};
extern struct machine machine;

// Reads the device tree at `fdt` and numbers the harts; `boot_hartid` becomes hart 0.
// => gives up only if there is no RAM to run in.
void machine_init(const void *fdt, uint64 boot_hartid);

// The n-th range of RAM that is not ours to hand out: firmware, the device tree, what it reserves.
// => false at the end.
bool machine_reserved(int n, paddr_t *start, paddr_t *end);

// => is `name=value` (or `name`, with value NULL) among the boot arguments?
bool machine_option(const char *name, const char *value);

bool machine_in_text(uint64 va); // in the kernel's code?
// The machine is not one to run on, or what it was given cannot be started, and that is no fault of
// the kernel's: says what to do about it and switches the machine off with a failing status.
_Noreturn void machine_give_up(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
_Noreturn void machine_too_small(void); // the same, for want of memory
_Noreturn void machine_power_off(void);
_Noreturn void machine_reboot(void);

// The parts of the image, in the direct map (kernel.ld).
extern char mstub_begin[], mstub_end[], kernel_begin[], text_end[], rodata_end[], kernel_end[];
