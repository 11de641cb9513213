// Swap space as vm sees it (kernel/cache/swap.h), for tests of kernel/vm: slots in memory, and what
// goes wrong with them at will.
#pragma once

#include "types.h"
#include "mem/frame.h"

// So many slots from here on; all that there were are free.  0: no swap space.
void swap_world_begin(uint64 slots);
// The slot cannot be read, or can be again.
void swap_world_damage(uint64 slot, bool damaged);
// Nothing of the slot's page is in memory but what somebody maps.
void swap_world_forget(uint64 slot);
// Called, if set, while a slot is read, and before one is written: what somebody else does meanwhile.
extern void (*swap_world_reads)(uint64 slot);
extern void (*swap_world_writes)(uint64 slot);
extern unsigned swap_world_nreads;

// What vm_space.c asks for pages of the swap object.
struct frame *swap_world_page_now(uint64 slot);
int swap_world_page(uint64 slot, struct frame **out);
