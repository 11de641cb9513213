// kernel/cache: pages by (object, index), what may be evicted and in which order, claims, reading
// ahead.
#include <string.h>
#include "cache/cache.h"
#include "cache/mapping.h"
#include "cache/memory_object.h"
#include "cache/table.h"
#include "check.h"
#include "errno.h"
#include "host.h"
#include "mem/reclaim.h"
#include "mem/share.h"
#include "task/thread.h"

// --- a store ----------------------------------------------------------------------------------

static struct object obj, other;
static int fills, fill_err, releases; // so far; what a fill says
static bool changes_meanwhile;        // each fill finds that the page has changed
static uint64 ahead_at, ahead_n;      // the last call to read ahead
static bool ahead_enters;
static void (*on_yield)(void);

static uchar byte_of(const struct object *o, uint64 index)
{
    return (uchar)(index * 3 + (o == &obj ? 1 : 100));
}

static int fill(struct object *o, uint64 index, void *page)
{
    fills++;
    memset(page, byte_of(o, index), PGSIZE);
    if (changes_meanwhile)
        o->version++;
    return fill_err;
}

static void enter(struct object *o, uint64 index)
{
    struct frame *f;
    void *page = kalloc(FRAME_CACHE);
    memset(page, byte_of(o, index), PGSIZE);
    CHECK_EQ(cache_enter(o, index, frame_of_page(page), cache_version(o), &f), 0);
    frame_put(f);
}

static void fill_ahead(struct object *o, uint64 index, uint32 n)
{
    ahead_at = index;
    ahead_n = n;
    for (uint64 i = index; ahead_enters && i < index + n; i++)
        enter(o, i);
}

static void release(struct object *o)
{
    CHECK_EQ(o->refs, 1);
    releases++;
}

static const struct object_ops ops = { .fill = fill, .release = release };
static const struct object_ops ops_ahead = { .fill = fill,
                                             .fill_ahead = fill_ahead,
                                             .release = release };

void thread_yield(void)
{
    CHECK(on_yield != NULL);
    on_yield();
}

static void begin(void)
{
    host_begin();
    CHECK_EQ(cache_init(), 0);
    CHECK_EQ(cache_init(), 0); // more does no harm
    object_init(&obj, &ops);
    object_init(&other, &ops);
    fills = fill_err = releases = 0;
    changes_meanwhile = ahead_enters = false;
    on_yield = NULL;
}

// Nothing is cached any more but the table itself.
static void end(void)
{
    cache_drop(&obj, 0);
    cache_drop(&other, 0);
    CHECK(list_empty(&obj.clean) && list_empty(&obj.dirty));
    CHECK_EQ(cache.npages, 0);
    CHECK_EQ(cache_dirty_pages(), 0);
    CHECK_EQ(frames_in_use(FRAME_CACHE), cache.nbuckets / BUCKETS_PER_PAGE);
    host_end();
}

// The page, with a reference.
static struct frame *page(struct object *o, uint64 index)
{
    struct frame *f;
    CHECK_EQ(object_page(o, index, &f), 0);
    CHECK_EQ(*(uchar *)frame_page(f), byte_of(o, index));
    return f;
}

static void load(struct object *o, uint64 index)
{
    frame_put(page(o, index));
}

static struct frame *claim(uint64 index, struct frame *given, bool is_fresh)
{
    bool fresh;
    CHECK_EQ(cache_claim(&obj, index, &given, &fresh), 0);
    CHECK_EQ(fresh, is_fresh);
    CHECK(given->flags & CACHE_BUSY);
    CHECK_EQ(frame_refs(given), 2);
    return given;
}

// --- finding ----------------------------------------------------------------------------------

TEST(pages_are_brought_in_once)
{
    begin();
    for (int round = 0; round < 2; round++)
        for (uint64 i = 0; i < 100; i++) {
            load(&obj, i * 7);
            load(&other, i * 7);
        }
    CHECK_EQ(fills, 200);
    CHECK_EQ(cache.npages, 200);
    CHECK(cache_has(&obj, 7) && !cache_has(&obj, 8));
    CHECK(cache_find(&obj, 8) == NULL && object_page_now(&obj, 8) == NULL);
    struct frame *f = object_page_now(&other, 14);
    CHECK_EQ(*(uchar *)frame_page(f), byte_of(&other, 14));
    CHECK_EQ(frame_refs(f), 2);
    frame_put(f);
    end();
}

