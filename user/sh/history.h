// The lines that have been typed, in memory.
#pragma once

#include "user/kine.h"

#define HISTORY_LINES 500

// Remembers a line, unless it is empty or the same as the last one.  The oldest one goes when there
// are too many.
void history_add(const char *line);
// => the n-th before what is being typed: 1 is the last one.  NULL: there is none
const char *history_line(uint n);
// => the number of the first line from the n-th on, going back, that contains the text; 0: none
uint history_find(const char *text, uint n);
