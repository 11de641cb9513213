// Interrupts on this hart, and where a device's interrupt goes.
#pragma once

#include "types.h"

bool intr_enabled(void);
void intr_on(void);
void intr_off(void);
// Off, remembering what was: nests.  => what to give to intr_restore().
bool intr_save(void);
void intr_restore(bool was_on);

// The handler of the supervisor external interrupt; dev/plic registers itself.
typedef void intr_external_fn(void);
void intr_register_external(intr_external_fn *fn);
// Runs the registered handler: called by the trap code with interrupts off.
void intr_external(void);
