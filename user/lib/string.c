// Strings and memory.
#include "user/kine.h"
#include "user/user.h"

char *strcpy(char *dst, const char *src)
{
    char *d = dst;
    do
        *d++ = *src;
    while (*src++);
    return dst;
}

int strcmp(const char *a, const char *b)
{
    for (; *a && *a == *b; a++)
        b++;
    return (uchar)*a - (uchar)*b;
}

uint strlen(const char *s)
{
    const char *end = s;
    while (*end)
        end++;
    return (uint)(end - s);
}

char *strchr(const char *s, char c)
{
    for (; *s; s++)
        if (*s == c)
            return (char *)s;
    return 0;
}

int atoi(const char *s)
{
    int n = 0;
    bool negative = *s == '-';
    for (s += negative; *s >= '0' && *s <= '9'; s++)
        n = 10 * n + (*s - '0');
    return negative ? -n : n;
}

int memcmp(const void *a, const void *b, uint n)
{
    const uchar *x = a, *y = b;
    for (; n > 0; n--, x++, y++)
        if (*x != *y)
            return *x - *y;
    return 0;
}

void *memset(void *dst, int c, uint n)
{
    uchar *d = dst;
    uint64 word = (uchar)c * 0x0101010101010101UL;
    for (; n > 0 && (uint64)d % 8; n--)
        *d++ = (uchar)c;
    for (; n >= 8; n -= 8, d += 8)
        *(uint64 *)d = word;
    for (; n > 0; n--)
        *d++ = (uchar)c;
    return dst;
}

static void copy_forward(uchar *d, const uchar *s, uint n)
{
    if (((uint64)d ^ (uint64)s) % 8 == 0) {
        for (; n > 0 && (uint64)d % 8; n--)
            *d++ = *s++;
        for (; n >= 8; n -= 8, d += 8, s += 8)
            *(uint64 *)d = *(const uint64 *)s;
    }
    for (; n > 0; n--)
        *d++ = *s++;
}

void *memmove(void *dst, const void *src, int n)
{
    uchar *d = dst;
    const uchar *s = src;
    if (n <= 0)
        return dst;
    if (d <= s || d >= s + n)
        copy_forward(d, s, (uint)n);
    else
        while (n-- > 0)
            d[n] = s[n];
    return dst;
}

void *memcpy(void *dst, const void *src, uint n)
{
    copy_forward(dst, src, n);
    return dst;
}
