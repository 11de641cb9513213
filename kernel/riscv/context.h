// What a thread leaves behind when it does not run.
#pragma once

#include "types.h"

// Registers that a function call preserves (RISC-V calling convention).
struct context {
    uint64 ra, sp;
    uint64 s[12];
};

struct fp_state {
    uint64 f[32];
    uint64 fcsr;
};

// Saves the registers in *from and goes on with *to.  context.S
void context_switch(struct context *from, struct context *to);

// Floating point: moves the registers; the caller has set sstatus.FS.
void fp_save(struct fp_state *fp);
void fp_restore(const struct fp_state *fp);
