#include "task/clock.h"
#include "riscv/timer.h"

#define NS_PER_S 1000000000UL

static uint64 epoch; // Unix time at clock_ns() == 0; written once, before there are users

uint64 clock_ns(void)
{
    return time_to_ns(time_now());
}

void clock_set_realtime(uint64 unix_ns)
{
    epoch = unix_ns - clock_ns();
}

void clock_realtime(uint64 *sec, uint32 *nsec)
{
    uint64 now = epoch + clock_ns();
    *sec = now / NS_PER_S;
    *nsec = (uint32)(now % NS_PER_S);
}
