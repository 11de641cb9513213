// What the fuzz targets share.  A target is a function from bytes to a run of the file system; it
// ends the program if anything is wrong.  libFuzzer calls it (`make fuzz`), or replay.c, with kept
// inputs (`make test`).
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "fs_test.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

// Bytes to be taken one after the other; behind the end there are zeros.
struct bytes {
    const uint8_t *at;
    size_t left;
};

static inline uint64 take(struct bytes *b, int n)
{
    uint64 value = 0;
    for (int i = 0; i < n && b->left > 0; i++, b->at++, b->left--)
        value |= (uint64)*b->at << (8 * i);
    return value;
}

// Uses whatever volume is on `disk` in all ways there are, as a seed says: mounts it, walks, reads,
// changes, unmounts.  => false: it cannot be mounted
bool use_any_volume(uint64 seed);
