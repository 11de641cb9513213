// Memory that several share: objects whose pages are on no disk (MAP_SHARED of nothing,
// memfd_create).
//
// A page is made by the first store to it; until then it is a page of zeros like any that can be
// read again.  From then on it is dirty and stays so, for nothing could bring it back: it is
// charged against the users' share (mem/share.h), and goes with the object.
#pragma once

#include "cache/object.h"

// => an object of `size` bytes with one reference; NULL if out of memory
struct object *memory_object_new(uint64 size);

// The most bytes that one can have.
#define MEMORY_OBJECT_MAX (1UL << 43)

// Writes n > 0 bytes from `from` at byte `at`, as far as they lie in one page, and moves the end on
// if need be.  => how many; -EFBIG, -ENOMEM.  May sleep.
int64 memory_object_write(struct object *obj, const void *from, uint64 at, size_t n);
// Gives it another size: what lies behind the end is gone, and comes back as zeros.
// => 0, -EFBIG, -ENOMEM.  May sleep.
int memory_object_resize(struct object *obj, uint64 size);
