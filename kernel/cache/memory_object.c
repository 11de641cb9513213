#include "cache/memory_object.h"
#include "cache/cache.h"
#include "cache/mapping.h"
#include "errno.h"
#include "lib/string.h"
#include "mem/share.h"
#include "mem/slab.h"
#include "riscv.h"
#include "task/mutex.h"

struct memory_object {
    struct object object;
    struct mutex lock; // RANK_OBJECT: who claims a page
    uint64 size;       // in bytes; changed by lock, atomic
};

static struct obj_cache cache_of_them =
    OBJ_CACHE_INIT(cache_of_them, "memory object", sizeof(struct memory_object));

static struct memory_object *memory_of(struct object *obj)
{
    return container_of(obj, struct memory_object, object);
}

static uint64 pages(uint64 bytes)
{
    return PGROUNDUP(bytes) / PGSIZE;
}

static int fill(struct object *obj, uint64 index, void *page)
{
    page_zero(page);
    return 0;
}

static uint64 size(struct object *obj)
{
    return __atomic_load_n(&memory_of(obj)->size, __ATOMIC_ACQUIRE);
}

// Writes n bytes into page `index`, which is dirty from then on: in place if others see the page as
// their own (cache/cache.h).  => 0, -ENOMEM; the lock is held
static int change(struct object *obj, uint64 index, size_t at, const void *from, size_t n)
{
    bool fresh;
    struct frame *f = NULL;
    if (!cache_is_dirty(obj, index) && !share_has(1, 0))
        return -ENOMEM;
    int err = cache_claim(obj, index, &f, &fresh);
    if (err)
        return err;
    memcpy((char *)frame_page(f) + at, from, n);
    cache_mark_dirty(f);
    cache_release(f, false);
    return 0;
}

static int allow_store(struct object *obj, uint64 index)
{
    struct memory_object *m = memory_of(obj);
    mutex_lock(&m->lock);
    int err = 0;
    if (index >= pages(m->size))
        err = -ENXIO;
    else if (!cache_is_dirty(obj, index))
        err = change(obj, index, 0, "", 0);
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

// What maps store behind the end, in its last page, is not part of it, and not to be seen when the
// end moves on.  => 0; -ENOMEM, nothing has changed; the lock is held
static int clear_rest_of_page(struct memory_object *m, uint64 from)
{
    static const char zeros[PGSIZE];
    size_t at = from % PGSIZE;
    if (at == 0 || !cache_is_dirty(&m->object, from / PGSIZE))
        return 0;
    return change(&m->object, from / PGSIZE, at, zeros, PGSIZE - at);
}

// => the lock is held
static void set_size(struct memory_object *m, uint64 bytes)
{
    __atomic_store_n(&m->size, bytes, __ATOMIC_RELEASE);
}

int64 memory_object_write(struct object *obj, const void *from, uint64 at, size_t n)
{
    struct memory_object *m = memory_of(obj);
    if (n > PGSIZE - at % PGSIZE)
        n = PGSIZE - at % PGSIZE;
    if (at > MEMORY_OBJECT_MAX - n)
        return -EFBIG;
    mutex_lock(&m->lock);
    bool longer = at + n > m->size;
    int err = longer ? clear_rest_of_page(m, m->size) : 0;
    if (!err)
        err = change(obj, at / PGSIZE, at % PGSIZE, from, n);
    if (!err && longer)
        set_size(m, at + n);
    mutex_unlock(&m->lock);
    return err ? err : (int64)n;
}

// No map gets a page behind the end once the size is set; those that have one lose it.
int memory_object_resize(struct object *obj, uint64 bytes)
{
    struct memory_object *m = memory_of(obj);
    if (bytes > MEMORY_OBJECT_MAX)
        return -EFBIG;
    mutex_lock(&m->lock);
    bool shorter = bytes < m->size;
    int err = clear_rest_of_page(m, shorter ? bytes : m->size);
    if (!err)
        set_size(m, bytes);
    if (!err && shorter) {
        mappings_forget(obj, pages(bytes), ~0UL, NULL);
        cache_drop(obj, pages(bytes));
    }
    mutex_unlock(&m->lock);
    return err;
}
