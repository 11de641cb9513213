// The page table that the kernel boots on: the direct map in 1 GiB pages, everything allowed.
// mem/kmap.c replaces it by the real one before the first user program exists.

#include "riscv.h"
#include "riscv/addr.h"
#include "riscv/bootmap.h"
#include "riscv/csr.h"

static pte_t boot_root[512] __attribute__((aligned(PGSIZE)));

// => the value for satp.  Runs at physical addresses, without translation.
uint64 boot_map(void)
{
    for (uint64 gib = 0; gib < DIRECT_MAP_GIBS; gib++)
        boot_root[256 + gib] =
            PA2PTE(gib << 30) | PTE_V | PTE_R | PTE_W | PTE_X | PTE_A | PTE_D | PTE_G;
    return SATP_SV39 | (uint64)boot_root >> 12;
}
