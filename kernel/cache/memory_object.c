#include "cache/memory_object.h"
#include "cache/cache.h"
#include "errno.h"
#include "lib/string.h"
#include "mem/share.h"
#include "mem/slab.h"
#include "riscv.h"
#include "task/mutex.h"

struct memory_object {
    struct object object;
    struct mutex lock; // RANK_OBJECT: who claims a page
    uint64 size;       // in bytes; fixed
};

static struct obj_cache cache_of_them =
    OBJ_CACHE_INIT(cache_of_them, "memory object", sizeof(struct memory_object));

static struct memory_object *memory_of(struct object *obj)
{
    return container_of(obj, struct memory_object, object);
}

static int fill(struct object *obj, uint64 index, void *page)
{
    page_zero(page);
    return 0;
}

static uint64 size(struct object *obj)
{
    return memory_of(obj)->size;
}

// In place: whoever has mapped the page shares it.
static int make_dirty(struct object *obj, uint64 index)
{
    bool fresh;
    struct frame *f = NULL;
    int err = cache_claim(obj, index, &f, &fresh);
    if (err)
        return err;
    cache_mark_dirty(f);
    cache_release(f, false);
    return 0;
}

static int allow_store(struct object *obj, uint64 index)
{
    struct memory_object *m = memory_of(obj);
    if (index >= PGROUNDUP(m->size) / PGSIZE)
        return -ENXIO;
    mutex_lock(&m->lock);
    int err = 0;
    if (!cache_is_dirty(obj, index))
        err = share_has(1, 0) ? make_dirty(obj, index) : -ENOMEM;
    mutex_unlock(&m->lock);
    return err;
}

static int sync(struct object *obj)
{
    return 0;
}

// Nobody looks it up, so who sees one reference has the last.
static void release(struct object *obj)
{
    cache_drop(obj, 0);
    obj_free(&cache_of_them, memory_of(obj));
}

static const struct object_ops ops = {
    .fill = fill,
    .release = release,
    .size = size,
    .allow_store = allow_store,
    .sync = sync,
};

struct object *memory_object_new(uint64 size)
{
    struct memory_object *m = obj_alloc(&cache_of_them);
    if (m == NULL)
        return NULL;
    object_init(&m->object, &ops);
    m->object.kept = true;
    mutex_init(&m->lock, "memory object", RANK_OBJECT);
    m->size = size;
    return &m->object;
}
