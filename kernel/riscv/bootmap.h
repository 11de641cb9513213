// The first page table (see entry.S).
#pragma once

#include "types.h"

#define DIRECT_MAP_GIBS 32 // of physical addresses that the direct map reaches at boot

uint64 boot_map(void);
