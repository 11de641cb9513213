// The page cache's table: entering, finding, claiming and dropping pages (cache/cache.h).

#include "cache/cache.h"
#include "cache/mapping.h"
#include "cache/table.h"
#include "errno.h"
#include "lib/panic.h"
#include "lib/string.h"
#include "mem/audit.h"
#include "mem/share.h"
#include "task/thread.h"

struct cache_table cache = { .lock = SPINLOCK_INIT("cache", RANK_CACHE) };

static uint32 *bucket_of(const struct object *obj, uint64 index)
{
    uint64 h = ((uint64)obj >> 4 ^ index) * 0x9e3779b97f4a7c15UL;
    uint32 n = (uint32)(h >> 40) & (cache.nbuckets - 1);
    return cache_bucket(n);
}

static struct frame *lookup(const struct object *obj, uint64 index)
{
    for (uint32 n = *bucket_of(obj, index); n != 0;) {
        struct frame *f = frame_numbered(n);
        if (f->owner == obj && f->index == index)
            return f;
        n = f->next;
    }
    return NULL;
}

// A page of the object has become dirty (1), or is it no more (-1).  => the cache lock is held
static void count_dirty(const struct object *obj, int n)
{
    cache.changes++;
    if (obj->kept)
        share_promise(n);
    else
        cache.ndirty += (size_t)n;
}

// Puts f into the table and into its object's list.  => the cache lock is held
static void insert(struct object *obj, uint64 index, struct frame *f, uint8 flags)
{
    uint32 *head = bucket_of(obj, index);
    f->owner = obj;
    f->index = index;
    f->flags = flags;
    f->next = *head;
    *head = frame_number(f);
    list_push_back(flags & CACHE_DIRTY ? &obj->dirty : &obj->clean, &f->link);
    cache.changes++;
    cache.npages++;
    obj->npages++;
    if (flags & CACHE_DIRTY)
        count_dirty(obj, 1);
}

void cache_unlink(struct frame *f)
{
    uint32 *at = bucket_of(f->owner, f->index);
    while (*at != frame_number(f))
        at = &frame_numbered(*at)->next;
    *at = f->next;
    list_remove(&f->link);
    cache.changes++;
    cache.npages--;
    ((struct object *)f->owner)->npages--;
    if (f->flags & CACHE_DIRTY)
        count_dirty(f->owner, -1);
    f->owner = NULL;
    f->next = 0;
    f->flags = 0;
}

// Looks a page up and waits until nobody writes to it.  Its writer neither sleeps nor is preempted
// for long, so giving way to it is enough.  => the cache lock is held, before and after
static struct frame *lookup_idle(const struct object *obj, uint64 index)
{
    struct frame *f;
    while ((f = lookup(obj, index)) != NULL && (f->flags & CACHE_BUSY)) {
        spin_unlock(&cache.lock);
        thread_yield();
        spin_lock(&cache.lock);
    }
    return f;
}

// Somebody uses it (or NULL).  => the cache lock is held
static struct frame *use(struct frame *f)
{
    if (f != NULL) {
        f->flags |= CACHE_USED;
        frame_get(f);
    }
    return f;
}

struct frame *cache_find(struct object *obj, uint64 index)
{
    spin_lock(&cache.lock);
    struct frame *f = use(lookup_idle(obj, index));
    spin_unlock(&cache.lock);
    return f;
}

struct frame *cache_find_now(struct object *obj, uint64 index)
{
    spin_lock(&cache.lock);
    struct frame *f = lookup(obj, index);
    f = use(f != NULL && (f->flags & CACHE_BUSY) ? NULL : f);
    spin_unlock(&cache.lock);
    return f;
}

struct frame *cache_find_dirty_now(struct object *obj, uint64 index)
{
    spin_lock(&cache.lock);
    struct frame *f = lookup(obj, index);
    bool dirty = f != NULL && (f->flags & (CACHE_DIRTY | CACHE_BUSY)) == CACHE_DIRTY;
    f = use(dirty ? f : NULL);
    spin_unlock(&cache.lock);
    return f;
}

int cache_enter(struct object *obj, uint64 index, struct frame *f, uint64 version,
                struct frame **out)
{
    spin_lock(&cache.lock);
    struct frame *there = lookup_idle(obj, index);
    bool stale = there == NULL && obj->version != version;
    if (there == NULL && !stale) {
        insert(obj, index, f, 0);
        there = f;
        f = NULL;
    }
    if (there != NULL)
        frame_get(there);
    spin_unlock(&cache.lock);
    if (f != NULL)
        frame_put(f);
    *out = there;
    return stale ? -EAGAIN : 0;
}

