// Small things about texts that several parts of the shell need.
#pragma once

#include "user/kine.h"

#define NUMBER_ROOM 24 // for the digits of an int64

// => the decimal digits, in `room`
const char *number_text(int64 value, char room[NUMBER_ROOM]);
// A whole text of decimal digits with an optional sign.  => false: it is something else
bool number_of(const char *text, int64 *value);
