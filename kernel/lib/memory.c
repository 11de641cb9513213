// Memory (lib/string.h).
//
// The copying and filling loops move doublewords, eight or sixteen at a time, wherever both sides
// allow it: on the emulator as on silicon a copy costs what its instructions cost.  Nothing
// here reads or writes a byte outside what it was given, not even within the same doubleword.
//
// The build keeps the compiler from recognising these loops as memcpy and memset
// (-fno-tree-loop-distribute-patterns), which would make them call themselves.  In a build with the
// address sanitizer each function checks what it was given as a whole, and no access by itself.
#include "lib/kasan.h"
#include "lib/string.h"

#define WORD  sizeof(word)
#define CHUNK (8 * WORD)
#define PAGE  4096

// A doubleword that may lie over an object of any type.
typedef uint64 __attribute__((may_alias)) word;

static bool word_aligned(const void *p)
{
    return (uint64)p % WORD == 0;
}

// Two addresses that reach a doubleword boundary after the same number of bytes.
static bool same_phase(const void *a, const void *b)
{
    return ((uint64)a ^ (uint64)b) % WORD == 0;
}

void *memset(void *dst, int c, size_t n)
{
    uchar *d = dst;
    kasan_check_write(dst, n);
    word fill = (uchar)c * 0x0101010101010101UL;

    for (; n > 0 && !word_aligned(d); n--)
        *d++ = (uchar)c;
    for (; n >= CHUNK; n -= CHUNK, d += CHUNK) {
        word *w = (word *)d;
        w[0] = fill, w[1] = fill, w[2] = fill, w[3] = fill;
        w[4] = fill, w[5] = fill, w[6] = fill, w[7] = fill;
    }
    for (; n >= WORD; n -= WORD, d += WORD)
        *(word *)d = fill;
    for (; n > 0; n--)
        *d++ = (uchar)c;
    return dst;
}

// Eight doublewords, all loaded before the first is stored: right also when the areas overlap.
static inline void copy_chunk(word *d, const word *s)
{
    word a = s[0], b = s[1], c = s[2], e = s[3];
    word f = s[4], g = s[5], h = s[6], i = s[7];

    d[0] = a, d[1] = b, d[2] = c, d[3] = e;
    d[4] = f, d[5] = g, d[6] = h, d[7] = i;
}

// Long loops have few rounds: what counts them is not worth more than the work.
#define ROUND 64 // words

static inline void copy_round(word *d, const word *s)
{
#pragma GCC unroll 8
    for (int i = 0; i < ROUND; i += 8)
        copy_chunk(d + i, s + i);
}

// Copies from low addresses to high ones; dst is below src, or apart from it.
static inline void copy_up(uchar *d, const uchar *s, size_t n)
{
    if (same_phase(d, s)) {
        for (; n > 0 && !word_aligned(d); n--)
            *d++ = *s++;
        for (; n >= 2 * CHUNK; n -= 2 * CHUNK, d += 2 * CHUNK, s += 2 * CHUNK) {
            copy_chunk((word *)d, (const word *)s);
            copy_chunk((word *)(d + CHUNK), (const word *)(s + CHUNK));
        }
        for (; n >= WORD; n -= WORD, d += WORD, s += WORD)
            *(word *)d = *(const word *)s;
    }
    for (; n > 0; n--)
        *d++ = *s++;
}

// Copies from high addresses to low ones; dst is above src.
static void copy_down(uchar *d, const uchar *s, size_t n)
{
    d += n;
    s += n;
    if (same_phase(d, s)) {
        for (; n > 0 && !word_aligned(d); n--)
            *--d = *--s;
        for (; n >= CHUNK; n -= CHUNK)
            copy_chunk((word *)(d -= CHUNK), (const word *)(s -= CHUNK));
        for (; n >= WORD; n -= WORD)
            *(word *)(d -= WORD) = *(const word *)(s -= WORD);
    }
    for (; n > 0; n--)
        *--d = *--s;
}

// Many bytes.  Apart, so that few cost no more registers than they need.
static __attribute__((noinline)) void *copy_many(void *dst, const void *src, size_t n)
{
    uchar *d = dst;
    const uchar *s = src;
    if (same_phase(d, s)) {
        for (; !word_aligned(d); n--)
            *d++ = *s++;
        for (; n >= ROUND * WORD; n -= ROUND * WORD, d += ROUND * WORD, s += ROUND * WORD)
            copy_round((word *)d, (const word *)s);
    }
    copy_up(d, s, n);
    return dst;
}

void *memcpy(void *restrict dst, const void *restrict src, size_t n)
{
    uchar *d = dst;
    const uchar *s = src;
    kasan_check_read(src, n);
    kasan_check_write(dst, n);
    if (n >= 2 * CHUNK)
        return copy_many(dst, src, n);
    if (word_aligned(d) && word_aligned(s))
        for (; n >= WORD; n -= WORD, d += WORD, s += WORD)
            *(word *)d = *(const word *)s;
    for (; n > 0; n--)
        *d++ = *s++;
    return dst;
}

void *memmove(void *dst, const void *src, size_t n)
{
    kasan_check_read(src, n);
    kasan_check_write(dst, n);
    if ((uint64)dst - (uint64)src >= n)
        copy_up(dst, src, n);
    else
        copy_down(dst, src, n);
    return dst;
}

int memcmp(const void *a, const void *b, size_t n)
{
    const uchar *x = a, *y = b;
    kasan_check_read(a, n);
    kasan_check_read(b, n);

    if (word_aligned(x) && word_aligned(y))
        for (; n >= WORD && *(const word *)x == *(const word *)y; n -= WORD)
            x += WORD, y += WORD;
    for (; n > 0; n--, x++, y++)
        if (*x != *y)
            return *x - *y;
    return 0;
}

static inline void zero_chunk(word *w)
{
    w[0] = 0, w[1] = 0, w[2] = 0, w[3] = 0;
    w[4] = 0, w[5] = 0, w[6] = 0, w[7] = 0;
}

void page_zero(void *page)
{
    word *end = (word *)((uchar *)page + PAGE);
    kasan_check_write(page, PAGE);

    for (word *w = page; w != end; w += ROUND) {
#pragma GCC unroll 8
        for (int i = 0; i < ROUND; i += 8)
            zero_chunk(w + i);
    }
}

void page_copy(void *dst, const void *src)
{
    word *d = dst;
    const word *s = src, *end = (const word *)((const uchar *)src + PAGE);
    kasan_check_read(src, PAGE);
    kasan_check_write(dst, PAGE);

    for (; s != end; s += ROUND, d += ROUND)
        copy_round(d, s);
}
