// File names that match a pattern.
#pragma once

#include "user/sh/expand.h"

// Appends them, sorted.  => how many
int glob(const char *pattern, struct args *args);
// Calls `each` for every name in a directory but `.` and `..`.  => false if it cannot be read
bool each_name(const char *directory, void (*each)(const char *name, void *arg), void *arg);
// Sorts n texts.
void sort_texts(char **v, int n);
