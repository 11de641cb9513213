// Harts that Kine cannot run on.
//
// Both entries, mstub_entry.S in M-mode and entry.S in S-mode, try what the kernel is compiled for
// before they use it (unfit.inc).  What runs until then, and what runs if something is missing, must
// do without it: it is assembled and compiled without compressed and multiplying instructions
// (EARLY in the Makefile), and runs at physical addresses, so that it may not follow a pointer that
// the linker has put in.
#pragma once

#include "types.h"

// Says on the serial port what this hart has not, and ends the emulator with a failing status.
// => there is no test device: the hart is to stand still
void unfit_give_up(const void *fdt, const char *missing);
