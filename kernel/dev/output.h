// What goes to the terminal: programs' text and the kernel's messages, kept apart.
#pragma once

#include "types.h"
#include "dev/chardev.h"
#include "dev/line.h"

// Room in the port that messages never use up: whoever found that a piece of text and an echo fit
// can rely on it.
#define OUTPUT_RESERVE (CHARDEV_MAX + LINE_ECHO)

// Becomes the sink of printk and of panic.
void output_init(void);

// Text of a program, or the echo of what is typed, in one piece.  => the caller has seen that
// uart_room() suffices and keeps others with text out.
void output_text(const char *text, size_t n);
// Ends the line that the cursor stands in, if it stands in one.  => room for a byte.
void output_fresh_line(void);
// Tries again to show the messages that wait: there is room again.
void output_retry(void);
