#include "dev/rtc.h"
#include "riscv/addr.h"
#include "riscv/fdt.h"
#include "task/clock.h"

#define TIME_LOW  0 // reading it latches the upper half
#define TIME_HIGH 4

void rtc_init(void)
{
    uint64 base, size;
    struct fdt_node node = FDT_START;
    if (!fdt_next_compatible(machine_fdt, &node, "google,goldfish-rtc") ||
        !fdt_reg(machine_fdt, &node, 0, &base, &size))
        return;
    volatile uint32 *reg = phys_to_virt(base);
    uint64 low = reg[TIME_LOW / 4];
    clock_set_realtime((uint64)reg[TIME_HIGH / 4] << 32 | low);
}
