#include "riscv/sbi.h"

struct sbi_result sbi_call(uint64 ext, uint64 fn, uint64 arg0, uint64 arg1, uint64 arg2,
                           uint64 arg3, uint64 arg4)
{
    register uint64 a0 __asm__("a0") = arg0;
    register uint64 a1 __asm__("a1") = arg1;
    register uint64 a2 __asm__("a2") = arg2;
    register uint64 a3 __asm__("a3") = arg3;
    register uint64 a4 __asm__("a4") = arg4;
    register uint64 a6 __asm__("a6") = fn;
    register uint64 a7 __asm__("a7") = ext;
    __asm__ volatile("ecall"
                     : "+r"(a0), "+r"(a1)
                     : "r"(a2), "r"(a3), "r"(a4), "r"(a6), "r"(a7)
                     : "memory");
    return (struct sbi_result){ (long)a0, (long)a1 };
}

void sbi_set_timer(uint64 when)
{
    sbi_call(SBI_TIME, 0, when, 0, 0, 0, 0);
}

void sbi_send_ipi(uint64 hartid)
{
    sbi_call(SBI_IPI, 0, 1, hartid, 0, 0, 0);
}

void sbi_remote_sfence(uint64 hartid_mask)
{
    sbi_call(SBI_RFENCE, 1, hartid_mask, 0, 0, ~0UL, 0);
}

void sbi_remote_fence_i(uint64 hartid_mask)
{
    sbi_call(SBI_RFENCE, 0, hartid_mask, 0, 0, 0, 0);
}

long sbi_hart_start(uint64 hartid, uint64 start_pa, uint64 opaque)
{
    return sbi_call(SBI_HSM, 0, hartid, start_pa, opaque, 0, 0).error;
}

void sbi_reset(uint32 type, uint32 reason)
{
    sbi_call(SBI_SRST, 0, type, reason, 0, 0, 0);
}
