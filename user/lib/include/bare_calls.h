// For a source from before exit() and wait() had an argument: where none is given it is 0.  The Makefile
// includes this before a source that calls one of them so, and before no other.
#pragma once

#include "user/user.h"

#define exit(...) (exit)(__VA_ARGS__ + 0)
#define wait(...) (wait)(__VA_ARGS__ + 0)
