#include "riscv/timer.h"
#include "riscv/csr.h"
#include "riscv/hart.h"
#include "riscv/machine.h"
#include "riscv/sbi.h"

#define NS_PER_S 1000000000UL

uint64 time_now(void)
{
    return rdtime();
}

uint64 time_to_ns(uint64 ticks)
{
    uint64 s = ticks / machine.timebase, rest = ticks % machine.timebase;
    return s * NS_PER_S + rest * NS_PER_S / machine.timebase;
}

uint64 time_from_ns(uint64 ns)
{
    uint64 s = ns / NS_PER_S, rest = ns % NS_PER_S;
    if (s >= TIMER_NEVER / machine.timebase / 4)
        return TIMER_NEVER / 4;
    return s * machine.timebase + (rest * machine.timebase + NS_PER_S - 1) / NS_PER_S;
}

// Sstc: stimecmp (CSR 0x14d) raises the interrupt while time >= stimecmp.
void timer_arm(uint64 when)
{
    if (this_hart()->sstc)
        __asm__ volatile("csrw %0, %1" ::"i"(CSR_STIMECMP), "r"(when));
    else
        sbi_set_timer(when);
}
