// The 16550 serial port: bytes out by a ring and the transmitter's interrupts, bytes in as the
// console asks for them, and polled output for early boot and panic.
#pragma once

#include "types.h"

#define UART_RING 16384 // bytes that may wait to be sent

// Finds the port in the device tree and makes printk and panic write to it by polling.  Needs
// nothing but the direct map; does nothing if there is no port.
void uart_early_init(const void *fdt);

// What the port tells its user; both are called with no lock held, mostly from an interrupt.
struct uart_user {
    void (*received)(void); // bytes wait: fetch them by uart_getc()
    void (*drained)(void);  // room was made in the ring after uart_room() was found short
};
// Hands the port to its user, turns its interrupts on, and reports what was received before.
// => after plic_init().
void uart_init(const struct uart_user *user);

// => bytes that uart_write() would take now.  If that is less than `wanted`, `drained` will follow.
size_t uart_room(size_t wanted);
// Queues n bytes.  => the caller has seen uart_room() and keeps other writers out.
void uart_write(const char *text, size_t n);

// => the next byte received, -1 if none waits.
int uart_getc(void);
// Flow control: with `on` false bytes stay in the port (and, when that is full, with the sender).
void uart_receive(bool on);

// Waits, by polling, until the port has sent its last byte.
void uart_settle(void);

// Sends what is in the ring and then n bytes, by polling.  Takes no lock: for a kernel that has
// panicked, or that has nobody else running yet.
void uart_write_polled(const char *text, size_t n);
