// Cache objects: counting them, and bringing their pages in (cache/object.h).

#include "cache/object.h"
#include "cache/cache.h"
#include "errno.h"

void object_init(struct object *obj, const struct object_ops *ops)
{
    obj->ops = ops;
    obj->refs = 1;
    obj->maps = 0;
    obj->version = 0;
    obj->next_miss = 0;
    obj->ahead = 0;
    obj->kept = obj->sealed = obj->stored_to = obj->walked = false;
    obj->round = obj->nshared = obj->nstores = 0;
    spin_init(&obj->maps_lock, "mappings", RANK_MAPS);
    list_init(&obj->mappings);
    list_init(&obj->clean);
    list_init(&obj->dirty);
    obj->npages = 0;
}

void object_get(struct object *obj)
{
    __atomic_fetch_add(&obj->refs, 1, __ATOMIC_RELAXED);
}

void object_put(struct object *obj)
{
    uint32 refs = __atomic_load_n(&obj->refs, __ATOMIC_RELAXED);
    while (refs > 1)
        if (__atomic_compare_exchange_n(&obj->refs, &refs, refs - 1, true, __ATOMIC_RELEASE,
                                        __ATOMIC_RELAXED))
            return;
    obj->ops->release(obj);
}

// Fills a page of its own and offers it to the cache.  Nothing is locked meanwhile: two threads may
// fill the same page, and the first to be ready wins; and the page may change, which the version
// tells.  => 0, -EAGAIN (look again), -EIO, -ENOMEM
static int bring_in(struct object *obj, uint64 index, uint64 version, struct frame **out)
{
    void *page = kalloc(FRAME_CACHE);
    if (page == NULL)
        return -ENOMEM;
    int err = obj->ops->fill(obj, index, page);
    if (err) {
        kfree(page);
        return err;
    }
    return cache_enter(obj, index, frame_of_page(page), version, out);
}

// Pages that are read ahead: twice as many each time that a reader goes on where the last ones end.
#define AHEAD_FIRST 4
#define AHEAD_MOST  32

// A page has been missed.  If the reader seems to go from front to back, brings in more of them.
// => true: perhaps the page is there now
static bool read_ahead(struct object *obj, uint64 index)
{
    if (obj->ops->fill_ahead == NULL)
        return false;
    uint32 n = __atomic_load_n(&obj->ahead, __ATOMIC_RELAXED);
    bool goes_on = index == __atomic_load_n(&obj->next_miss, __ATOMIC_RELAXED);
    n = !goes_on ? 1 : n < AHEAD_FIRST ? AHEAD_FIRST : n < AHEAD_MOST ? 2 * n : n;
    __atomic_store_n(&obj->ahead, n, __ATOMIC_RELAXED);
    __atomic_store_n(&obj->next_miss, index + n, __ATOMIC_RELAXED);
    if (n > 1)
        obj->ops->fill_ahead(obj, index, n);
    return n > 1;
}

// A store that sends us back to the cache twice, and nothing has changed in between, contradicts
// itself: its image is damaged.
int object_page(struct object *obj, uint64 index, struct frame **out)
{
    uint64 version, last = ~0UL;
    int err = -EAGAIN;
    while (err == -EAGAIN) {
        *out = cache_find(obj, index);
        if (*out != NULL)
            return 0;
        if (last == ~0UL && read_ahead(obj, index) && (*out = cache_find(obj, index)) != NULL)
            return 0;
        version = cache_version(obj);
        err = version == last ? -EIO : bring_in(obj, index, version, out);
        last = version;
    }
    return err;
}

struct frame *object_page_now(struct object *obj, uint64 index)
{
    return cache_find_now(obj, index);
}

// Whoever takes checksums says `sealed` first, and then comes by each address space for its lock.
// So who reads it as false with that lock held is done before the checksums are taken.
struct frame *object_page_to_store(struct object *obj, uint64 index)
{
    if (__atomic_load_n(&obj->sealed, __ATOMIC_ACQUIRE))
        return NULL;
    return cache_find_dirty_now(obj, index);
}
