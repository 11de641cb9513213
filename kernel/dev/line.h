// The line discipline: what is typed becomes input, and what programs write becomes output, as
// termios says.  Pure: no locks, no device; the terminal (dev/console.c) holds its lock.
//
// Bytes enter by line_take() at the end of a ring.  In canonical mode (ICANON) the line being edited
// can be erased; a newline or Ctrl-D completes it, and only what is complete can be read.  Several
// lines may wait.  In raw mode each byte is complete at once.
//
//            read          ready          end
//     ─────────▼─────────────▼─────────────▼──────
//      taken     can be read   being edited
//
// What was typed ahead stays input when the mode changes: bytes taken in raw mode become lines as if
// they were typed anew, without an echo, and lines become the bytes that were typed.
//
// Invariants
//   L1  read <= ready <= end <= read + LINE_RING  (all three only grow, but end at an erasure)
//   L2  in raw mode ready = end, and no byte between read and end ends a line
#pragma once

#include "types.h"
#include "abi.h"

#define LINE_RING    4096               // bytes typed ahead
#define LINE_COLUMNS 80                 // a terminal's width
#define LINE_ECHO    (3 * LINE_COLUMNS) // bytes of the longest echo: an erased line

struct line_input {
    struct termios modes;        // changed by line_set_modes() only
    uint32 read;                 // the next byte to be read
    uint32 ready;                // end of what is complete
    uint32 end;                  // end of the line being edited
    bool literal;                // the next byte is a byte, whatever key it is
    bool stopped;                // VSTOP has been typed: output waits
    uint64 ends[LINE_RING / 64]; // one bit for each byte in the ring: it ends a line
    char ring[LINE_RING];
};

// Empty, in canonical mode, with the usual keys.
void line_init(struct line_input *in);
// Changes the modes.  => the line that is being edited, and all that waits, is kept
void line_set_modes(struct line_input *in, const struct termios *modes);

// Takes one typed byte.  => the length of its echo, which is in `echo`; line_full() is false.
// *signal: what the key sends to the foreground group, or 0.
size_t line_take(struct line_input *in, char c, char echo[LINE_ECHO], int *signal);
bool line_full(const struct line_input *in);
// Throws away all that has not been read.
void line_flush(struct line_input *in);

// => bytes that can be read; an end of input counts as one.
size_t line_pending(const struct line_input *in);
// => would a read end at once?  In raw mode without VTIME it wants VMIN bytes.
bool line_readable(const struct line_input *in);
// Reads at most n bytes, and in canonical mode from one line.  => bytes copied; 0 at an end of input
// and where nothing waits.
size_t line_read(struct line_input *in, char *buf, size_t n);
// Shows the line being edited again (its first LINE_COLUMNS - 1 bytes).  => the length of the echo.
size_t line_redraw(const struct line_input *in, char echo[LINE_ECHO]);

// What n bytes of a program's text are on the terminal.  => their number, 2 * n at the most
size_t line_output(const struct termios *modes, const char *text, size_t n, char *out);
