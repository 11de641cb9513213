// Control and status registers, fences and hints of the RISC-V privileged architecture
// (volume II of the manual; chapter 4 for S-mode, chapter 3 for M-mode).
#pragma once

#include "types.h"

#define csr_read(csr)                                                                              \
    ({                                                                                             \
        uint64 value_;                                                                             \
        __asm__ volatile("csrr %0, " #csr : "=r"(value_)::"memory");                               \
        value_;                                                                                    \
    })
#define csr_write(csr, value)                                                                      \
    __asm__ volatile("csrw " #csr ", %0" ::"rK"((uint64)(value)) : "memory")
#define csr_set(csr, bits)   __asm__ volatile("csrs " #csr ", %0" ::"rK"((uint64)(bits)) : "memory")
#define csr_clear(csr, bits) __asm__ volatile("csrc " #csr ", %0" ::"rK"((uint64)(bits)) : "memory")
// => the old value
#define csr_read_clear(csr, bits)                                                                  \
    ({                                                                                             \
        uint64 value_;                                                                             \
        __asm__ volatile("csrrc %0, " #csr ", %1"                                                  \
                         : "=r"(value_)                                                            \
                         : "rK"((uint64)(bits))                                                    \
                         : "memory");                                                              \
        value_;                                                                                    \
    })

#define SSTATUS_SIE  (1UL << 1)
#define SSTATUS_SPIE (1UL << 5)
#define SSTATUS_SPP  (1UL << 8)
#define SSTATUS_FS   (3UL << 13)
#define FS_OFF       (0UL << 13)
#define FS_INITIAL   (1UL << 13)
#define FS_CLEAN     (2UL << 13)
#define FS_DIRTY     (3UL << 13)
#define SSTATUS_SUM  (1UL << 18)

// Bits of sie and sip; of mie, mip and mideleg at the same places.
#define INT_SOFT  (1UL << 1)
#define INT_TIMER (1UL << 5)
#define INT_EXT   (1UL << 9)

#define SCAUSE_INTERRUPT  (1UL << 63)
#define INTR_SOFT         1
#define INTR_TIMER        5
#define INTR_EXT          9
#define CAUSE_ILLEGAL     2
#define CAUSE_BREAKPOINT  3
#define CAUSE_USER_ECALL  8
#define CAUSE_SUPER_ECALL 9
#define CAUSE_FETCH_FAULT 12
#define CAUSE_LOAD_FAULT  13
#define CAUSE_STORE_FAULT 15

#define SATP_SV39 (8UL << 60)

// A hint in spin loops: Zihintpause, a no-op fence elsewhere.
static inline void cpu_relax(void)
{
    __asm__ volatile(".word 0x0100000f" ::: "memory");
}

static inline void wait_for_interrupt(void)
{
    __asm__ volatile("wfi" ::: "memory");
}

// The time base: ticks of the machine's clock, the same on every hart.
static inline uint64 rdtime(void)
{
    uint64 t;
    __asm__ volatile("rdtime %0" : "=r"(t));
    return t;
}

// All of this hart's translations (privileged manual, 4.2.1).  Orders the stores to page tables
// before it ahead of the translations after it.
static inline void sfence_vma_all(void)
{
    __asm__ volatile("sfence.vma zero, zero" ::: "memory");
}

// Translations of one page.
static inline void sfence_vma_page(uint64 va)
{
    __asm__ volatile("sfence.vma %0, zero" ::"r"(va) : "memory");
}

// Makes stores to instructions visible to this hart's fetches.
static inline void fence_i(void)
{
    __asm__ volatile("fence.i" ::: "memory");
}
