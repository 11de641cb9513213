// The making of the page cache, its eviction, and its part in the audit.
//
// Eviction is a clock: the hand goes round the buckets of the table, takes the mark of use off
// pages that have it, and evicts those that have not.  A page that was read once and never again
// goes before one that is in use.

#include "cache/cache.h"
#include "cache/table.h"
#include "errno.h"
#include "mem/audit.h"
#include "mem/reclaim.h"
#include "task/thread.h"

// Pages given back in one call, at the least if they can be had: a call costs a walk.
#define EVICT_BATCH 32
// Buckets looked at before others may have their turn.
#define SWEEP_STRETCH 512

static bool evictable(const struct frame *f)
{
    return !(f->flags & (CACHE_DIRTY | CACHE_BUSY)) && frame_refs(f) == 1;
}

// One bucket: evicts what has not been used since the hand's last visit.
static size_t sweep_bucket(uint32 bucket)
{
    size_t freed = 0;
    for (uint32 n = *cache_bucket(bucket), next; n != 0; n = next) {
        struct frame *f = frame_numbered(n);
        next = f->next;
        if (!evictable(f))
            continue;
        if (f->flags & CACHE_USED) {
            f->flags &= (uint8)~CACHE_USED;
            continue;
        }
        cache_unlink(f);
        frame_put(f);
        freed++;
    }
    return freed;
}

// Between two stretches of a sweep: others get the lock and the hart if whoever wants memory holds
// no other lock and could be interrupted.
static void breathe(void)
{
    if (!thread_may_breathe(1))
        return;
    spin_unlock(&cache.lock);
    thread_breathe();
    spin_lock(&cache.lock);
}

// The reclaim call-back: any lock may be held by the caller, the cache's too.
static size_t evict(size_t want)
{
    size_t freed = 0;
    if (cache.npages == cache.ndirty || !spin_trylock(&cache.lock))
        return 0;
    if (want < EVICT_BATCH)
        want = EVICT_BATCH;
    // Twice round: once to take off marks, once to evict.
    for (uint32 n = 0; n < 2 * cache.nbuckets && freed < want; n++) {
        freed += sweep_bucket(cache.hand);
        cache.hand = (cache.hand + 1) & (cache.nbuckets - 1);
        if (cache.hand % SWEEP_STRETCH == 0)
            breathe();
    }
    spin_unlock(&cache.lock);
    return freed;
}

#define AUDITED_AT_ONCE 128 // buckets, of some pages each

static void audit_bucket(uint32 bucket, size_t *pages, size_t *dirty)
{
    for (uint32 n = *cache_bucket(bucket); n != 0; n = frame_numbered(n)->next) {
        struct frame *f = frame_numbered(n);
        audit_count(f);
        ++*pages;
        const struct object *obj = f->owner;
        *dirty += (f->flags & CACHE_DIRTY) && !obj->kept;
    }
}

// Names the cache's reference to each page (C2), and to the pages of its table.
static void audit(void)
{
    size_t pages = 0, dirty = 0;
    spin_lock(&cache.lock);
    uint64 changes = cache.changes;
    for (uint32 b = 0; b < cache.nbuckets; b += BUCKETS_PER_PAGE)
        audit_count(frame_of_page(cache_bucket(b)));
    for (uint32 b = 0; b < cache.nbuckets; b++) {
        audit_bucket(b, &pages, &dirty);
        if (b % AUDITED_AT_ONCE == 0) {
            spin_unlock(&cache.lock);
            thread_breathe();
            spin_lock(&cache.lock);
        }
    }
    if (changes == cache.changes && (pages != cache.npages || dirty != cache.ndirty))
        audit_error("cache: %zu pages, %zu dirty, but counted as %zu and %zu", pages, dirty,
                    cache.npages, cache.ndirty);
    spin_unlock(&cache.lock);
}

// A bucket for every fourth frame of RAM or so.
static uint32 wanted_buckets(void)
{
    uint32 n = BUCKETS_PER_PAGE;
    while (n < BUCKETS_PER_PAGE * BUCKET_PAGES && n * 4 < frames_total())
        n *= 2;
    return n;
}

int cache_init(void)
{
    if (cache.nbuckets != 0)
        return 0;
    uint32 n = wanted_buckets();
    for (uint32 i = 0; i < n / BUCKETS_PER_PAGE; i++) {
        if (cache.buckets[i] == NULL)
            cache.buckets[i] = kalloc_zeroed(FRAME_CACHE);
        if (cache.buckets[i] == NULL)
            return -ENOMEM;
    }
    cache.nbuckets = n;
    audit_register("cache", audit);
    reclaim_register(evict);
    return 0;
}
