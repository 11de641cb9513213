// What a process does about signals.  A process has one only once it has said something else than
// the default about any: fork then copies it, and clone may share it (CLONE_SIGHAND).
#pragma once

#include "types.h"
#include "abi.h"
#include "riscv/spinlock.h"

// Linux's struct sigaction of riscv64.
struct sigaction {
    uint64 handler, flags, mask;
};

struct sighand {
    struct spinlock lock;          // RANK_SIG
    uint32 refs;                   // atomic: processes that use it
    struct sigaction action[NSIG]; // by lock; of signal i + 1.  Zeros: the default
};

struct sighand *sighand_new(void);                // => all defaults, one reference; NULL: no memory
struct sighand *sighand_copy(struct sighand *of); // fork; NULL: no memory
void sighand_get(struct sighand *sh);             // clone with CLONE_SIGHAND
void sighand_put(struct sighand *sh);
