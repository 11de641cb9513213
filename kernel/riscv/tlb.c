#include "riscv/tlb.h"
#include "riscv/csr.h"
#include "riscv/hart.h"
#include "riscv/sbi.h"

void tlb_flush_local(void)
{
    sfence_vma_all();
}

void tlb_flush_harts(uint32 mask)
{
    uint64 remote = 0;
    int self = this_hart()->index;
    for (int i = 0; i < nharts; i++)
        if (i != self && (mask >> i & 1))
            remote |= 1UL << harts[i].hartid;
    if (mask >> self & 1)
        sfence_vma_all();
    if (remote)
        sbi_remote_sfence(remote);
}
