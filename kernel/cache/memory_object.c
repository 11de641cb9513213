#include "cache/memory_object.h"
#include "cache/cache.h"
#include "cache/mapping.h"
#include "cache/slot_map.h"
#include "cache/swap.h"
#include "errno.h"
#include "lib/string.h"
#include "mem/audit.h"
#include "mem/share.h"
#include "mem/slab.h"
#include "riscv.h"
#include "task/mutex.h"
#include "task/thread.h"

struct memory_object {
    struct object object;
    struct mutex lock;     // RANK_OBJECT: who claims a page
    uint64 size;           // in bytes; changed by lock, atomic
    struct slot_map slots; // by lock
    struct list link;      // all of them, in the order of `serial`; by all_lock
    uint64 serial;         // fixed
};

static struct spinlock all_lock = SPINLOCK_INIT("memory objects", RANK_MAPS);
static struct list all = LIST_INIT(all); // by all_lock
static uint64 made;                      // the same

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

// A page that comes back is charged as it was when it was dirty: as FRAME_USER until it is dirty again.
static int fill(struct object *obj, uint64 index, void *page)
{
    struct memory_object *m = memory_of(obj);
    mutex_lock(&m->lock);
    uint64 slot = slot_map_get(&m->slots, index);
    if (slot)
        swap_get(slot);
    mutex_unlock(&m->lock);
    if (!slot) {
        page_zero(page);
        return 0;
    }
    int err = share_has(1, 0) ? swap_read(slot, page) : -ENOMEM;
    if (!err)
        frame_become(frame_of_page(page), FRAME_USER);
    swap_put(slot);
    return err;
}

static uint64 size(struct object *obj)
{
    return __atomic_load_n(&memory_of(obj)->size, __ATOMIC_ACQUIRE);
}

// Brings in a page that has a slot, unless it is there.  => 0 and *page with a reference; -ENOMEM, -EIO;
// the lock is held, so nobody changes the object meanwhile
static int bring(struct object *obj, uint64 index, uint64 slot, struct frame **page)
{
    *page = cache_find(obj, index);
    if (*page != NULL)
        return 0;
    void *room = kalloc(FRAME_CACHE);
    if (room == NULL)
        return -ENOMEM;
    int err = swap_read(slot, room);
    if (!err)
        return cache_enter(obj, index, frame_of_page(room), cache_version(obj), page);
    kfree(room);
    return err;
}

static void count_elsewhere(struct memory_object *m, uint32 n)
{
    __atomic_fetch_add(&m->object.elsewhere, n, __ATOMIC_RELAXED);
}

static void give_up_slot(struct memory_object *m, uint64 index, uint64 slot)
{
    count_elsewhere(m, -1U);
    slot_map_set(&m->slots, index, 0);
    swap_put(slot);
}

// Writes n bytes into page `index`, which is dirty from then on: in place if others see the page as
// their own (cache/cache.h).  => 0, -ENOMEM, -EIO; the lock is held
static int change(struct object *obj, uint64 index, size_t at, const void *from, size_t n)
{
    bool fresh;
    struct frame *f = NULL;
    struct memory_object *m = memory_of(obj);
    uint64 slot = slot_map_get(&m->slots, index);
    if (!cache_is_dirty(obj, index) && !share_has(1, 0))
        return -ENOMEM;
    int err = slot ? bring(obj, index, slot, &f) : 0;
    if (!err)
        err = cache_claim(obj, index, &f, &fresh);
    if (err)
        return err;
    memcpy((char *)frame_page(f) + at, from, n);
    if (f->kind == FRAME_USER)
        frame_become(f, FRAME_CACHE);
    cache_mark_dirty(f);
    cache_release(f, false);
    if (slot)
        give_up_slot(m, index, slot);
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

// => the lock is held, or nobody else has the object
static void drop_slots(struct memory_object *m, uint64 from)
{
    while ((from = slot_map_next(&m->slots, from)) != SLOT_MAP_END)
        give_up_slot(m, from, slot_map_get(&m->slots, from));
}

static void release(struct object *obj)
{
    struct memory_object *m = memory_of(obj);
    spin_lock(&all_lock);
    bool last = __atomic_sub_fetch(&obj->refs, 1, __ATOMIC_ACQ_REL) == 0;
    if (last)
        list_remove(&m->link);
    spin_unlock(&all_lock);
    if (!last)
        return;
    cache_drop(obj, 0);
    drop_slots(m, 0);
    slot_map_free(&m->slots);
    obj_free(&cache_of_them, m);
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
    m->slots = (struct slot_map){ 0 };
    spin_lock(&all_lock);
    m->serial = ++made;
    list_push_back(&all, &m->link);
    spin_unlock(&all_lock);
    return &m->object;
}

// What maps store behind the end, in its last page, is not part of it, and not to be seen when the
// end moves on.  => 0; -ENOMEM, nothing has changed; the lock is held
static int clear_rest_of_page(struct memory_object *m, uint64 from)
{
    static const char zeros[PGSIZE];
    size_t at = from % PGSIZE;
    uint64 index = from / PGSIZE;
    bool there = cache_is_dirty(&m->object, index) || slot_map_get(&m->slots, index);
    return at > 0 && there ? change(&m->object, index, at, zeros, PGSIZE - at) : 0;
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
        drop_slots(m, pages(bytes));
    }
    mutex_unlock(&m->lock);
    return err;
}

