// Between slab.c and quarantine.c.
#pragma once

#include "lib/kasan.h"
#include "mem/slab.h"
#include "riscv/addr.h"

// The header of a page of objects.
struct slab {
    struct list link; // on cache->partial while free != NULL
    struct obj_cache *cache;
    void *free;
    uint32 used;
};

static inline struct slab *slab_of(const void *obj)
{
    return (struct slab *)((uint64)obj & ~(PGSIZE - 1UL));
}

// From one object to the next.
static inline size_t slab_step(const struct obj_cache *cache)
{
    return cache->size + KASAN_TRAIL;
}

// Makes a freed object free to use again.
void slab_release(void *obj);

#ifdef KASAN
// The first `size` bytes of obj (which may be NULL) are handed out to `site`.
void object_is_used(const struct obj_cache *cache, void *obj, size_t size, const void *site);
// The same of an object that takes a whole page, whose header's place is then good to touch.
void page_is_used(void *page, size_t size);
// `site` gives obj back: nobody may touch it, and it is not used again for a while.
void object_is_freed(void *obj, const void *site);
void quarantine_init(void);
#else
static inline void object_is_used(const struct obj_cache *cache, void *obj, size_t size,
                                  const void *site)
{
}
static inline void page_is_used(void *page, size_t size)
{
}
static inline void object_is_freed(void *obj, const void *site)
{
    slab_release(obj);
}
static inline void quarantine_init(void)
{
}
#endif
