// The host has no control registers and no TLB of ours: fences are counted (tests/unit/host.h), and
// the clock, satp and wfi are the test's (tests/unit/turns.h).
#pragma once

#define cpu_relax          cpu_relax_by_instruction
#define wait_for_interrupt wait_for_interrupt_by_instruction
#define rdtime             rdtime_by_instruction
#define sfence_vma_all     sfence_vma_all_by_instruction
#define sfence_vma_page    sfence_vma_page_by_instruction
#define fence_i            fence_i_by_instruction
#include_next "riscv/csr.h"
#undef cpu_relax
#undef wait_for_interrupt
#undef rdtime
#undef sfence_vma_all
#undef sfence_vma_page
#undef fence_i
#undef csr_read
#undef csr_write
#undef csr_set

#define csr_read(csr)         host_csr_read(#csr)
#define csr_write(csr, value) host_csr_write(#csr, value)
#define csr_set(csr, bits)    host_csr_set(#csr, bits)

uint64 host_csr_read(const char *csr);
void host_csr_write(const char *csr, uint64 value);
void host_csr_set(const char *csr, uint64 bits);
void cpu_relax(void);
void wait_for_interrupt(void);
uint64 rdtime(void);
void sfence_vma_page(uint64 va);
void sfence_vma_all(void);
void fence_i(void);
