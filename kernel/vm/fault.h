// The fault decision (vm/fault.c).
#pragma once

#include "types.h"
#include "riscv.h"

struct aspace;
struct frame;

enum access { ACCESS_NONE, ACCESS_READ = 1, ACCESS_WRITE = 2, ACCESS_EXEC = 4 }; // as PROT_*

// A user access to va trapped: makes it possible.
// => 0: try again; -EFAULT: the area forbids it or there is none; -ENXIO: the object that is mapped
//    there has ended; -ENOSPC, -EROFS: its page cannot be stored to; -ENOMEM, -EIO; -EINTR: killed
//    while it waited.
int vm_fault(struct aspace *as, uint64 va, enum access access);

// The same for one page, with as->lock held; *frame is what the entry names afterwards.  Where it
// has to wait, for the disk or for memory, it lets go of the lock, and begins anew when it has it
// again: what the caller knew of the areas and tables may have changed.  With ACCESS_NONE nothing is
// asked but that the page does not lie in swap space; *frame is not set.
int fault_in(struct aspace *as, uint64 va, enum access access, struct frame **frame);

// What the faults did, since boot; atomic.
struct fault_counts {
    uint64 faults, cow_copies, cow_reuses, zero_fills;
};
extern struct fault_counts fault_counts;

extern struct frame *zero_frame; // full of zeros, shared by all who only read
