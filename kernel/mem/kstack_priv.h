// Between kmap.c and kstack.c.
#pragma once

#include "types.h"
#include "riscv.h"
#include "kstack.h"

// => the entry of the kernel's table for va at `level` (0: 4 KiB), tables made as needed; NULL if
//    out of memory
pte_t *kmap_entry(uint64 va, int level);
#define KSTACK_SLOTS  4096UL
#define KSTACK_REGION (KSTACK_SLOTS * 2 * KSTACK_SIZE) // bytes from KSTACK_BASE on

void kstack_init(void);
void kstack_audit(void);
