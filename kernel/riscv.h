// The parts of the RISC-V privileged architecture that programs and tests may use:
// page sizes, the Sv39 entry, the stack pointer.  The kernel's own CSR access is in
// kernel/riscv/csr.h.
#pragma once

#define PGSIZE  4096
#define PGSHIFT 12

#define PGROUNDUP(sz)  (((sz) + PGSIZE - 1) & ~(PGSIZE - 1L))
#define PGROUNDDOWN(a) ((a) & ~(PGSIZE - 1L))

// One past the highest virtual address of the lower half (privileged manual, 4.4: Sv39).
#define MAXVA (1L << 38)

#define PTE_V      (1L << 0) // valid
#define PTE_R      (1L << 1)
#define PTE_W      (1L << 2)
#define PTE_X      (1L << 3)
#define PTE_U      (1L << 4) // user mode may use it
#define PTE_G      (1L << 5) // in every address space
#define PTE_A      (1L << 6) // accessed
#define PTE_D      (1L << 7) // written
#define PTE_SHARED (1L << 9) // RSW bit: a page that all who map its object share
#define PTE_COW    (1L << 8) // RSW bit: private, writable by its area, copy before the first write

#define PA2PTE(pa)     ((((uint64)(pa)) >> 12) << 10)
#define PTE2PA(pte)    ((((uint64)(pte)) >> 10) << 12 & 0xffffffffffffffL)
#define PTE_FLAGS(pte) ((pte)&0x3ff)

#ifndef __ASSEMBLER__
#ifdef __riscv
// The stack pointer, for tests that probe around it.
static inline unsigned long r_sp(void)
{
    unsigned long sp;
    __asm__ volatile("mv %0, sp" : "=r"(sp));
    return sp;
}
#endif
typedef unsigned long *pagetable_t; // 512 entries
#endif
