// For classic programs that include it before kernel/file.h.  The kernel's own locks are in
// kernel/riscv/spinlock.h.
#pragma once

#include "types.h"

struct spinlock {
    uint locked; // 0 or 1
};
