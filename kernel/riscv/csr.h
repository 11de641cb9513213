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

// Uses a register that a hart may lack or may not be let use.  mode: m or s, the one we are in.
// => did it not trap?  Interrupts are off; status, cause and epc are left as a trap leaves them, but
// ready for the next (Smdbltrp, Ssdbltrp).
#define csr_try_write(mode, csr, value) csr_try(mode, "csrw %3, %4", "i"(csr), "r"((uint64)(value)))
#define csr_try_read(mode, csr)         csr_try(mode, "csrr zero, %3", "i"(csr))
#define csr_try(mode, instruction, ...)                                                            \
    ({                                                                                             \
        uint64 vector_, done_;                                                                     \
        __asm__ volatile("la %0, 1f\n\t"                                                           \
                         "csrrw %0, " #mode "tvec, %0\n\t"                                         \
                         "li %1, 0\n\t" instruction "\n\t"                                         \
                         "li %1, 1\n\t"                                                            \
                         ".balign 4\n"                                                             \
                         "1: csrw " #mode "tvec, %0\n\t"                                           \
                         "csrc " #mode "status, %2"                                                \
                         : "=&r"(vector_), "=&r"(done_)                                            \
                         : "r"(MSTATUS_MDT | SSTATUS_SDT), __VA_ARGS__                             \
                         : "memory");                                                              \
        done_ != 0;                                                                                \
    })
#define MSTATUS_MDT (1UL << 42) // a trap to M-mode is being dealt with, and may not meet another
#define SSTATUS_SDT (1UL << 24)

// Registers that harts may lack: newer than the oldest assemblers, so by number.
#define CSR_SENVCFG       0x10a
#define CSR_SSTATEEN(n)   (0x10c + (n)) // 0 to 3
#define CSR_STIMECMP      0x14d
#define CSR_MENVCFG       0x30a
#define CSR_MSTATEEN(n)   (0x30c + (n))
#define CSR_MCOUNTINHIBIT 0x320
#define CSR_PMPCFG0       0x3a0
#define CSR_PMPADDR0      0x3b0
#define CSR_PMPADDR1      0x3b1
#define CSR_HSTATUS       0x600
#define CSR_HIE           0x604
#define CSR_HCOUNTEREN    0x606
#define CSR_HVIP          0x645
#define CSR_MSECCFG       0x747
#define CSR_TIME          0xc01
#define CSR_INSTRET       0xc02

// Of scounteren and mcounteren: what user programs may read.
#define COUNTER_CYCLE   (1UL << 0)
#define COUNTER_TIME    (1UL << 1)
#define COUNTER_INSTRET (1UL << 2)
#define COUNTERS_USER   (COUNTER_CYCLE | COUNTER_TIME | COUNTER_INSTRET)

#define SSTATUS_SIE   (1UL << 1)
#define SSTATUS_SPIE  (1UL << 5)
#define SSTATUS_SPP   (1UL << 8)
#define SSTATUS_FS    (3UL << 13)
#define FS_OFF        (0UL << 13)
#define FS_INITIAL    (1UL << 13)
#define FS_CLEAN      (2UL << 13)
#define FS_DIRTY      (3UL << 13)
#define SSTATUS_UXL64 (2UL << 32) // user mode is 64 bits wide

// All of sstatus.  In the kernel: interrupts off; no access to user pages (SUM), none to pages that
// may only be executed (MXR), little endian, floating point and vectors off.  A user program begins
// with the same, but with interrupts on.
#define SSTATUS_KERNEL SSTATUS_UXL64
#define SSTATUS_USER   (SSTATUS_UXL64 | SSTATUS_SPIE)

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
