// The compiler's own <stdint.h>.  Where it has two, the one of this name would look for a C library's in
// a hosted program.
#pragma once
#if __has_include(<stdint-gcc.h>)
#include <stdint-gcc.h>
#else
#include_next <stdint.h>
#endif
