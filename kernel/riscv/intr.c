#include "riscv/intr.h"
#include "riscv/csr.h"
#include "riscv/longest.h"

bool intr_enabled(void)
{
    return csr_read(sstatus) & SSTATUS_SIE;
}

#ifdef DEBUG
void intr_on(void)
{
    longest_on(LONGEST_HERE);
    csr_set(sstatus, SSTATUS_SIE);
}

void intr_off(void)
{
    csr_clear(sstatus, SSTATUS_SIE);
    longest_off(LONGEST_HERE);
}

bool intr_save(void)
{
    bool was_on = csr_read_clear(sstatus, SSTATUS_SIE) & SSTATUS_SIE;
    longest_off(LONGEST_HERE);
    return was_on;
}

void intr_restore(bool was_on)
{
    if (!was_on)
        return;
    longest_on(LONGEST_HERE);
    csr_set(sstatus, SSTATUS_SIE);
}
#endif

static intr_external_fn *external;

void intr_register_external(intr_external_fn *fn)
{
    external = fn;
}

void intr_external(void)
{
    if (external)
        external();
}
