// A hash of bytes under a key: who does not know the key cannot choose bytes with a given hash.
//
// Eight bytes at a time are put in by a multiplication to 128 bits whose halves are folded; both
// factors depend on the key.  It is made for tables in memory, and is no signature of anything.
#pragma once

#include "types.h"

static inline uint64 mix_fold(uint64 a, uint64 b)
{
    unsigned __int128 product = (unsigned __int128)a * b;
    return (uint64)product ^ (uint64)(product >> 64);
}

static inline uint64 mix_bytes(const uint64 key[2], const char *s, size_t len)
{
    uint64 h = key[0] ^ len, word = 0;
    for (; len >= sizeof word; len -= sizeof word, s += sizeof word) {
        __builtin_memcpy(&word, s, sizeof word);
        h = mix_fold(h ^ word, key[1] ^ h);
    }
    for (word = 0; len > 0; len--)
        word = word << 8 | (uchar)*s++;
    return mix_fold(h ^ word, key[1]);
}
