// Line editing: what is typed becomes lines.  Pure: no locks, no device; the console holds its
// lock.
//
// Bytes enter by line_take() at the end of a ring.  The line being edited can be erased; a newline
// or Ctrl-D completes it, and only what is complete can be read.  Several lines may wait.
//
// Invariant
//   L1  read <= ready <= end <= read + LINE_RING  (all three only grow, but end at an erasure)
#pragma once

#include "types.h"

#define LINE_RING    4096               // bytes typed ahead
#define LINE_COLUMNS 80                 // a terminal's width
#define LINE_ECHO    (3 * LINE_COLUMNS) // bytes of the longest echo: an erased line

struct line_input {
    uint32 read;  // the next byte to be read
    uint32 ready; // end of the complete lines
    uint32 end;   // end of the line being edited
    char ring[LINE_RING];
};

// Takes one typed byte.  => the length of its echo, which is in `echo`; line_full() is false.
size_t line_take(struct line_input *in, char c, char echo[LINE_ECHO]);
bool line_full(const struct line_input *in);
// => bytes of complete lines; an end of input counts as one.  0: a reader must wait.
size_t line_pending(const struct line_input *in);
// Reads from one line, at most n bytes.  => bytes copied; 0 at an end of input.
size_t line_read(struct line_input *in, char *buf, size_t n);
// Shows the line being edited again (its first LINE_COLUMNS - 1 bytes).  => the length of the echo.
size_t line_redraw(const struct line_input *in, char echo[LINE_ECHO]);
