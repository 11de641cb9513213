// Searching bitmaps, a doubleword at a time.
#include "lib/bitmap.h"

size_t bitmap_find_clear(const uint64 *map, size_t bits, size_t from)
{
    if (from >= bits)
        return bits;
    size_t word = from / 64;
    uint64 clear = ~map[word] & (~0UL << (from % 64));

    while (clear == 0) {
        if (++word >= BITMAP_WORDS(bits))
            return bits;
        clear = ~map[word];
    }
    size_t bit = word * 64 + bit_lowest(clear);
    return bit < bits ? bit : bits;
}
