// The options of the shell: -e -u -x -f, on its command line and by `set`.
#pragma once

#include "user/kine.h"

// => the letters of those that are on ($-)
const char *option_letters(void);
// Takes a word like -eu or +x.  others, unless NULL: a letter of these is no error, and *found gets the
// last of them.  => false: it has a letter that is none, which has been said
bool option_take(const char *word, const char *others, char *found);
