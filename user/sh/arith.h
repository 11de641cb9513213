// $(( ... )): 64-bit integers with all operators of C.
#pragma once

#include "user/kine.h"

// => the value; 0 after an error, which has been said and gives up what runs
int64 arith(const char *expression);
