#include "lib/chacha.h"

#define DOUBLE_ROUNDS 10

static inline uint32 rotate(uint32 x, int n)
{
    return x << n | x >> (32 - n);
}

static inline void quarter_round(uint32 x[CHACHA_BLOCK_WORDS], int a, int b, int c, int d)
{
    x[a] += x[b];
    x[d] = rotate(x[d] ^ x[a], 16);
    x[c] += x[d];
    x[b] = rotate(x[b] ^ x[c], 12);
    x[a] += x[b];
    x[d] = rotate(x[d] ^ x[a], 8);
    x[c] += x[d];
    x[b] = rotate(x[b] ^ x[c], 7);
}

static inline void double_round(uint32 x[CHACHA_BLOCK_WORDS])
{
    quarter_round(x, 0, 4, 8, 12); // columns
    quarter_round(x, 1, 5, 9, 13);
    quarter_round(x, 2, 6, 10, 14);
    quarter_round(x, 3, 7, 11, 15);
    quarter_round(x, 0, 5, 10, 15); // diagonals
    quarter_round(x, 1, 6, 11, 12);
    quarter_round(x, 2, 7, 8, 13);
    quarter_round(x, 3, 4, 9, 14);
}

void chacha_block(const uint32 key[CHACHA_KEY_WORDS], const uint32 nonce[4],
                  uint32 out[CHACHA_BLOCK_WORDS])
{
    uint32 start[CHACHA_BLOCK_WORDS] = { 0x61707865, 0x3320646e, 0x79622d32, 0x6b206574 };
    for (int i = 0; i < CHACHA_KEY_WORDS; i++)
        start[4 + i] = key[i];
    for (int i = 0; i < 4; i++)
        start[12 + i] = nonce[i];
    uint32 x[CHACHA_BLOCK_WORDS];
    for (int i = 0; i < CHACHA_BLOCK_WORDS; i++)
        x[i] = start[i];
    for (int i = 0; i < DOUBLE_ROUNDS; i++)
        double_round(x);
    for (int i = 0; i < CHACHA_BLOCK_WORDS; i++)
        out[i] = x[i] + start[i];
}
