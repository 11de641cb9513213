// Editing a line at a terminal.
//
//   Ctrl-A E B F, arrows, Home, End     where the cursor is; Meta-B F: by words
//   Ctrl-H D K U W, Delete, Meta-D      take away; Ctrl-Y: brings back; Ctrl-T: exchanges two bytes
//   Ctrl-P N R, Up, Down                older lines; R: the last one that contains what is typed
//   Tab, Ctrl-L, Ctrl-C                 completes; clears the screen; gives the line up
//
// What is typed at the end of the line is echoed as a terminal in canonical mode does, and so is what
// Ctrl-H, Ctrl-U and Ctrl-W take away there.  Other keys draw the line anew, by escape sequences; the
// prompt is never written a second time in its own bytes.
#pragma once

#include "user/kine.h"
#include "user/sh/expand.h"
#include "user/sh/memory.h"

// What the word before the cursor may become.
struct completion {
    uint start;          // where the word begins
    struct args matches; // in temporary memory; a directory ends with a slash
};

struct terminal {
    int (*get)(struct terminal *t); // => the next byte; -1: there will be none
    void (*put)(struct terminal *t, const char *text, uint n);
    void (*complete)(const char *line, uint at, struct completion *c);
    void (*done)(struct terminal *t); // the line is complete; its end has yet to be shown
    uint columns;
};

enum edited { EDIT_DONE, EDIT_END, EDIT_GIVEN_UP };

// Appends a line, with its newline, to `to`.  The cursor stands behind the prompt, at the beginning of a
// row.  EDIT_END: Ctrl-D on an empty line.
enum edited edit_line(struct terminal *t, const char *prompt, struct buffer *to);
