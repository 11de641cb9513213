// Checksums made right again after the structures on the disk were changed by hand.
#pragma once

#include "fs/format.h"

#define SEAL_BLOCKS 400 // of a volume, at the most

// Computes the sums of all blocks that the newest superblock leads to, and its own.
void seal_volume(void);
// The blocks with structures in them that the last seal_volume() met.
extern uint64 targets[SEAL_BLOCKS];
extern size_t ntargets;

void *block_at(uint64 block); // of `disk`
struct superblock *newest_slot(void);