// --- out and back -----------------------------------------------------------------------------

#define LOOK_AT 64 // pages in one step

// Where the next step begins.  Only the pager looks at it.
static struct {
    uint64 serial;
    uint32 dirty, clean; // pages of that object that are left to be looked at
} hand;

// => the first object of that serial number or a higher one, with a reference; NULL: none
static struct memory_object *object_from(uint64 serial)
{
    struct memory_object *found = NULL;
    spin_lock(&all_lock);
    for (struct list *l = all.next; l != &all && !found; l = l->next) {
        struct memory_object *m = container_of(l, struct memory_object, link);
        found = m->serial >= serial ? m : NULL;
    }
    if (found)
        object_get(&found->object);
    spin_unlock(&all_lock);
    return found;
}

// The page is in nobody's hands but ours, twice.  => false: there is no slot for it
static bool page_goes(struct memory_object *m, uint64 index, struct frame *f,
                      struct swap_batch *out)
{
    if (slot_map_reserve(&m->slots, index) != 0)
        return false;
    cache_disown(&m->object, index);
    frame_put(f);
    frame_become(f, FRAME_USER);
    uint64 slot = swap_take_out(f, out);
    if (slot) {
        slot_map_set(&m->slots, index, slot);
        count_elsewhere(m, 1);
        return true;
    }
    frame_become(f, FRAME_CACHE);
    frame_get(f);
    cache_adopt(&m->object, index, f);
    cache_mark_dirty(f);
    return false;
}

// A claimed page, which no map shows.  The claim ends.  => is its frame free?
static bool take_page(struct memory_object *m, struct frame *f, bool dirty, struct swap_batch *out)
{
    if (dirty && frame_refs(f) == 2 && out->n < SWAP_BATCH && page_goes(m, f->index, f, out))
        return false; // it will be
    frame_get(f);
    cache_release(f, false);
    return cache_let_go(f);
}

// => how many of the n pages lie one behind the other, from the first on
static uint32 neighbours(struct frame *const *page, uint32 n)
{
    uint32 k = 1;
    while (k < n && page[k]->index == page[0]->index + k)
        k++;
    return k;
}

// No map shows what is claimed from here on, until somebody faults.
static uint32 take_pages(struct memory_object *m, struct frame **page, uint32 n, bool dirty,
                         struct swap_batch *out)
{
    uint32 freed = 0;
    for (uint32 i = 0, k; i < n; i += k) {
        k = neighbours(page + i, n - i);
        mappings_forget(&m->object, page[i]->index, page[i]->index + k, page + i);
    }
    for (uint32 i = 0; i < n; i++)
        freed += take_page(m, page[i], dirty, out);
    return freed;
}

// => the pages of the list that are left after this step
static uint32 look_at(struct memory_object *m, bool dirty, uint32 left, struct swap_batch *out,
                      uint64 *freed)
{
    struct frame *idle[LOOK_AT];
    uint32 n = left < LOOK_AT ? left : LOOK_AT;
    uint32 found = cache_claim_idle(&m->object, dirty, n, idle);
    *freed += take_pages(m, idle, found, dirty, out);
    return left - n;
}

static void begin_with(const struct memory_object *m)
{
    uint32 n = m->object.npages; // of both: the lists change while they are looked at
    hand.serial = m->serial;
    hand.dirty = hand.clean = n;
}

// Whoever holds the lock may wait for the pager: he is passed over.
bool memory_objects_step(struct swap_batch *out, uint64 *freed)
{
    struct memory_object *m = object_from(hand.serial);
    if (m == NULL) {
        hand.serial = hand.dirty = hand.clean = 0;
        return false;
    }
    if (m->serial != hand.serial || hand.dirty + hand.clean == 0)
        begin_with(m);
    bool mine = mutex_trylock(&m->lock);
    if (mine && hand.dirty > 0)
        hand.dirty = look_at(m, true, hand.dirty, out, freed);
    else if (mine && hand.clean > 0)
        hand.clean = look_at(m, false, hand.clean, out, freed);
    if (mine)
        mutex_unlock(&m->lock);
    if (!mine || hand.dirty + hand.clean == 0)
        hand.serial++;
    object_put(&m->object);
    return true;
}

// => what change() gives, -ENOMEM also before the last frames; -ENOENT: there is no more
static int bring_next(struct memory_object *m, uint64 *from)
{
    mutex_lock(&m->lock);
    *from = slot_map_next(&m->slots, *from);
    int err = *from == SLOT_MAP_END         ? -ENOENT
              : !share_has(1, SHARE_MARGIN) ? -ENOMEM
                                            : change(&m->object, *from, 0, "", 0);
    mutex_unlock(&m->lock);
    return err;
}

int memory_objects_bring_all(void)
{
    int err = 0;
    struct memory_object *m;
    for (uint64 serial = 0; !err && (m = object_from(serial)) != NULL; serial++) {
        serial = m->serial;
        for (uint64 from = 0; !err;)
            if ((err = bring_next(m, &from)) == 0)
                err = thread_breathe();
        object_put(&m->object);
        err = err == -ENOENT ? 0 : err;
    }
    return err;
}

static void audit(void)
{
    list_for_each (l, &all)
        slot_map_audit(&container_of(l, struct memory_object, link)->slots);
}

void memory_objects_init(void)
{
    audit_register("shared memory", audit);
}