TEST(pages_that_do_not_come)
{
    struct frame *f;
    begin();
    fill_err = -EIO;
    CHECK_EQ(object_page(&obj, 1, &f), -EIO);
    fill_err = -EAGAIN; // the store says so twice, and nothing has changed: it lies
    CHECK_EQ(object_page(&obj, 1, &f), -EIO);
    CHECK_EQ(fills, 2);
    fill_err = 0;
    host_fail_kalloc(1);
    CHECK_EQ(object_page(&obj, 1, &f), -ENOMEM);
    host_fail_kalloc(0);
    CHECK(!cache_has(&obj, 1));
    load(&obj, 1);
    end();
}

static int fill_twice(struct object *o, uint64 index, void *p)
{
    fill(o, index, p);
    if (fills < 3)
        o->version++;
    return 0;
}

// Somebody has changed the page while it came in: what came is not believed.
TEST(pages_that_change_meanwhile)
{
    static const struct object_ops twice = { .fill = fill_twice, .release = release };
    struct frame *f, *there;
    begin();
    obj.ops = &twice;
    load(&obj, 1);
    CHECK_EQ(fills, 3);
    void *late = kalloc(FRAME_CACHE);
    CHECK_EQ(cache_enter(&obj, 2, frame_of_page(late), cache_version(&obj) - 1, &f), -EAGAIN);
    CHECK(!cache_has(&obj, 2));
    late = kalloc(FRAME_CACHE); // somebody was faster
    CHECK_EQ(cache_enter(&obj, 1, frame_of_page(late), cache_version(&obj) - 1, &f), 0);
    there = cache_find(&obj, 1);
    CHECK(f == there && f != frame_of_page(late));
    CHECK_EQ(frame_refs(f), 3);
    frame_put(f);
    frame_put(there);
    end();
}

TEST(reading_ahead)
{
    static const struct {
        uint64 index;
        uint32 n;
    } steps[] = {
        { 0, 4 },   { 4, 8 },   { 12, 16 }, { 28, 32 },  { 60, 32 },  { 92, 32 },
        { 300, 1 }, { 301, 4 }, { 305, 8 }, { 1000, 1 }, { 1001, 4 },
    };
    begin();
    obj.ops = &ops_ahead;
    ahead_enters = true;
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        ahead_n = 1;
        load(&obj, steps[i].index);
        CHECK_EQ(ahead_n, steps[i].n);
        CHECK(steps[i].n == 1 || ahead_at == steps[i].index);
        CHECK(cache_has(&obj, steps[i].index + steps[i].n - 1));
        CHECK(!cache_has(&obj, steps[i].index + steps[i].n));
    }
    CHECK_EQ(fills, 2);   // those that came alone
    ahead_enters = false; // nothing could be had ahead: the page comes by itself
    load(&obj, 1005);
    CHECK_EQ(ahead_n, 8);
    CHECK_EQ(fills, 3);
    end();
}

TEST(references_to_objects)
{
    begin();
    object_get(&obj);
    object_map(&obj);
    CHECK(object_is_mapped(&obj) && obj.refs == 3);
    object_unmap(&obj);
    CHECK(!object_is_mapped(&obj) && obj.refs == 2);
    object_put(&obj);
    CHECK_EQ(releases, 0);
    object_put(&obj); // the last: it is the owner's to drop
    CHECK(releases == 1 && obj.refs == 1);
    end();
}

// --- eviction ---------------------------------------------------------------------------------

static uint32 bucket_with(const struct frame *f)
{
    for (uint32 n = 0; n < cache.nbuckets; n++)
        for (uint32 at = *cache_bucket(n); at != 0; at = frame_numbered(at)->next)
            if (at == frame_number(f))
                return n;
    check_failed(__FILE__, __LINE__, "a page is in no bucket");
}

// Wherever the hand stands, one call takes marks off and comes by once more.
TEST(eviction_goes_twice_round)
{
    begin();
    for (uint32 distance = 0; distance < 3; distance++) {
        load(&obj, 5);
        struct frame *f = cache_find(&obj, 5);
        frame_put(f);
        CHECK(f->flags & CACHE_USED);
        cache.hand = (bucket_with(f) + distance) & (cache.nbuckets - 1);
        CHECK(reclaim());
        CHECK(!cache_has(&obj, 5));
        CHECK(!reclaim());
    }
    end();
}

