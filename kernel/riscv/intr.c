#include "riscv/intr.h"
#include "riscv/csr.h"

bool intr_enabled(void)
{
    return csr_read(sstatus) & SSTATUS_SIE;
}

void intr_on(void)
{
    csr_set(sstatus, SSTATUS_SIE);
}

void intr_off(void)
{
    csr_clear(sstatus, SSTATUS_SIE);
}

bool intr_save(void)
{
    return csr_read_clear(sstatus, SSTATUS_SIE) & SSTATUS_SIE;
}

void intr_restore(bool was_on)
{
    if (was_on)
        csr_set(sstatus, SSTATUS_SIE);
}

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