uint64 cache_version(struct object *obj)
{
    return __atomic_load_n(&obj->version, __ATOMIC_ACQUIRE);
}

// Puts `copy` in the place of `f`, which keeps its other holders.  => the cache lock is held
static void replace(struct frame *f, struct frame *copy)
{
    struct object *obj = f->owner;
    uint64 index = f->index;
    uint8 flags = f->flags;
    cache_unlink(f);
    insert(obj, index, copy, flags);
}

// A frame that others hold is theirs from now on; the cache goes on with a copy.
static int replace_by_copy(struct frame **fp)
{
    struct frame *f = *fp;
    void *page = kalloc(FRAME_CACHE);
    if (page == NULL)
        return -ENOMEM;
    page_copy(page, frame_page(f));
    struct frame *copy = frame_of_page(page);
    frame_get(copy);
    spin_lock(&cache.lock);
    replace(f, copy);
    spin_unlock(&cache.lock);
    frame_put(f); // the cache's
    frame_put(f); // the caller's
    *fp = copy;
    return 0;
}

int cache_unshare(struct frame **f)
{
    return (*f)->block != 0 ? replace_by_copy(f) : 0;
}

// Enters a zeroed page, busy from the start so that nobody takes it for the file's.
static int claim_fresh(struct object *obj, uint64 index, struct frame **out)
{
    void *page = kalloc_zeroed(FRAME_CACHE);
    if (page == NULL)
        return -ENOMEM;
    struct frame *f = frame_of_page(page);
    spin_lock(&cache.lock);
    bool free = lookup(obj, index) == NULL;
    if (free) {
        insert(obj, index, f, CACHE_BUSY);
        frame_get(f);
    }
    spin_unlock(&cache.lock);
    if (!free) {
        frame_put(f);
        return -EAGAIN;
    }
    *out = f;
    return 0;
}

// Finds the page, if the caller has not brought it, and marks it busy: from here on nobody begins
// to show it.  => false: it is not there
static bool mark_there(struct object *obj, uint64 index, struct frame **page)
{
    spin_lock(&cache.lock);
    if (*page == NULL && (*page = lookup_idle(obj, index)) != NULL)
        frame_get(*page);
    if (*page != NULL)
        (*page)->flags |= CACHE_BUSY;
    spin_unlock(&cache.lock);
    return *page != NULL;
}

// => may the page be written to where it is?  The cache and the caller hold it; if there are
// others, they are to see it, and the disk has it already.
static bool in_place(const struct object *obj, const struct frame *f)
{
    return frame_refs(f) == 2 || (object_is_shared(obj) && f->block == 0);
}

// A copy, which no map shows yet, takes the place of the busy page.
static int claim_copy(struct object *obj, uint64 index, struct frame **page)
{
    if (object_is_shared(obj))
        mappings_forget(obj, index, index + 1, page);
    int err = replace_by_copy(page);
    if (err)
        cache_release(*page, false);
    return err;
}

int cache_claim(struct object *obj, uint64 index, struct frame **page, bool *fresh)
{
    int err = -EAGAIN;
    while (err == -EAGAIN) {
        *fresh = !mark_there(obj, index, page);
        err = *fresh                 ? claim_fresh(obj, index, page)
              : in_place(obj, *page) ? 0
                                     : claim_copy(obj, index, page);
    }
    return err;
}

void cache_release(struct frame *f, bool forget)
{
    spin_lock(&cache.lock);
    f->flags &= (uint8)~CACHE_BUSY;
    if (forget)
        cache_unlink(f);
    spin_unlock(&cache.lock);
    if (forget)
        frame_put(f);
    frame_put(f);
}

void cache_mark_dirty(struct frame *f)
{
    struct object *obj = f->owner;
    spin_lock(&cache.lock);
    obj->version++;
    if (!(f->flags & CACHE_DIRTY)) {
        f->flags |= CACHE_DIRTY;
        list_remove(&f->link);
        list_push_back(&obj->dirty, &f->link);
        count_dirty(obj, 1);
    }
    spin_unlock(&cache.lock);
}

void cache_mark_used(struct frame *f)
{
    spin_lock(&cache.lock);
    f->flags |= CACHE_USED;
    spin_unlock(&cache.lock);
}