TEST(eviction_takes_what_nobody_needs)
{
    begin();
    for (uint64 i = 0; i < 300; i++)
        load(&obj, i);
    struct frame *held = page(&obj, 10), *dirty = page(&obj, 20), *busy = claim(30, NULL, false);
    cache_mark_dirty(dirty);
    frame_put(dirty);
    size_t before = cache.npages;
    CHECK(reclaim());
    CHECK(before - cache.npages >= 32 && before - cache.npages < 64);
    while (reclaim())
        ;
    CHECK_EQ(cache.npages, 3);
    CHECK(cache_has(&obj, 10) && cache_has(&obj, 20) && cache_has(&obj, 30));
    cache_release(busy, false);
    frame_put(held);
    cache_clean(&obj);
    CHECK(reclaim());
    CHECK_EQ(cache.npages, 0);
    end();
}

TEST(what_was_used_stays_longer)
{
    begin();
    for (uint64 i = 0; i < 300; i++)
        load(&obj, i);
    CHECK(reclaim()); // all marks are off, but for those behind the hand
    for (uint64 i = 0; i < 300; i++) {
        struct frame *f = cache_has(&obj, i) ? cache_find(&obj, i) : NULL;
        if (!f)
            continue;
        frame_put(f);
        if (i % 3)
            f->flags &= (uint8)~CACHE_USED;
    }
    size_t used = 0, left = 0;
    for (uint64 i = 0; i < 300; i += 3)
        used += cache_has(&obj, i);
    for (uint64 i = 0; i < 300; i++)
        left += cache_has(&obj, i);
    for (int n = 0; cache.npages > used + 32 && n < 100; n++)
        CHECK(reclaim());
    for (uint64 i = 0; i < 300; i += 3)
        used -= cache_has(&obj, i);
    CHECK(left > 200 && used < 20); // but for a few that the hand has passed twice
    end();
}

TEST(nothing_is_evicted_under_the_cache_s_own_lock)
{
    begin();
    load(&obj, 1);
    spin_lock(&cache.lock);
    CHECK(!reclaim());
    spin_unlock(&cache.lock);
    CHECK(cache_has(&obj, 1));
    end();
}

// --- writing ----------------------------------------------------------------------------------

TEST(claims)
{
    begin();
    load(&obj, 1);
    struct frame *same = cache_find(&obj, 1), *f = claim(1, same, false);
    CHECK(f == same); // nobody else has it
    CHECK(cache_find_now(&obj, 1) == NULL);
    CHECK(cache_has(&obj, 1));
    cache_release(f, false);
    CHECK(!(f->flags & CACHE_BUSY));
    CHECK_EQ(frame_refs(f), 1);
    f = claim(2, NULL, true);
    for (int i = 0; i < PGSIZE; i++)
        CHECK_EQ(((uchar *)frame_page(f))[i], 0);
    cache_release(f, false);
    CHECK(cache_has(&obj, 2));
    cache_release(claim(3, NULL, true), true);
    CHECK(!cache_has(&obj, 3)); // as if it had not been
    end();
}

TEST(who_holds_a_page_keeps_it)
{
    begin();
    struct frame *held = page(&obj, 1), *f = claim(1, NULL, false);
    CHECK(f != held);
    CHECK_EQ(*(uchar *)frame_page(f), byte_of(&obj, 1));
    memset(frame_page(f), 9, PGSIZE);
    cache_mark_dirty(f);
    cache_release(f, false);
    CHECK_EQ(*(uchar *)frame_page(held), byte_of(&obj, 1));
    CHECK_EQ(frame_refs(held), 1);
    frame_put(held);
    CHECK(cache_is_dirty(&obj, 1));
    f = cache_find(&obj, 1);
    CHECK_EQ(*(uchar *)frame_page(f), 9);
    frame_get(f); // somebody maps it
    struct frame *g = claim(1, f, false);
    CHECK(g != f && cache_is_dirty(&obj, 1)); // the copy is as dirty
    cache_release(g, false);
    frame_put(f);
    end();
}

