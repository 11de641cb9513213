// What builtins print: gathered, and written at once at the end of each.
#pragma once

#include "user/kine.h"

void out_char(char c);
void out_text(const char *text);
// As printf() of the library.
void out_format(const char *format, ...) __attribute__((format(printf, 1, 2)));
// In quotes, so that the shell reads it as one word again.
void out_quoted(const char *text);
// Writes what has been gathered.  => false, having said why, if it cannot be written
bool out_flush(void);
