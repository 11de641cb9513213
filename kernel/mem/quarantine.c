// Objects under the address sanitizer (mem/slab_priv.h, lib/kasan.h).
//
// Behind each object is a red zone that remembers who asked for it and who gave it back.  A freed
// object stays poisoned in the quarantine, first in, first out, until so much has been freed after
// it that its room is given back; when memory is short all of it is.
#ifdef KASAN
#include "lib/panic.h"
#include "lib/print.h"
#include "mem/frame.h"
#include "mem/reclaim.h"
#include "mem/slab_priv.h"
#include "riscv/panicking.h"

#define SHARE 64 // of RAM is kept in quarantine at the most: the 64th part

// In the last bytes of an object's trail.
struct sites {
    uint64 used, freed; // return addresses; freed is 0 while it is in use
};
_Static_assert(sizeof(struct sites) < KASAN_TRAIL, "there is a red zone before it");

// A freed object's first words, while it is in quarantine.
struct waiting {
    struct waiting *next;
};

static struct {
    struct spinlock lock;
    struct waiting *first, **last; // by lock, like the rest
    size_t bytes;
} quarantine = { .lock = SPINLOCK_INIT("quarantine", RANK_SLAB), .last = &quarantine.first };

static struct sites *sites_of(const struct obj_cache *cache, const void *obj)
{
    return (struct sites *)((char *)obj + slab_step(cache)) - 1;
}

void object_is_used(const struct obj_cache *cache, void *obj, size_t size, const void *site)
{
    if (!obj)
        return;
    *sites_of(cache, obj) = (struct sites){ .used = (uint64)site };
    kasan_unpoison(obj, size);
}

void page_is_used(void *page, size_t size)
{
    kasan_poison(page, PGSIZE, KASAN_RED_ZONE);
    kasan_unpoison(page, size);
}

// => the first in quarantine, taken out; NULL if less than `limit` bytes are in it
static void *take_first(size_t limit)
{
    spin_lock(&quarantine.lock);
    struct waiting *w = quarantine.bytes > limit ? quarantine.first : NULL;
    if (w) {
        quarantine.first = w->next;
        if (!w->next)
            quarantine.last = &quarantine.first;
        quarantine.bytes -= slab_step(slab_of(w)->cache);
    }
    spin_unlock(&quarantine.lock);
    return w;
}

static void put_last(void *obj, size_t size)
{
    struct waiting *w = obj;
    w->next = NULL;
    spin_lock(&quarantine.lock);
    *quarantine.last = w;
    quarantine.last = &w->next;
    quarantine.bytes += size;
    spin_unlock(&quarantine.lock);
}

void object_is_freed(void *obj, const void *site)
{
    const struct obj_cache *cache = slab_of(obj)->cache;
    size_t step = slab_step(cache), at = (uint64)obj - (uint64)(slab_of(obj) + 1);
    uint8 why = kasan_shadow_of(obj);
    if (at % step != 0 || why >= KASAN_STACK)
        kasan_report(why == KASAN_FREED ? "freed twice" : "not an object", obj, cache->size,
                     "free");
    sites_of(cache, obj)->freed = (uint64)site;
    kasan_poison(obj, cache->size, KASAN_FREED);
    put_last(obj, step);
    void *old;
    while ((old = take_first(frames_total() * PGSIZE / SHARE)) != NULL)
        slab_release(old);
}

static size_t give_up(size_t want)
{
    if (spin_held(&quarantine.lock))
        return 0;
    size_t before = frames_free();
    void *old;
    while (frames_free() < before + want && (old = take_first(0)) != NULL)
        slab_release(old);
    size_t after = frames_free();
    return after > before ? after - before : 0;
}

// Names the object that an address is in or just behind, and who had it.
static void describe(const void *at, char *text, size_t size)
{
    const struct slab *s = slab_of(at);
    if (!frame_is_ram(virt_to_phys(s)) || frame_of_page(s)->kind != FRAME_SLAB ||
        kasan_shadow_of(s) == 0)
        return;
    size_t step = slab_step(s->cache), offset = (uint64)at - (uint64)(s + 1);
    if ((uint64)at < (uint64)(s + 1) || offset / step >= (PGSIZE - sizeof *s) / step)
        return;
    const char *obj = (const char *)at - offset % step;
    const struct sites *sites = sites_of(s->cache, obj);
    char used[64], freed[64];
    panic_place(sites->used - 1, used, sizeof used);
    panic_place(sites->freed - 1, freed, sizeof freed);
    format(text, size,
           "\n    %lu bytes into an object of %lu bytes, cache %s\n    allocated by %s%s%s",
           offset % step, s->cache->size, s->cache->name, used,
           sites->freed ? "\n    freed by " : "", sites->freed ? freed : "");
}

void quarantine_init(void)
{
    reclaim_register(give_up);
    kasan_register_describer(describe);
}
#endif
