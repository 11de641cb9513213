// A 16550 serial port's registers (National Semiconductor PC16550D, table II), where the device tree
// says they are.  dev/uart.c drives it; whoever must speak before that works (unfit.c) says a line.
#pragma once

#include "types.h"
#include "riscv/fdt.h"

struct port {
    uint64 base; // address of the first register, as the caller reaches it; 0: there is no port
    uint32 shift, width; // registers are 1 << shift apart, `width` bytes wide
};

enum {
    RBR = 0, // read: received byte
    THR = 0, // write: byte to send
    DLL = 0, // with LCR_DLAB: divisor, low
    IER = 1, // interrupts enabled
    DLM = 1, // with LCR_DLAB: divisor, high
    FCR = 2, // write: FIFO control
    IIR = 2, // read: what interrupts
    LCR = 3, // line control
    MCR = 4, // modem control
    LSR = 5, // line status
};
#define LSR_RECEIVED 0x01
#define LSR_SENT     0x20 // the FIFO is empty, or the one byte is gone
#define LSR_IDLE     0x40 // and the last byte is on the wire

// Finds the first port in the tree; its physical address goes to port->base.  => false: there is none
bool port_find(const void *fdt, struct port *port, struct fdt_node *node);

static inline uint8 port_read(const struct port *port, int reg)
{
    uint64 at = port->base + ((uint64)reg << port->shift);
    return port->width == 4 ? (uint8) * (volatile uint32 *)at : *(volatile uint8 *)at;
}

static inline void port_write(const struct port *port, int reg, uint8 value)
{
    uint64 at = port->base + ((uint64)reg << port->shift);
    if (port->width == 4)
        *(volatile uint32 *)at = value;
    else
        *(volatile uint8 *)at = value;
}

// Sends by polling; returns once the last byte is taken.
void port_send(const struct port *port, const char *text, size_t n);
