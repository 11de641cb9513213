// Cache objects: where a frame of file data and an address space meet.
//
// An object is something that has pages: a file's data.  Its pages live in the page cache under
// (object, index); the object's operations bring them in.  vm maps them without knowing what a
// file is; fs fills them without knowing what a process is.
//
// A page of the cache holds one reference to its frame.  A frame with more references is mapped
// or held by somebody: it is never evicted, and whoever wants to change the file's bytes replaces
// it in the cache by a copy first (copy on write, section 1 of the design), so that a running
// program keeps the image it was started from.
#pragma once

#include "types.h"
#include "lib/list.h"
#include "mem/frame.h"

struct object;

struct object_ops {
    // Brings page `index` in from its store, into `page`.  Bytes beyond the end are zero.
    // => 0 or -EIO.  May sleep.  No spinlock is held.
    int (*fill)(struct object *obj, uint64 index, void *page);
    // The last reference to the object is gone.
    void (*release)(struct object *obj);
};

struct object {
    const struct object_ops *ops;
    uint32 refs;        // atomic
    struct list pages;  // the cache's
    uint64 npages;      // the cache's
};

void object_init(struct object *obj, const struct object_ops *ops); // => one reference
void object_get(struct object *obj);
void object_put(struct object *obj);

// Finds page `index`, bringing it in if it is not there.
// => 0, and *out with a reference for the caller to put; -EIO, -ENOMEM.  May sleep.
//    The caller reads the frame, or maps it read-only; it never writes to it.
int object_page(struct object *obj, uint64 index, struct frame **out);