TEST(claims_without_memory)
{
    struct frame *f = NULL;
    bool fresh;
    begin();
    host_fail_kalloc(1);
    CHECK_EQ(cache_claim(&obj, 1, &f, &fresh), -ENOMEM);
    host_fail_kalloc(0);
    struct frame *held = page(&obj, 1);
    host_fail_kalloc(1);
    CHECK_EQ(cache_claim(&obj, 1, &f, &fresh), -ENOMEM);
    host_fail_kalloc(0);
    CHECK_EQ(frame_refs(held), 2);
    f = held;
    frame_get(f);
    host_fail_kalloc(1);
    CHECK_EQ(cache_claim(&obj, 1, &f, &fresh), -ENOMEM); // the reference that was given is gone
    host_fail_kalloc(0);
    CHECK_EQ(frame_refs(held), 2);
    held->block = 5; // on its way to the disk
    host_fail_kalloc(1);
    CHECK_EQ(cache_unshare(&held), -ENOMEM);
    host_fail_kalloc(0);
    CHECK(frame_refs(held) == 2 && cache_has(&obj, 1));
    held->block = 0;
    frame_put(held);
    end();
}

// --- shared memory ----------------------------------------------------------------------------

#define MEMORY_PAGES 3

static struct object *memory;
static struct mapping shows; // an area that does

static void begin_memory(void)
{
    begin();
    memory = memory_object_new(MEMORY_PAGES * PGSIZE - 100);
    CHECK(memory != NULL && memory->ops->size(memory) == MEMORY_PAGES * PGSIZE - 100);
    shows = (struct mapping){ .shared = true, .stores = true };
    mapping_add(memory, &shows);
}

static void end_memory(void)
{
    mapping_remove(memory, &shows);
    object_put(memory);
    CHECK_EQ(cache.npages, 0);
    end();
}

static int store_to(uint64 index)
{
    return memory->ops->allow_store(memory, index);
}

// => the page, which is all zeros, in the cache or not
static struct frame *zeros(uint64 index)
{
    struct frame *f;
    CHECK_EQ(object_page(memory, index, &f), 0);
    for (int i = 0; i < PGSIZE; i++)
        CHECK_EQ(((uchar *)frame_page(f))[i], 0);
    return f;
}

TEST(memory_is_charged_when_it_is_stored_to)
{
    begin_memory();
    size_t charged = share_charged();
    struct frame *seen = zeros(1);
    CHECK_EQ(share_charged(), charged); // what is only read can be had again
    CHECK_EQ(store_to(1), 0);
    CHECK_EQ(store_to(2), 0);
    CHECK_EQ(store_to(2), 0);
    CHECK_EQ(store_to(MEMORY_PAGES), -ENXIO);
    CHECK_EQ(store_to(~0UL), -ENXIO);
    CHECK(cache_is_dirty(memory, 1) && cache_is_dirty(memory, 2) && !cache_has(memory, 0));
    CHECK_EQ(share_charged(), charged + 2);
    CHECK_EQ(cache_dirty_pages(), 0); // nothing for a disk
    CHECK(memory->ops->sync(memory) == 0 && cache_is_dirty(memory, 1));
    struct frame *f = object_page_to_store(memory, 1);
    CHECK(f == seen); // it is stored to where it is
    frame_put(seen);
    frame_put(f);
    frame_put(zeros(2));
    object_get(memory);
    object_put(memory);
    CHECK_EQ(share_charged(), charged + 2);
    CHECK_EQ(host_mutexes_held(), 0);
    end_memory();
    CHECK_EQ(share_charged(), charged);
}

TEST(no_memory_to_share)
{
    begin_memory();
    long rest = (long)(share_of_users() - share_charged());
    share_promise(rest);
    CHECK_EQ(store_to(0), -ENOMEM);
    CHECK(!cache_has(memory, 0));
    share_promise(-1);
    CHECK_EQ(store_to(0), 0); // the last one
    CHECK_EQ(store_to(0), 0);
    CHECK_EQ(store_to(1), -ENOMEM);
    share_promise(1 - rest);
    host_fail_kalloc(1);
    CHECK_EQ(store_to(1), -ENOMEM);
    CHECK(!cache_has(memory, 1));
    CHECK_EQ(store_to(1), 0);
    CHECK_EQ(host_mutexes_held(), 0);
    end_memory();
}

TEST(pages_on_their_way)
{
    begin();
    struct frame *f = page(&obj, 1), *before = f;
    CHECK_EQ(cache_unshare(&f), 0);
    CHECK(f == before);
    cache_mark_dirty(f);
    f->block = 5;
    frame_get(f); // the disk's
    CHECK_EQ(cache_unshare(&f), 0);
    CHECK(f != before && cache_is_dirty(&obj, 1));
    CHECK_EQ(*(uchar *)frame_page(f), byte_of(&obj, 1));
    CHECK(frame_refs(f) == 2 && frame_refs(before) == 1);
    before->block = 0;
    frame_put(before);
    frame_put(f);
    end();
}

