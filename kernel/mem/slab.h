// Small objects.  An object cache hands out objects of one size from pages of kalloc's; kmalloc
// picks a cache by size.
#pragma once

#include "types.h"
#include "lib/list.h"
#include "param.h"
#include "riscv/spinlock.h"

struct obj_cache {
    struct spinlock lock;
    const char *name;
    size_t size;            // bytes per object, a multiple of 8
    struct list partial;    // slab pages with free objects; by lock
    struct list full;       // the others; by lock
    void *kept[NCPU];       // what each hart freed last; by atomic exchange
    struct obj_cache *next; // all caches that ever had a page, for the audit
    bool listed;
};

#define OBJ_CACHE_INIT(cache, cache_name, object_size)                                             \
    {                                                                                              \
        .lock = SPINLOCK_INIT(cache_name, RANK_SLAB), .name = (cache_name),                        \
        .size = ((object_size) + 7) / 8 * 8, .partial = LIST_INIT((cache).partial),                \
        .full = LIST_INIT((cache).full),                                                           \
    }

// => an object, its bytes arbitrary; NULL if out of memory.
void *obj_alloc(struct obj_cache *cache);
void *obj_alloc_zeroed(struct obj_cache *cache);
void obj_free(struct obj_cache *cache, void *obj);

// Memory of any size up to a page; NULL if out of memory or larger.  More than KMALLOC_OBJ bytes
// cost a whole page.  Where such a page stays, its holder's walker names it by kmalloc_audit(), or
// the audit counts it as lost.
#define KMALLOC_OBJ 2024
void *kmalloc(size_t size);
void *kmalloc_zeroed(size_t size);
void kmfree(void *obj);              // NULL is allowed
void kmalloc_audit(const void *obj); // does nothing for NULL, and for what takes less than a page
