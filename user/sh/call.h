// Simple commands: their words are expanded, and what they name is called: a builtin, a function or
// a program.
#pragma once

#include "user/sh/expand.h"

void call(const struct node *n, int how);
// What `command NAME` does: no function is looked for.
int call_words(struct args *args);
