// Cache objects: where a frame of file data and an address space meet.
//
// An object is something that has pages: a file's data.  Its pages live in the page cache under
// (object, index); the object's operations bring them in.  vm maps them without knowing what a
// file is; fs fills them without knowing what a process is.
//
// A page of the cache holds one reference to its frame.  A frame with more references is mapped
// or held by somebody: it is never evicted, and whoever wants to change the file's bytes replaces
// it in the cache by a copy first (copy on write, section 1 of the design); unless somebody shares
// the object's pages (cache/mapping.h), who is to see the change.  An object that a program runs
// from is not changed: the program has perhaps not touched all pages yet.
#pragma once

#include "types.h"
#include "lib/list.h"
#include "mem/frame.h"
#include "riscv/spinlock.h"

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
    // How many bytes it has at this moment; maps show no page behind the last.  Neither sleeps.
    uint64 (*size)(struct object *obj);
    // Somebody is about to store to page `index` through a map: makes it dirty.  It may be clean
    // again before the caller has come to it.  => 0; -ENXIO: beyond the end; -ENOSPC, -EROFS, -EIO,
    // -ENOMEM. May sleep.
    int (*allow_store)(struct object *obj, uint64 index);
    // Makes what was stored so far durable (msync).  => 0, -EIO, ...  May sleep.
    int (*sync)(struct object *obj);
};

struct object {
    const struct object_ops *ops;
    uint32 refs;       // atomic
    uint32 maps;       // atomic: of these, areas of programs that run from it
    struct list clean; // the cache's: pages that are as on the store
    struct list dirty; // the cache's: pages that are newer
    uint32 npages;     // the cache's: on both lists
    uint64 version;    // the cache's: moves on whenever a page is changed or taken away
    uint64 next_miss;  // where a reader from front to back misses next; a hint, atomic
    uint32 ahead;      // pages read ahead the last time; a hint, atomic
    uint32 elsewhere;  // pages that only swap space has; its owner's, atomic
    bool kept;         // its dirty pages are on no disk: they are charged to the users; fixed
    bool sealed;       // a commit takes its checksums: no store is allowed; atomic

    struct spinlock maps_lock; // RANK_MAPS
    struct list mappings;      // struct mapping.link; by maps_lock
    uint32 round;              // of walks over them; by maps_lock
    bool walked;               // one is under way; by maps_lock
    uint32 nshared;            // of them that show what others store; changed by maps_lock, atomic
    uint32 nstores;            // of these, that may store; the same
    bool stored_to;            // there have been some since the last commit; the same
};

static inline bool object_is_shared(const struct object *obj)
{
    return __atomic_load_n(&obj->nshared, __ATOMIC_ACQUIRE) > 0;
}

static inline bool object_is_stored_to(const struct object *obj)
{
    return __atomic_load_n(&obj->nstores, __ATOMIC_ACQUIRE) > 0;
}

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
// The same if the page may be stored to through a map at this moment: it is dirty, and stays so for
// as long as the caller keeps the address space locked.
struct frame *object_page_to_store(struct object *obj, uint64 index);
