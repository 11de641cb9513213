#include "riscv/hart.h"
#include "riscv/csr.h"
#include "riscv/timer.h"

#define HSTATUS_VSXL64 (2UL << 32) // a guest is 64 bits wide; and nothing else is on

#define try_write(csr, value) csr_try_write(s, csr, value)

// What user mode may do beyond computing: read the three counters.  No cache-block instructions, no
// pointer masking, no shadow stacks (senvcfg), no state of custom extensions (sstateen), no loads by
// way of a guest's tables (hstatus.HU), which would reach all of memory.
static void limit_user_mode(void)
{
    csr_write(sstatus, SSTATUS_KERNEL);
    csr_write(scounteren, COUNTERS_USER);
    try_write(CSR_SENVCFG, 0);
    try_write(CSR_SSTATEEN(0), 0);
    try_write(CSR_SSTATEEN(1), 0);
    try_write(CSR_SSTATEEN(2), 0);
    try_write(CSR_SSTATEEN(3), 0);
    try_write(CSR_HSTATUS, HSTATUS_VSXL64);
    try_write(CSR_HCOUNTEREN, 0);
    try_write(CSR_HIE, 0);
    try_write(CSR_HVIP, 0);
}

void hart_own(struct hart *h)
{
    limit_user_mode();
    csr_write(sscratch, 0);
    h->sstc = try_write(CSR_STIMECMP, TIMER_NEVER);
    h->counts = csr_try_read(s, CSR_INSTRET);
    h->clock = csr_try_read(s, CSR_TIME);
}
