// The terminal at which the shell talks with somebody.
#pragma once

#include "user/sh/edit.h"

bool at_terminal(void); // standard input is one
// Prompts, at the beginning of a row, and reads a line, which is edited.  A line that was typed ahead,
// and echoed then, is read as it is.  what is read: appended to `to` with its newline.
enum edited terminal_line(const char *prompt, struct buffer *to);
// After a program that may have left the terminal in modes of its own.
void terminal_restore(void);
