// SiFive's test device, which QEMU's virt machine has: a store to it ends the emulator.  Firmware's
// own way to it loses the status (OpenSBI ends QEMU with 0 whatever the reason is).
#pragma once

#define TESTDEV_PASS  0x5555
#define TESTDEV_FAIL  0x13333 // status 1 in the upper half
#define TESTDEV_RESET 0x7777

#ifndef __ASSEMBLER__
#include "types.h"

// => its physical address; 0: there is none
uint64 testdev_find(const void *fdt);
#endif
