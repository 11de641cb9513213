// The page table that the kernel boots on: the direct map in 1 GiB pages, everything allowed.
// mem/kmap.c replaces it by the real one before the first user program exists.  With the address
// sanitizer all shadows are one page, which functions write and nobody reads (lib/kasan.h).

#include "riscv.h"
#include "riscv/addr.h"
#include "riscv/bootmap.h"
#include "riscv/csr.h"

static pte_t boot_root[512] __attribute__((aligned(PGSIZE)));

#ifdef KASAN
#define SHADOW_FIRST (KASAN_SHADOW >> 30 & 511)

static pte_t shadow_middle[512] __attribute__((aligned(PGSIZE)));
static pte_t shadow_leaves[512] __attribute__((aligned(PGSIZE)));
static char shadow_page[PGSIZE] __attribute__((aligned(PGSIZE)));

static void map_shadow(void)
{
    for (int i = 0; i < 512; i++) {
        shadow_leaves[i] =
            PA2PTE((uint64)shadow_page) | PTE_V | PTE_R | PTE_W | PTE_A | PTE_D | PTE_G;
        shadow_middle[i] = PA2PTE((uint64)shadow_leaves) | PTE_V;
    }
    for (uint64 i = SHADOW_FIRST; i < 512; i++)
        boot_root[i] = PA2PTE((uint64)shadow_middle) | PTE_V;
}
#else
static void map_shadow(void)
{
}
#endif

// => the value for satp.  Runs at physical addresses, without translation.
uint64 boot_map(void)
{
    for (uint64 gib = 0; gib < DIRECT_MAP_GIBS; gib++)
        boot_root[256 + gib] =
            PA2PTE(gib << 30) | PTE_V | PTE_R | PTE_W | PTE_X | PTE_A | PTE_D | PTE_G;
    map_shadow();
    return SATP_SV39 | (uint64)boot_root >> 12;
}
