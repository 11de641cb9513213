// What the library's parts use of each other.
#pragma once

#include "kernel/types.h"

// Whether the n > 0 bytes at p can be written, so that a wrapper can fail where a store of its own
// would end the program.
bool can_store(const void *p, uint64 n);
