// Interrupts on this hart, and where a device's interrupt goes.
#pragma once

#include "types.h"

bool intr_enabled(void);
// intr_save: off, remembering what was: nests.  => what to give to intr_restore().
// Debug builds measure how long they are off; others have all four inline.
#if defined(DEBUG) || defined(KINE_HOST)
void intr_on(void);
void intr_off(void);
bool intr_save(void);
void intr_restore(bool was_on);
#else
#include "riscv/intr_fast.h"
#endif

// The handler of the supervisor external interrupt; dev/plic registers itself.
typedef void intr_external_fn(void);
void intr_register_external(intr_external_fn *fn);
// Runs the registered handler: called by the trap code with interrupts off.
void intr_external(void);
