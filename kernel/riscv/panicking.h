// How the harts learn that the kernel has panicked.
#pragma once

#include "types.h"

extern volatile bool panicking;
// Stops this hart for good.
_Noreturn void panic_halt(void);

// An address of the kernel's code as text: the function that it is in, and where in it.
void panic_place(uint64 pc, char *text, size_t size);

// Output that works whatever state the machine is in; dev/uart registers itself.
typedef void panic_output(const char *text, size_t len);
void panic_register_output(panic_output *out);
