// The kernel finds its hart by a register; on the host each thread has its own struct hart.
#pragma once

#define this_hart this_hart_by_register
#include_next "riscv/hart.h"
#undef this_hart

struct hart *this_hart(void); // tests/unit/host.c
