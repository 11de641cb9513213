// From words to arguments.
#pragma once

#include "user/kine.h"
#include "user/sh/tree.h"

struct args {
    char **v; // ended by NULL once something has been added
    int n, room;
};
void args_add(struct args *a, char *text);

// All results are in temporary memory.  After an error, shell.leaving says so.

// Appends what the word becomes: no argument, one or several.
void expand(const struct word *w, struct args *args);
// One text: neither fields nor file names.
char *expand_one(const struct part *p);
// The same, but what is not quoted stays a pattern.
char *expand_pattern(const struct part *p);
// The same as expand_one() of what stands behind the `=`.
char *expand_assigned(const struct word *w);
