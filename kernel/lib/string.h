// Memory and strings.  The standard functions have their standard meaning; on the host the
// C library supplies them.
#pragma once

#include "types.h"

void *memset(void *dst, int c, size_t n);
void *memcpy(void *restrict dst, const void *restrict src, size_t n);
void *memmove(void *dst, const void *src, size_t n);
int memcmp(const void *a, const void *b, size_t n);
void *memchr(const void *s, int c, size_t n);
size_t strlen(const char *s);
size_t strnlen(const char *s, size_t max);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t n);
char *strchr(const char *s, int c);

// Copies at most size - 1 bytes and ends dst with a NUL.
// => the length of src; the copy was cut if that is >= size.
size_t copy_string(char *dst, const char *src, size_t size);

// Clears / copies one whole, page-aligned page by doublewords (mem's hot path).
void page_zero(void *page);
void page_copy(void *dst, const void *src);
