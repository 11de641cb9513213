// Formatted output.  Understood: %d %i %u %x %X %o %c %s %p %%, with the lengths hh h l ll z,
// a width, '0', '-', '+', and a precision for %s.  Nothing else; an unknown directive is printed
// as it stands.
#pragma once

#include <stdarg.h>
#include "types.h"

// Formats into buf, which gets at most size - 1 bytes and a NUL.
// => the length the whole text would have.
int format(char *buf, size_t size, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
int vformat(char *buf, size_t size, const char *fmt, va_list ap);

// Formats piece by piece into a sink, of any length.  => bytes handed to the sink.
typedef void format_sink(void *arg, char c);
int vformat_to(format_sink *sink, void *arg, const char *fmt, va_list ap);

// A message of the kernel, as lines of their own on the console (docs/tour.md: console).
// May be called from anywhere, interrupts included; a line holds up to 255 bytes.
void printk(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

// Where printk's finished text goes.  dev/console registers itself; NULL before that.
typedef void printk_sink(const char *text, size_t len);
void printk_register(printk_sink *sink);
