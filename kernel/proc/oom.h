// Out of memory: whose end gives back most (docs/memory.md, "When there is nothing left").
#pragma once

#include "types.h"
#include "vm/fault.h"

// A user access of the current process's to va: vm_fault(), and where no frame is to be had, and
// nothing can be given back, others end.  The process that has most for itself alone is killed and
// its end waited for, then the access is tried again.
// => as vm_fault(); -ENOMEM: the current process is the one to end.  No lock is held; it rests.
int oom_fault(uint64 va, enum access access);
