// Where the lines of a source come from: a terminal, with a prompt, or a file.
#pragma once

#include "user/kine.h"
#include "user/sh/lex.h"

struct input {
    struct source source; // the first member: a source is its input
    int fd;
    bool at_terminal;
    bool shared; // with the programs that run: what is behind the line is theirs
    int at, n;   // of what has been read ahead from a file that is not shared
    char ahead[512];
};

// Lines of the descriptor.
void input_start(struct input *in, int fd, bool at_terminal, bool shared);
