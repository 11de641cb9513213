// The page that a signal's handler returns to: two instructions that call rt_sigreturn.
//
// RISC-V programs do not bring them along, as those of other machines do, so the kernel does.  One
// page of the cache serves all: an address space has an area that shows it, read and execute, from
// the first handler that is set on.  Who never handles a signal pays nothing for it, and fork copies
// it like any area.
#pragma once

#include "types.h"

struct aspace;

// Maps it, if it is not there.  => 0, -ENOMEM
int aspace_map_sigpage(struct aspace *as);
// => its address; 0 if it is not there
uint64 aspace_sigpage(const struct aspace *as);

void sigpage_init(void); // once at boot
