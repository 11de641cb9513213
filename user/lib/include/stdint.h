// The compiler's own <stdint.h>: for a hosted program it would look for a C library's.
#pragma once
#include <stdint-gcc.h>
