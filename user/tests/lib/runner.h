// Runs the parts of a test program, each in a process of its own, and says how they went.
//
// After every part the memory in use must be what it was before, and at the end the audit of all
// frames must be clean: a part that loses a frame fails.  A part that takes longer than
// PART_LIMIT_S is killed and fails.
//
// Command line: [-q] quick parts only; [-l] list their names; NAME... these parts only.
#pragma once

#include "user/kine.h"

#define PART_LIMIT_S 240

struct part {
    const char *name;
    void (*fn)(void);
    bool slow; // left out by -q
};

struct suite {
    const char *prefix, *ok, *failed; // a line is: prefix NAME: ok
    const struct part *parts;
    int count;
    const char *all_passed, *some_failed; // the last line
};

// => the exit status of the program.
int run_suite(const struct suite *s, int argc, char **argv);
