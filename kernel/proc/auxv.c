#include "proc/auxv.h"
#include "abi.h"
#include "elf.h"
#include "lib/string.h"
#include "proc/image.h"
#include "riscv.h"
#include "riscv/machine.h"

#define TICKS_PER_S 100 // of times()

// The extensions of the instruction set that every hart has, by letter.
static uint64 hardware(void)
{
    const char *letter = machine.fp ? "imacfd" : "imac";
    uint64 set = 0;
    for (; *letter; letter++)
        set |= 1UL << (*letter - 'a');
    return set;
}

// Nobody is privileged here (a setuid bit does nothing), so AT_SECURE is 0: a C library believes its
// environment.
void auxv_put(uint64 out[AUXV_WORDS], const struct image *image, uint64 random, uint64 path)
{
    const uint64 words[AUXV_WORDS / 2][2] = {
        { AT_HWCAP, hardware() },
        { AT_PAGESZ, PGSIZE },
        { AT_CLKTCK, TICKS_PER_S },
        { AT_PHDR, image->phdr },
        { AT_PHENT, sizeof(struct elf_segment) },
        { AT_PHNUM, image->phdr ? image->phnum : 0 },
        { AT_BASE, image->base },
        { AT_FLAGS, 0 },
        { AT_ENTRY, image->entry },
        { AT_UID, 0 },
        { AT_EUID, 0 },
        { AT_GID, 0 },
        { AT_EGID, 0 },
        { AT_SECURE, 0 },
        { AT_RANDOM, random },
        { AT_EXECFN, path },
        { AT_NULL, 0 },
    };
    memcpy(out, words, sizeof words);
}
