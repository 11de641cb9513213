// Memory that several share: objects whose pages are on no disk (MAP_SHARED of nothing).
//
// A page is made by the first store to it; until then it is a page of zeros like any that can be
// read again.  From then on it is dirty and stays so, for nothing could bring it back: it is
// charged against the users' share (mem/share.h), and goes with the object.
#pragma once

#include "cache/object.h"

// => an object of `size` bytes with one reference; NULL if out of memory
struct object *memory_object_new(uint64 size);