// Looks at the first page of the list, which goes to its end.  => a claimed page; NULL: it is in use
static struct frame *claim_first(struct list *pages)
{
    struct frame *f = container_of(list_pop_front(pages), struct frame, link);
    list_push_back(pages, &f->link);
    bool idle = !(f->flags & (CACHE_USED | CACHE_BUSY));
    f->flags &= (uint8)~CACHE_USED;
    if (!idle)
        return NULL;
    f->flags |= CACHE_BUSY;
    frame_get(f);
    return f;
}

uint32 cache_claim_idle(struct object *obj, bool dirty, uint32 n, struct frame **out)
{
    struct list *pages = dirty ? &obj->dirty : &obj->clean;
    uint32 found = 0;
    spin_lock(&cache.lock);
    for (; n > 0 && !list_empty(pages); n--)
        if ((out[found] = claim_first(pages)) != NULL)
            found++;
    spin_unlock(&cache.lock);
    return found;
}

void cache_adopt(struct object *obj, uint64 index, struct frame *f)
{
    spin_lock(&cache.lock);
    insert(obj, index, f, 0);
    spin_unlock(&cache.lock);
}

bool cache_let_go(struct frame *f)
{
    spin_lock(&cache.lock);
    bool evicted =
        f->owner != NULL && !(f->flags & (CACHE_DIRTY | CACHE_BUSY)) && frame_refs(f) == 2;
    if (evicted)
        cache_unlink(f);
    spin_unlock(&cache.lock);
    if (evicted)
        frame_put(f);
    frame_put(f);
    return evicted;
}

struct frame *cache_disown(struct object *obj, uint64 index)
{
    spin_lock(&cache.lock);
    struct frame *f = lookup(obj, index);
    if (f != NULL)
        cache_unlink(f);
    spin_unlock(&cache.lock);
    return f;
}

bool cache_has(struct object *obj, uint64 index)
{
    spin_lock(&cache.lock);
    bool there = lookup(obj, index) != NULL;
    spin_unlock(&cache.lock);
    return there;
}

bool cache_is_dirty(struct object *obj, uint64 index)
{
    spin_lock(&cache.lock);
    const struct frame *f = lookup(obj, index);
    bool dirty = f != NULL && (f->flags & CACHE_DIRTY);
    spin_unlock(&cache.lock);
    return dirty;
}

// Pages looked at before others get the cache's lock and, if it is their turn, the hart.
#define BATCH 64

static void breathe_at(size_t n)
{
    if (n % BATCH != 0)
        return;
    spin_unlock(&cache.lock);
    thread_breathe();
    spin_lock(&cache.lock);
}

void cache_clean(struct object *obj)
{
    spin_lock(&cache.lock);
    struct list *item;
    for (size_t n = 1; (item = list_pop_front(&obj->dirty)) != NULL; n++) {
        struct frame *f = container_of(item, struct frame, link);
        f->flags &= (uint8)~CACHE_DIRTY;
        list_push_back(&obj->clean, item);
        count_dirty(obj, -1);
        breathe_at(n);
    }
    spin_unlock(&cache.lock);
}

// Looks at one page of the list: takes it off the table, or puts it aside if its index is below
// `from`.  => the page, whose reference passes to the caller; NULL.  The cache lock is held.
static struct frame *take_or_keep(struct list *pages, uint64 from, struct list *kept)
{
    struct frame *f = container_of(pages->next, struct frame, link);
    if (f->index >= from) {
        cache_unlink(f);
        return f;
    }
    list_remove(&f->link);
    list_push_back(kept, &f->link);
    return NULL;
}

static void drop_list(struct object *obj, struct list *pages, uint64 from)
{
    struct list kept = LIST_INIT(kept);
    spin_lock(&cache.lock);
    obj->version++;
    for (size_t n = 1; !list_empty(pages); n++) {
        struct frame *f = take_or_keep(pages, from, &kept);
        if (f != NULL)
            frame_put(f);
        breathe_at(n);
    }
    list_append(pages, &kept);
    spin_unlock(&cache.lock);
}

void cache_drop(struct object *obj, uint64 from)
{
    drop_list(obj, &obj->dirty, from);
    drop_list(obj, &obj->clean, from);
}

void cache_drop_page(struct object *obj, uint64 index)
{
    spin_lock(&cache.lock);
    obj->version++;
    struct frame *f = lookup_idle(obj, index);
    if (f != NULL)
        cache_unlink(f);
    spin_unlock(&cache.lock);
    if (f != NULL)
        frame_put(f);
}

size_t cache_dirty_pages(void)
{
    return __atomic_load_n(&cache.ndirty, __ATOMIC_RELAXED);
}