static struct frame *writing;

static void ends_writing(void)
{
    on_yield = NULL;
    cache_release(writing, false);
}

TEST(readers_wait_for_the_writer)
{
    begin();
    writing = claim(1, NULL, true);
    on_yield = ends_writing;
    frame_put(cache_find(&obj, 1));
    CHECK(on_yield == NULL);
    writing = claim(1, NULL, false);
    on_yield = ends_writing;
    cache_release(claim(1, NULL, false), false);
    writing = claim(1, NULL, false);
    on_yield = ends_writing;
    cache_drop_page(&obj, 1);
    CHECK(on_yield == NULL && !cache_has(&obj, 1));
    end();
}

TEST(dirty_and_clean)
{
    begin();
    for (uint64 i = 0; i < 200; i++)
        load(&obj, i);
    load(&other, 1);
    for (uint64 i = 0; i < 200; i += 2)
        for (int twice = 0; twice < 2; twice++) {
            struct frame *f = page(&obj, i);
            uint64 version = cache_version(&obj);
            cache_mark_dirty(f);
            CHECK_EQ(cache_version(&obj), version + 1);
            frame_put(f);
        }
    CHECK_EQ(cache_dirty_pages(), 100);
    CHECK(cache_is_dirty(&obj, 2) && !cache_is_dirty(&obj, 3) && !cache_is_dirty(&obj, 500));
    CHECK_EQ(host_audit(), 0);
    cache_drop(&obj, 100); // dirty or not
    CHECK_EQ(cache.npages, 101);
    CHECK_EQ(cache_dirty_pages(), 50);
    for (uint64 i = 0; i < 200; i++)
        CHECK_EQ(cache_has(&obj, i), i < 100);
    cache_clean(&obj);
    CHECK_EQ(cache_dirty_pages(), 0);
    CHECK(list_empty(&obj.dirty));
    uint64 version = cache_version(&obj);
    cache_drop_page(&obj, 50);
    cache_drop_page(&obj, 150);
    CHECK(cache_version(&obj) > version); // whoever is bringing it in must look again
    CHECK(!cache_has(&obj, 50) && cache_has(&obj, 51) && cache_has(&other, 1));
    CHECK_EQ(cache.npages, 100);
    version = cache_version(&obj);
    cache_drop(&obj, 1000);
    CHECK(cache_version(&obj) > version);
    end();
}

// --- against a model --------------------------------------------------------------------------

#define MODEL 40
static struct {
    bool there, dirty;
} model[MODEL];

static void step(uint64 i)
{
    struct frame *f;
    switch (test_random_below(7)) {
    case 0:
        load(&obj, i);
        model[i].there = true;
        break;
    case 1:
        if (!model[i].there)
            return;
        f = cache_find(&obj, i);
        cache_mark_dirty(f);
        frame_put(f);
        model[i].dirty = true;
        break;
    case 2:
        f = claim(i, NULL, !model[i].there);
        memset(frame_page(f), byte_of(&obj, i), PGSIZE);
        cache_release(f, false);
        model[i].there = true;
        break;
    case 3:
        cache_drop_page(&obj, i);
        model[i].there = model[i].dirty = false;
        break;
    case 4:
        cache_drop(&obj, i + 20);
        for (i += 20; i < MODEL; i++)
            model[i].there = model[i].dirty = false;
        break;
    case 5:
        cache_clean(&obj);
        for (i = 0; i < MODEL; i++)
            model[i].dirty = false;
        break;
    default:
        while (reclaim())
            ;
        for (i = 0; i < MODEL; i++)
            model[i].there = model[i].dirty;
    }
}

TEST(pages_at_random)
{
    begin();
    memset(model, 0, sizeof model);
    for (int n = 0; n < 3000; n++) {
        size_t pages = 0, dirty = 0;
        step(test_random_below(MODEL));
        for (uint64 i = 0; i < MODEL; i++) {
            CHECK_EQ(cache_has(&obj, i), model[i].there);
            CHECK_EQ(cache_is_dirty(&obj, i), model[i].dirty);
            pages += model[i].there;
            dirty += model[i].dirty;
        }
        CHECK(cache.npages == pages && cache_dirty_pages() == dirty);
        CHECK(n % 100 || host_audit() == 0);
    }
    end();
}
