// Small objects (mem/slab.h).
//
// A slab page begins with a header and is cut into objects; free ones form a list through their
// first word.  A page stands on its cache's partial list while it has free objects, and goes back
// to kalloc when its last object is freed, unless it is the only partial one: a spare keeps a cache
// from giving and taking a page at every turn.  Each hart keeps the object that it freed last, which
// it is likely to ask for next, and to take that one costs no lock: whoever exchanges it out of its
// place has it.  When memory is short all that is kept goes back, and then the spares.

#include "mem/slab.h"
#include "lib/kasan.h"
#include "lib/panic.h"
#include "lib/string.h"
#include "mem/audit.h"
#include "mem/frame.h"
#include "mem/init.h"
#include "mem/reclaim.h"
#include "mem/slab_priv.h"
#include "riscv/hart.h"

#define SIZES 8
static struct obj_cache sizes[SIZES] = {
    OBJ_CACHE_INIT(sizes[0], "16", 16),     OBJ_CACHE_INIT(sizes[1], "32", 32),
    OBJ_CACHE_INIT(sizes[2], "64", 64),     OBJ_CACHE_INIT(sizes[3], "128", 128),
    OBJ_CACHE_INIT(sizes[4], "256", 256),   OBJ_CACHE_INIT(sizes[5], "512", 512),
    OBJ_CACHE_INIT(sizes[6], "1000", 1000), OBJ_CACHE_INIT(sizes[7], "2024", KMALLOC_OBJ),
};

static struct slab *slab_new(struct obj_cache *cache)
{
    struct slab *s = kalloc(FRAME_SLAB);
    if (!s)
        return NULL;
    *s = (struct slab){ .cache = cache };
    kasan_poison(s, PGSIZE, KASAN_RED_ZONE);
    size_t step = slab_step(cache), n = (PGSIZE - sizeof *s) / step;
    char *obj = (char *)(s + 1) + n * step;
    while (n-- > 0) {
        obj -= step;
        *(void **)obj = s->free;
        s->free = obj;
    }
    return s;
}

static struct spinlock caches_lock = SPINLOCK_INIT("slab caches", RANK_SLAB);
static struct obj_cache *caches; // by caches_lock

static void list_cache(struct obj_cache *cache)
{
    spin_lock(&caches_lock);
    if (!cache->listed) {
        cache->next = caches;
        caches = cache;
        cache->listed = true;
    }
    spin_unlock(&caches_lock);
}

// => with cache->lock held.
static void *take(struct obj_cache *cache)
{
    if (list_empty(&cache->partial))
        return NULL;
    struct slab *s = container_of(cache->partial.next, struct slab, link);
    void *obj = s->free;
    s->free = *(void **)obj;
    s->used++;
    if (!s->free) {
        list_remove(&s->link);
        list_push_front(&cache->full, &s->link);
    }
    return obj;
}

static void *take_locked(struct obj_cache *cache)
{
    spin_lock(&cache->lock);
    void *obj = take(cache);
    spin_unlock(&cache->lock);
    return obj;
}

// The cache's lock is not held over kalloc, whose reclaimers free objects: of this cache, it may be.
static void *take_or_grow(struct obj_cache *cache)
{
    void *obj = take_locked(cache);
    if (obj)
        return obj;
    struct slab *s = slab_new(cache);
    if (!s)
        return take_locked(cache);
    if (!cache->listed)
        list_cache(cache);
    spin_lock(&cache->lock);
    list_push_front(&cache->partial, &s->link);
    obj = take(cache);
    spin_unlock(&cache->lock);
    return obj;
}

// Moved to another hart meanwhile, one exchanges with a place that is not one's own: no harm.
static void **kept_here(struct obj_cache *cache)
{
    return &cache->kept[this_hart()->index];
}

static void *take_any(struct obj_cache *cache)
{
    void **kept = kept_here(cache);
    void *obj = NULL;
    if (__atomic_load_n(kept, __ATOMIC_RELAXED))
        obj = __atomic_exchange_n(kept, NULL, __ATOMIC_ACQUIRE);
    return obj ? obj : take_or_grow(cache);
}

void *obj_alloc(struct obj_cache *cache)
{
    void *obj = take_any(cache);
    object_is_used(cache, obj, cache->size, __builtin_return_address(0));
    return obj;
}

void *obj_alloc_zeroed(struct obj_cache *cache)
{
    void *obj = take_any(cache);
    object_is_used(cache, obj, cache->size, __builtin_return_address(0));
    if (obj)
        memset(obj, 0, cache->size);
    return obj;
}

