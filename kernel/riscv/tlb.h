// Forgetting translations.
#pragma once

#include "types.h"

// Of this hart.
void tlb_flush_local(void);
// Of the harts whose index is set in `mask`, this one among them or not.  Stores made before are
// seen by every translation those harts make afterwards.
void tlb_flush_harts(uint32 mask);
// Makes stores to instructions, made before, visible to the fetches of those harts.
void icache_flush_harts(uint32 mask);
