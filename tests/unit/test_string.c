// lib/string against the C library, with random contents, lengths and alignments.  The buffers
// are exactly as long as what is used of them, so that AddressSanitizer sees a byte too much.
#include <stdlib.h>
#include <string.h>
#include "check.h"

void *kine_memset(void *dst, int c, size_t n);
void *kine_memcpy(void *restrict dst, const void *restrict src, size_t n);
void *kine_memmove(void *dst, const void *src, size_t n);
int kine_memcmp(const void *a, const void *b, size_t n);
void *kine_memchr(const void *s, int c, size_t n);
size_t kine_strlen(const char *s);
size_t kine_strnlen(const char *s, size_t max);
int kine_strcmp(const char *a, const char *b);
int kine_strncmp(const char *a, const char *b, size_t n);
char *kine_strchr(const char *s, int c);
size_t copy_string(char *dst, const char *src, size_t size);
void page_zero(void *page);
void page_copy(void *dst, const void *src);

#define ROUNDS  4000
#define LONGEST 300

static int sign(int n)
{
    return (n > 0) - (n < 0);
}

// Few different values, so that equal stretches are common.
static void fill_random(char *p, size_t n, int values)
{
    for (size_t i = 0; i < n; i++)
        p[i] = (char)test_random_below(values);
}

static char *random_bytes(size_t n, int values)
{
    char *p = malloc(n + 1);
    fill_random(p, n, values);
    return p;
}

// A string that ends exactly at the end of its allocation.
static char *random_string(size_t n)
{
    char *p = malloc(n + 1);
    for (size_t i = 0; i < n; i++)
        p[i] = (char)('a' + test_random_below(3));
    p[n] = '\0';
    return p;
}

TEST(memset_any_alignment)
{
    for (int i = 0; i < ROUNDS; i++) {
        size_t skip = test_random_below(16), n = test_random_below(LONGEST);
        int c = (int)test_random();
        char *got = random_bytes(skip + n, 256), *want = malloc(skip + n + 1);
        memcpy(want, got, skip + n);
        CHECK(kine_memset(got + skip, c, n) == got + skip);
        memset(want + skip, c, n);
        CHECK(memcmp(got, want, skip + n) == 0);
        free(got);
        free(want);
    }
}

TEST(memcpy_any_alignment)
{
    for (int i = 0; i < ROUNDS; i++) {
        size_t dskip = test_random_below(16), sskip = test_random_below(16);
        size_t n = test_random_below(LONGEST);
        char *src = random_bytes(sskip + n, 256), *dst = random_bytes(dskip + n, 256);
        CHECK(kine_memcpy(dst + dskip, src + sskip, n) == dst + dskip);
        CHECK(memcmp(dst + dskip, src + sskip, n) == 0);
        free(src);
        free(dst);
    }
}

TEST(memmove_overlapping)
{
    for (int i = 0; i < ROUNDS; i++) {
        size_t n = test_random_below(LONGEST), room = LONGEST - n;
        size_t from = test_random_below(room + 1), to = test_random_below(room + 1);
        char *got = random_bytes(LONGEST, 256), *want = malloc(LONGEST);
        memcpy(want, got, LONGEST);
        CHECK(kine_memmove(got + to, got + from, n) == got + to);
        memmove(want + to, want + from, n);
        CHECK(memcmp(got, want, LONGEST) == 0);
        free(got);
        free(want);
    }
}

TEST(memcmp_and_memchr)
{
    for (int i = 0; i < ROUNDS; i++) {
        size_t n = test_random_below(40), skip = test_random_below(2) * 3;
        char *a = random_bytes(skip + n, 2), *b = random_bytes(skip + n, 256);
        memcpy(b, a, skip + n);
        if (n > 0 && test_random_below(2))
            b[skip + test_random_below(n)] ^= (char)(1 + test_random_below(255));
        CHECK_EQ(sign(kine_memcmp(a + skip, b + skip, n)), sign(memcmp(a + skip, b + skip, n)));
        int c = b[test_random_below(skip + n + 1)];
        CHECK(kine_memchr(b + skip, c, n) == memchr(b + skip, c, n));
        free(a);
        free(b);
    }
}

TEST(strings)
{
    for (int i = 0; i < ROUNDS; i++) {
        char *a = random_string(test_random_below(12)), *b = random_string(test_random_below(12));
        size_t max = test_random_below(15);
        int c = "abcd"[test_random_below(5)];
        CHECK_EQ(kine_strlen(a), strlen(a));
        CHECK_EQ(kine_strnlen(a, max), strnlen(a, max));
        CHECK_EQ(sign(kine_strcmp(a, b)), sign(strcmp(a, b)));
        CHECK_EQ(sign(kine_strncmp(a, b, max)), sign(strncmp(a, b, max)));
        CHECK(kine_strchr(a, c) == strchr(a, c));
        free(a);
        free(b);
    }
}

TEST(signs_of_high_bytes)
{
    CHECK(kine_strcmp("\x80", "\x7f") > 0);
    CHECK(kine_memcmp("\xff", "\x01", 1) > 0);
}

TEST(copy_string_cuts)
{
    for (size_t len = 0; len < 20; len++) {
        for (size_t size = 0; size < 20; size++) {
            char *src = random_string(len), *dst = malloc(size + 1);
            dst[size] = '#';
            CHECK_EQ(copy_string(dst, src, size), len);
            CHECK(dst[size] == '#');
            if (size > 0) {
                CHECK_EQ(strlen(dst), len < size ? len : size - 1);
                CHECK(strncmp(dst, src, strlen(dst)) == 0);
            }
            free(src);
            free(dst);
        }
    }
}

TEST(pages)
{
    char *a = aligned_alloc(4096, 4096), *b = aligned_alloc(4096, 4096);
    fill_random(a, 4096, 256);
    page_copy(b, a);
    CHECK(memcmp(a, b, 4096) == 0);
    page_zero(b);
    for (int i = 0; i < 4096; i++)
        CHECK(b[i] == 0);
    free(a);
    free(b);
}
