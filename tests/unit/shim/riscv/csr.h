// The host has no control registers and no TLB of ours: fences are counted (tests/unit/host.h).
#pragma once

#include "types.h"

void sfence_vma_page(uint64 va);
void sfence_vma_all(void);
