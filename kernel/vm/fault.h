// The fault decision (vm/fault.c).
#pragma once

#include "types.h"
#include "riscv.h"

struct aspace;
struct frame;

enum access { ACCESS_READ = 1, ACCESS_WRITE = 2, ACCESS_EXEC = 4 }; // as PROT_*

// A user access to va trapped: makes it possible.
// => 0: try again; -EFAULT: the area forbids it or there is none; -ENOMEM, -EIO.
int vm_fault(struct aspace *as, uint64 va, enum access access);

// The same once, with as->lock held, for one page; *frame is what the entry names afterwards.
int fault_in(struct aspace *as, uint64 va, enum access access, struct frame **frame);

// An access has failed with `err`, and the lock is let go of: is it to be tried again?  Memory that is
// short is reclaimed first, once; a patient address space waits a while, as often as need be.
// *tries counts, from 0.
bool fault_again(struct aspace *as, int err, int *tries);

// What the faults did, since boot; atomic.
struct fault_counts {
    uint64 faults, cow_copies, cow_reuses, zero_fills;
};
extern struct fault_counts fault_counts;

extern struct frame *zero_frame; // full of zeros, shared by all who only read
