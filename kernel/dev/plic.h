// The platform-level interrupt controller: from a device's interrupt number to its handler.
#pragma once

#include "riscv/fdt.h"
#include "types.h"

// Called with interrupts off on the hart that claimed the interrupt.
typedef void plic_handler(void *arg);

// Finds the controller in the device tree and becomes the handler of external interrupts.  Once,
// before any plic_register().  => does nothing if there is no controller.
void plic_init(void);
// Readies the calling hart's side of the controller.  The hart's own sie is not touched.
void plic_init_hart(void);

// => the interrupt number of a device-tree node; 0: it has none, or goes to another controller.
uint32 plic_irq(const struct fdt_node *node);
// From now on fn(arg) is called for the interrupt.  It goes to the calling hart alone: the others
// would wake only to find it claimed.  => 0; -EINVAL (no such interrupt), -EBUSY (has a handler).
int plic_register(uint32 irq, plic_handler *fn, void *arg);
