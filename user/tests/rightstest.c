// rightstest: what a program may do to the hart it runs on.
//
// It may compute and read three counters.  Every other instruction that a hart may let user mode use,
// and every register that it may have, must be shut whatever firmware has left open: what is not saved
// and cleared from process to process would leak from one to the other, or reach past the page table.

#include "user/tests/lib/test.h"

const char usage_text[] = "usage: rightstest   tests what a program may do to its hart\n";

// The instructions are given as words, so that assemblers that do not know them do, and in a0 is an
// address of the program's own.
#define INSTRUCTION(name, ...)                                                                     \
    static void name(void *at)                                                                     \
    {                                                                                              \
        register void *a0 asm("a0") = at;                                                          \
        asm volatile(__VA_ARGS__ : "+r"(a0)::"memory", "t0");                                      \
    }
#define READ(name, csr) INSTRUCTION(name, "csrr t0, " #csr)

INSTRUCTION(vsetvli, ".word 0x0c0572d7")
INSTRUCTION(vmv_v_i, ".word 0x5e003057")
READ(read_vl, 0xc20)
READ(read_vlenb, 0xc22)
READ(read_vcsr, 0x00f)
INSTRUCTION(hlv_d, ".word 0x6c0542f3")
INSTRUCTION(hsv_d, ".word 0x6ea54073")
INSTRUCTION(cbo_zero, ".word 0x0045200f")
INSTRUCTION(cbo_clean, ".word 0x0015200f")
INSTRUCTION(cbo_flush, ".word 0x0025200f")
INSTRUCTION(cbo_inval, ".word 0x0005200f")
READ(read_hpmcounter3, 0xc03)
READ(read_hpmcounter31, 0xc1f)
READ(read_seed, 0x015)
READ(read_ssp, 0x011)
READ(read_jvt, 0x017)
READ(read_sstatus, 0x100)
READ(read_satp, 0x180)
READ(read_stimecmp, 0x14d)
READ(read_scountovf, 0xda0)
INSTRUCTION(write_satp, "csrw 0x180, zero")
INSTRUCTION(fence_all, ".word 0x12000073")
INSTRUCTION(sret, ".word 0x10200073")
INSTRUCTION(mret, ".word 0x30200073")
READ(read_cycle, 0xc00)
READ(read_time, 0xc01)
READ(read_instret, 0xc02)

static const struct instruction {
    const char *name;
    job *use;
    bool allowed;
} instructions[] = {
    { "vsetvli", vsetvli },
    { "vmv.v.i", vmv_v_i },
    { "vl", read_vl },
    { "vlenb", read_vlenb },
    { "vcsr", read_vcsr },
    { "hlv.d", hlv_d },
    { "hsv.d", hsv_d },
    { "cbo.zero", cbo_zero },
    { "cbo.clean", cbo_clean },
    { "cbo.flush", cbo_flush },
    { "cbo.inval", cbo_inval },
    { "hpmcounter3", read_hpmcounter3 },
    { "hpmcounter31", read_hpmcounter31 },
    { "seed", read_seed },
    { "ssp", read_ssp },
    { "jvt", read_jvt },
    { "sstatus", read_sstatus },
    { "satp", read_satp },
    { "stimecmp", read_stimecmp },
    { "scountovf", read_scountovf },
    { "a write to satp", write_satp },
    { "sfence.vma", fence_all },
    { "sret", sret },
    { "mret", mret },
    { "cycle", read_cycle, true },
    { "time", read_time, true },
    { "instret", read_instret, true },
};

int main(void)
{
    part_name = "rightstest";
    char *page = heap_pages(1);
    for (size_t i = 0; i < sizeof instructions / sizeof *instructions; i++) {
        const struct instruction *in = &instructions[i];
        if (in->allowed)
            must_pass(in->name, in->use, page);
        else
            must_die(in->name, in->use, page, SIGILL);
    }
    printf("rightstest: OK\n");
    exit(0);
}
