#include "riscv/tlb.h"
#include "riscv/csr.h"
#include "riscv/hart.h"
#include "riscv/sbi.h"

void tlb_flush_local(void)
{
    sfence_vma_all();
}

// => the hartids of the harts in `mask`, this one left out
static uint64 others(uint32 mask)
{
    uint64 ids = 0;
    for (int i = 0; i < nharts; i++)
        if (i != this_hart()->index && (mask >> i & 1))
            ids |= 1UL << harts[i].hartid;
    return ids;
}

void tlb_flush_harts(uint32 mask)
{
    uint32 self = 1u << this_hart()->index;
    if (mask & self)
        sfence_vma_all();
    if ((mask & ~self) && others(mask))
        sbi_remote_sfence(others(mask));
}

void icache_flush_harts(uint32 mask)
{
    uint32 self = 1u << this_hart()->index;
    fence_i();
    if ((mask & ~self) && others(mask))
        sbi_remote_fence_i(others(mask));
}
