// The address sanitizer's run time (`make KASAN=1`): is what the kernel touches its own?
//
// Each 8 bytes of kernel memory that is covered have a shadow byte, at (address >> 3) +
// KASAN_OFFSET: 0 when all eight may be touched, 1 to 7 when only so many of the first may, and
// one of the values below, which say why, when none may.  The compiler calls a check before each
// load and store (kernel/lib/kasan.c); who hands out memory unpoisons it, who takes it back
// poisons it.  In other builds all of this is nothing.
//
// A shadow byte has no lock: it belongs to whoever owns the memory that it is about.
#pragma once

#include "types.h"

// Why memory may not be touched.  The compiler itself writes those of stacks (0xf1 to 0xf3, 0xf8).
#define KASAN_STACK      0xf1 // red zone before an object on the stack, and 0xf2, 0xf3
#define KASAN_FREE_STACK 0xf5 // a kernel stack that nobody runs on
#define KASAN_SCOPE      0xf8 // an object on the stack whose block has ended
#define KASAN_GLOBAL     0xf9 // red zone behind a global
#define KASAN_FREE_PAGE  0xfa // a free frame
#define KASAN_FREED      0xfb // a freed object
#define KASAN_RED_ZONE   0xfc // around objects

#ifdef KASAN
// Bytes behind each object of an object cache: a red zone, in which the sites are kept.
#define KASAN_TRAIL 32

// The memory of [start, start + size) has its shadow mapped: checks begin there.
void kasan_cover(uint64 start, uint64 size);
// Poisons the red zones of all globals.  => all of the image is covered
void kasan_globals(void);
// => start is a multiple of 8.  Nothing happens to memory that is not covered.
void kasan_poison(const void *start, size_t size, uint8 why);
void kasan_unpoison(const void *start, size_t size);
// Panics, saying what is wrong, if a byte of [start, start + size) may not be touched.
void kasan_check_read(const void *start, size_t size);
void kasan_check_write(const void *start, size_t size);
// => KASAN_..., 1 to 7, or 0: what the shadow says of an address
uint8 kasan_shadow_of(const void *at);
// Panics: `kind` of fault by an `access` ("read", "write", "free") of `size` bytes at an address.
_Noreturn void kasan_report(const char *kind, const void *at, size_t size, const char *access);

// Says more of an address that is not to be touched, in text of at most `size` bytes.  One for all:
// the memory layer's.
typedef void kasan_describer(const void *at, char *text, size_t size);
void kasan_register_describer(kasan_describer *describe);
#else
#define KASAN_TRAIL 0

static inline void kasan_poison(const void *start, size_t size, uint8 why)
{
}
static inline void kasan_unpoison(const void *start, size_t size)
{
}
static inline void kasan_check_read(const void *start, size_t size)
{
}
static inline void kasan_check_write(const void *start, size_t size)
{
}
#endif
