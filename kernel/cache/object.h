// Cache objects: where a frame of file data and an address space meet.
//
// An object is something that has pages: a file's data.  Its pages live in the page cache under
// (object, index); the object's operations bring them in.  vm maps them without knowing what a
// file is; fs fills them without knowing what a process is.
//
// A page of the cache holds one reference to its frame.  A frame with more references is mapped
// or held by somebody: it is never evicted, and whoever wants to change the file's bytes replaces
// it in the cache by a copy first (copy on write, section 1 of the design).  An object that is
// mapped is not changed: whoever maps it has perhaps not touched all pages yet.
#pragma once

#include "types.h"
#include "lib/list.h"
#include "mem/frame.h"

struct object;

struct object_ops {
    // Brings page `index` in from its store, into `page`.  Bytes beyond the end are zero.
    // => 0; -EIO; -EAGAIN: the page has changed meanwhile, look again.  May sleep.  No spinlock is
    //    held.  It may be called for a page that another thread brings in at the same time.
    int (*fill)(struct object *obj, uint64 index, void *page);
    // May bring in up to n pages from `index` on and enter them.  NULL: nothing is read ahead.
    void (*fill_ahead)(struct object *obj, uint64 index, uint32 n);
    // The caller gives up what seems to be the last reference.  The count still says 1: release
    // drops it under whatever lock look-ups take, and only then knows whether it was the last.
    void (*release)(struct object *obj);
};

struct object {
    const struct object_ops *ops;
    uint32 refs;       // atomic
    uint32 maps;       // atomic: of these, areas of address spaces
    struct list clean; // the cache's: pages that are as on the store
    struct list dirty; // the cache's: pages that are newer
    uint64 version;    // the cache's: moves on whenever a page is changed or taken away
    uint64 next_miss;  // where a reader from front to back misses next; a hint, atomic
    uint32 ahead;      // pages read ahead the last time; a hint, atomic
};

void object_init(struct object *obj, const struct object_ops *ops); // => one reference
void object_get(struct object *obj);
void object_put(struct object *obj);

// A reference of an area's, which brings pages in for as long as it lasts.
static inline void object_map(struct object *obj)
{
    object_get(obj);
    __atomic_fetch_add(&obj->maps, 1, __ATOMIC_RELAXED);
}

static inline void object_unmap(struct object *obj)
{
    __atomic_fetch_sub(&obj->maps, 1, __ATOMIC_RELEASE);
    object_put(obj);
}

static inline bool object_is_mapped(const struct object *obj)
{
    return __atomic_load_n(&obj->maps, __ATOMIC_ACQUIRE) > 0;
}

// Finds page `index`, bringing it in if it is not there.
// => 0, and *out with a reference for the caller to put; -EIO, -ENOMEM.  May sleep.
//    The caller reads the frame, or maps it read-only; it never writes to it.
int object_page(struct object *obj, uint64 index, struct frame **out);
// The same without waiting for anything.  => NULL: object_page() would have to wait
struct frame *object_page_now(struct object *obj, uint64 index);
