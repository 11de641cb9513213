// Memory that several share: objects whose pages are on no disk (MAP_SHARED of nothing,
// memfd_create).
//
// A page is made by the first store to it; until then it is a page of zeros like any that can be
// read again.  From then on it is dirty, for nothing could bring it back: it is charged against the
// users' share (mem/share.h), and goes with the object.  When frames are short it can lie in swap
// space meanwhile (cache/swap.h): the object knows the slot until the page is dirty again.
//
// A page of its that is dirty has no slot: what the slot has is older, and is given up.
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

struct swap_batch;
// A step of the pager's (vm/pager.h): looks at some pages of one object; what is not used goes out, or
// is no longer mapped if it can be read again.  Where the last step stopped the next one goes on.
// => false: all objects have been looked at; *freed: frames that are free at once, besides the batch
bool memory_objects_step(struct swap_batch *out, uint64 *freed);
// Brings back all that lies in swap space.  => 0, -ENOMEM, -EIO, -EINTR
int memory_objects_bring_all(void);
// Once at boot: their part of the audit.
void memory_objects_init(void);
