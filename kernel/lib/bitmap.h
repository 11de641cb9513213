// Bitmaps over arrays of 64-bit words.  Not atomic: the caller holds the lock of the map.
#pragma once

#include "types.h"

#define BITMAP_WORDS(bits) (((bits) + 63) / 64)

// => the number of the lowest set bit of a word that is not 0.
static inline unsigned bit_lowest(uint64 word)
{
    unsigned n = 0;
    for (unsigned half = 32; half > 0; half /= 2) {
        if ((word & ((1UL << half) - 1)) == 0) {
            word >>= half;
            n += half;
        }
    }
    return n;
}

static inline bool bitmap_test(const uint64 *map, size_t bit)
{
    return map[bit / 64] >> (bit % 64) & 1;
}

static inline void bitmap_set(uint64 *map, size_t bit)
{
    map[bit / 64] |= 1UL << (bit % 64);
}

static inline void bitmap_clear(uint64 *map, size_t bit)
{
    map[bit / 64] &= ~(1UL << (bit % 64));
}

// => the first clear bit at or after `from` and below `bits`; `bits` if there is none.
size_t bitmap_find_clear(const uint64 *map, size_t bits, size_t from);
