// What goes to the terminal: programs' text and the kernel's messages, kept apart.
#pragma once

#include "types.h"
#include "dev/chardev.h"
#include "dev/line.h"

#define LINE_KEPT 512 // bytes of an unfinished line that can be kept back, or shown again

// Room in the port that messages never use up: what is kept of a line, one piece of text (each of
// its bytes may be two), one echo.
#define OUTPUT_RESERVE (LINE_KEPT + 2 * CHARDEV_MAX + LINE_ECHO)

// Becomes the sink of printk and of panic.
void output_init(void);
// Shows what has been kept back long enough: the function of a kernel thread.
void output_keep(void *arg);

// --- text: the console's lock is held ---------------------------------------------------------
// => the port has room for n bytes of a program's text and for all that must come before it.
bool output_ready(size_t n);
// Text of a program, in one piece, after all messages that wait.  => output_ready()
void output_text(const char *text, size_t n);
// => the port has room for an echo.
bool output_echo_ready(void);
// The echo of what is typed.  => output_echo_ready()
void output_echo(const char *text, size_t n);
// Somebody reads from the terminal: what is kept back may be a question.
void output_asks(void);
// Ends the line that the cursor stands in, if it stands in one.  => output_ready(1)
void output_fresh_line(void);

// --- messages ---------------------------------------------------------------------------------
// A message, one line, of a kind that may come in floods: the first few are shown whole, the others
// counted as "and N more: KIND".  `kind` is a constant, the same pointer for the same kind, of 32
// bytes at the most.  => no lock is held.
void output_folded(const char *kind, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
// Tries again to show the messages that wait: there is room again.
void output_retry(void);
// Shows all, the unfinished line too.
void output_show(void);
