// Interrupts on and off, inline.  Included by intr.h only.
#pragma once

#include "riscv/csr.h"

static inline void intr_on(void)
{
    csr_set(sstatus, SSTATUS_SIE);
}

static inline void intr_off(void)
{
    csr_clear(sstatus, SSTATUS_SIE);
}

static inline bool intr_save(void)
{
    return csr_read_clear(sstatus, SSTATUS_SIE) & SSTATUS_SIE;
}

static inline void intr_restore(bool was_on)
{
    if (was_on)
        csr_set(sstatus, SSTATUS_SIE);
}
