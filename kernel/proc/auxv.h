// The auxiliary vector: what the kernel tells a new program of itself and of the machine.
#pragma once

#include "types.h"

struct image;

#define AUXV_WORDS (2 * 17)

// `random`: where 16 random bytes stand; `path`: where the path of the file stands.
void auxv_put(uint64 out[AUXV_WORDS], const struct image *image, uint64 random, uint64 path);
