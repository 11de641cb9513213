// Calls to the firmware: the RISC-V Supervisor Binary Interface, version 1.0.  Under -bios none our
// own M-mode stub answers (mstub.c), else whatever the machine brings.
#pragma once

#include "types.h"

// Extension numbers.
#define SBI_BASE   0x10
#define SBI_TIME   0x54494d45
#define SBI_IPI    0x735049
#define SBI_RFENCE 0x52464e43
#define SBI_HSM    0x48534d
#define SBI_SRST   0x53525354

#define SBI_OK              0
#define SBI_ERR_FAILED      (-1)
#define SBI_ERR_UNSUPPORTED (-2)
#define SBI_ERR_PARAM       (-3)
#define SBI_ERR_ADDRESS     (-5)
#define SBI_ERR_AVAILABLE   (-6)

#define SBI_RESET_SHUTDOWN    0
#define SBI_RESET_COLD_REBOOT 1
#define SBI_REASON_NONE       0
#define SBI_REASON_FAILURE    1

struct sbi_result {
    long error;
    long value;
};
struct sbi_result sbi_call(uint64 ext, uint64 fn, uint64 a0, uint64 a1, uint64 a2, uint64 a3,
                           uint64 a4);

void sbi_set_timer(uint64 when); // time-base ticks
void sbi_send_ipi(uint64 hartid);
void sbi_remote_sfence(uint64 hartid_mask); // all translations of these harts
void sbi_remote_fence_i(uint64 hartid_mask);
long sbi_hart_start(uint64 hartid, uint64 start_pa, uint64 opaque);
void sbi_reset(uint32 type, uint32 reason); // returns only if it is not supported