// => with cache->lock held: the page, if it is to go back to kalloc
static struct slab *put(struct obj_cache *cache, void *obj)
{
    struct slab *s = slab_of(obj);
    if (!s->free) {
        list_remove(&s->link);
        list_push_front(&cache->partial, &s->link);
    }
    *(void **)obj = s->free;
    s->free = obj;
    if (--s->used || cache->partial.next == cache->partial.prev)
        return NULL;
    list_remove(&s->link);
    return s;
}

void slab_release(void *obj)
{
    struct obj_cache *cache = slab_of(obj)->cache;
    void *older = __atomic_exchange_n(kept_here(cache), obj, __ATOMIC_ACQ_REL);
    if (!older)
        return;
    spin_lock(&cache->lock);
    struct slab *unused = put(cache, older);
    spin_unlock(&cache->lock);
    if (unused)
        kfree(unused);
}

void obj_free(struct obj_cache *cache, void *obj)
{
    struct slab *s = slab_of(obj);
    if (s->cache != cache)
        panic("an object of cache %s is freed to %s", s->cache->name, cache->name);
    object_is_freed(obj, __builtin_return_address(0));
}

// => the spare, taken off the list; NULL if there is none
static struct slab *take_spare(struct obj_cache *cache)
{
    list_for_each (l, &cache->partial) {
        struct slab *s = container_of(l, struct slab, link);
        if (s->used == 0) {
            list_remove(l);
            return s;
        }
    }
    return NULL;
}

// => a page that holds no object any more, taken off the list; NULL if there is none
static struct slab *take_unused(struct obj_cache *cache)
{
    for (int i = 0; i < NCPU; i++) {
        void *obj = __atomic_exchange_n(&cache->kept[i], NULL, __ATOMIC_ACQUIRE);
        struct slab *unused = obj ? put(cache, obj) : NULL;
        if (unused)
            return unused;
    }
    return take_spare(cache);
}

// => pages freed.  A cache whose lock is taken is passed over.
static size_t reclaim_cache(struct obj_cache *cache)
{
    for (size_t freed = 0;; freed++) {
        if (spin_held(&cache->lock) || !spin_trylock(&cache->lock))
            return freed;
        struct slab *unused = take_unused(cache);
        spin_unlock(&cache->lock);
        if (!unused)
            return freed;
        kfree(unused);
    }
}

static size_t reclaim_objects(size_t want)
{
    size_t freed = 0;
    if (spin_held(&caches_lock) || !spin_trylock(&caches_lock))
        return 0;
    struct obj_cache *first = caches; // caches are never taken off the list
    spin_unlock(&caches_lock);
    for (struct obj_cache *c = first; c && freed < want; c = c->next)
        freed += reclaim_cache(c);
    return freed;
}

static void *alloc_sized(size_t size, const void *site)
{
    for (int i = 0; i < SIZES; i++)
        if (size <= sizes[i].size) {
            void *obj = take_any(&sizes[i]);
            object_is_used(&sizes[i], obj, size, site);
            return obj;
        }
    void *page = size <= PGSIZE ? kalloc(FRAME_SLAB) : NULL;
    if (page)
        page_is_used(page, size);
    return page;
}

void *kmalloc(size_t size)
{
    return alloc_sized(size, __builtin_return_address(0));
}

void *kmalloc_zeroed(size_t size)
{
    void *obj = alloc_sized(size, __builtin_return_address(0));
    if (obj)
        memset(obj, 0, size);
    return obj;
}

static bool is_page(const void *obj)
{
    return (uint64)obj % PGSIZE == 0;
}

void kmalloc_audit(const void *obj)
{
    if (obj && is_page(obj))
        audit_count(frame_of_page(obj));
}

void kmfree(void *obj)
{
    if (!obj)
        return;
    if (is_page(obj))
        kfree(obj);
    else
        object_is_freed(obj, __builtin_return_address(0));
}

static void audit_pages(struct list *slabs)
{
    list_for_each (l, slabs)
        audit_count(frame_of_page(container_of(l, struct slab, link)));
}

static void audit_slabs(void)
{
    for (struct obj_cache *c = caches; c; c = c->next) {
        spin_lock(&c->lock);
        audit_pages(&c->partial);
        audit_pages(&c->full);
        spin_unlock(&c->lock);
    }
}

void slab_init(void)
{
    audit_register("slab", audit_slabs);
    quarantine_init();
    reclaim_register(reclaim_objects);
}
