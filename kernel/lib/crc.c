// CRC-32C, eight bytes at a step ("slicing by eight").
//
// A CRC is linear: what a byte adds to the remainder depends only on the byte and on how many
// bytes follow it.  slice[k][b] is the remainder of byte b with k bytes of zero behind it, so the
// step for eight bytes is eight independent look-ups put together by exclusive or.
//
// The tables are made at the first call.  Harts that come at the same time compute the same
// numbers, so no lock is needed, only the order: `ready` is seen set after the tables are.
#include "lib/crc.h"

#define POLYNOMIAL 0x82f63b78u // 0x1edc6f41, bit-reflected

static uint32 slice[8][256];
static bool ready;

static uint32 byte_remainder(uint32 byte)
{
    for (int bit = 0; bit < 8; bit++)
        byte = byte >> 1 ^ (byte & 1 ? POLYNOMIAL : 0);
    return byte;
}

static void make_tables(void)
{
    for (int b = 0; b < 256; b++)
        slice[0][b] = byte_remainder(b);
    for (int k = 1; k < 8; k++) {
        for (int b = 0; b < 256; b++) {
            uint32 r = slice[k - 1][b];
            slice[k][b] = slice[0][r & 0xff] ^ r >> 8;
        }
    }
    __atomic_store_n(&ready, true, __ATOMIC_RELEASE);
}

static uint32 step8(uint32 crc, const uchar *p)
{
    uint32 low = crc ^ (p[0] | p[1] << 8 | p[2] << 16 | (uint32)p[3] << 24);

    return slice[7][low & 0xff] ^ slice[6][low >> 8 & 0xff] ^ slice[5][low >> 16 & 0xff] ^
           slice[4][low >> 24] ^ slice[3][p[4]] ^ slice[2][p[5]] ^ slice[1][p[6]] ^ slice[0][p[7]];
}

uint32 crc32c(uint32 crc, const void *data, size_t n)
{
    const uchar *p = data;

    if (!__atomic_load_n(&ready, __ATOMIC_ACQUIRE))
        make_tables();
    crc = ~crc;
    for (; n >= 8; n -= 8, p += 8)
        crc = step8(crc, p);
    for (; n > 0; n--)
        crc = slice[0][(crc ^ *p++) & 0xff] ^ crc >> 8;
    return ~crc;
}
