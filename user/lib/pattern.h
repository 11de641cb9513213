// Patterns: * ? [abc] [a-c] [!a-c] [[:alpha:]]; a backslash makes the next byte an ordinary one.
#pragma once

#include "user/kine.h"

// Whether the pattern is the first n bytes of the text, or all of it.
bool pattern_matches(const char *pattern, const char *text, uint n) KINE(pattern_matches);
// Whether there is anything but ordinary bytes.
bool pattern_is_active(const char *pattern) KINE(pattern_is_active);
// Takes the backslashes away, in place.
char *pattern_plain(char *pattern) KINE(pattern_plain);
