// kalloc, kfree and the reference counts (mem/frame.h).
//
// Each hart has a small cache of free frames, filled from and emptied into the pool by batches, so
// that harts do not meet.  A hart that finds the pool empty takes from the caches of the others
// before it gives up: no free frame is out of reach, but for the few that are kept.
//
// Memory order: a count is dropped with release and the last one is seen with acquire, so that
// everything a holder did to the page happens before it is handed out again.

#include "mem/frame.h"
#include "lib/kasan.h"
#include "lib/panic.h"
#include "lib/string.h"
#include "mem/frames_priv.h"
#include "mem/reclaim.h"
#include "riscv/hart.h"
#include "riscv/machine.h"

#define BATCH     32 // frames moved between a cache and the pool at one time
#define CACHE_MAX (2 * BATCH)
#define POISON    0x5a

static struct frame_cache {
    struct spinlock lock; // RANK_FRAMES: head, count
    uint32 head;          // index + 1 of the first free frame
    uint32 count;
    long in_use[FRAME_KINDS]; // allocated less freed here; atomic; only the sum over harts means
                              // anything
} __attribute__((aligned(64))) caches[NCPU] = {
    [0 ... NCPU - 1] = { .lock = SPINLOCK_INIT("frames", RANK_FRAMES) },
};

static struct {
    struct spinlock lock; // RANK_FRAMES: head, count
    uint32 head;
    uint32 count; // read without the lock, too
} kept = { .lock = SPINLOCK_INIT("kept frames", RANK_FRAMES) };

bool frame_is_ram(paddr_t pa)
{
    return pa >= machine.ram_base && pa - machine.ram_base < machine.ram_size;
}

static void count_use(enum frame_kind kind, long change)
{
    __atomic_fetch_add(&caches[this_hart()->index].in_use[kind], change, __ATOMIC_RELAXED);
}

void frame_become(struct frame *f, enum frame_kind kind)
{
    count_use(f->kind, -1);
    count_use(kind, 1);
    f->kind = (uint8)kind;
}

static struct frame *cache_pop(struct frame_cache *c)
{
    struct frame *f = NULL;
    if (c->head) {
        f = frame_at(c->head - 1);
        c->head = f->next;
        c->count--;
    }
    return f;
}

static __attribute__((noinline)) void fill_cache(struct frame_cache *c)
{
    c->count = (uint32)pool_take(BATCH, &c->head);
}

static inline struct frame *take_local(void)
{
    struct frame_cache *c = &caches[this_hart()->index];
    spin_lock(&c->lock);
    struct frame *f = cache_pop(c);
    spin_unlock(&c->lock);
    return f;
}

static struct frame *take_from_pool(void)
{
    struct frame_cache *c = &caches[this_hart()->index];
    spin_lock(&c->lock);
    if (!c->head)
        fill_cache(c);
    struct frame *f = cache_pop(c);
    spin_unlock(&c->lock);
    return f;
}

static struct frame *take_from_others(void)
{
    struct frame *f = NULL;
    for (int i = 0; i < NCPU && !f; i++) {
        spin_lock(&caches[i].lock);
        f = cache_pop(&caches[i]);
        spin_unlock(&caches[i].lock);
    }
    return f;
}

// => one of those that are kept, if the thread may have it
static struct frame *take_kept(void)
{
    static const uint32 leave[] = { FRAMES_KEPT, FRAMES_KEPT / 2, 0 };
    struct frame *f = NULL;
    spin_lock(&kept.lock);
    if (kept.count > leave[this_hart()->kept_use]) {
        f = frame_at(kept.head - 1);
        kept.head = f->next;
        kept.count--;
    }
    spin_unlock(&kept.lock);
    return f;
}

// => true: f is one of those that are kept from here on
static bool keep(struct frame *f)
{
    spin_lock(&kept.lock);
    bool wanted = kept.count < FRAMES_KEPT;
    if (wanted) {
        f->next = kept.head;
        kept.head = (uint32)frame_index(f) + 1;
        kept.count++;
    }
    spin_unlock(&kept.lock);
    return wanted;
}

bool frames_kept_used(void)
{
    return __atomic_load_n(&kept.count, __ATOMIC_RELAXED) < FRAMES_KEPT;
}

void frames_keep(void)
{
    kept.count = (uint32)pool_take(FRAMES_KEPT, &kept.head);
}

// The injector: does this thread's countdown end here?
static bool fail_injected(void)
{
    struct kalloc_note *note = this_hart()->note;
    return note && note->countdown > 0 && --note->countdown == 0;
}

// => one of those that are kept, or NULL and the thread's note says so
static struct frame *take_last(void)
{
    struct frame *f = take_kept();
    if (f == NULL && this_hart()->note)
        this_hart()->note->refused = true;
    return f;
}

// What is cached can be read again, so it goes before those that are kept.
static __attribute__((noinline)) struct frame *take_elsewhere(void)
{
    struct frame *f = take_from_pool();
    while (f == NULL && (f = take_from_others()) == NULL && (f = take_from_pool()) == NULL)
        if (!reclaim())
            return take_last();
    return f;
}

void *kalloc(enum frame_kind kind)
{
    if (fail_injected())
        return NULL;
    struct frame *f = take_local();
    if (f == NULL && (f = take_elsewhere()) == NULL)
        return NULL;
    if (f->refs != 0)
        panic("frame %p is on a free list with %u references", (void *)frame_phys(f), f->refs);
    f->kind = (uint8)kind;
    f->flags = 0;
    f->next = 0;
    __atomic_store_n(&f->refs, 1, __ATOMIC_RELAXED);
    count_use(kind, 1);
    kasan_unpoison(frame_page(f), PGSIZE);
    return frame_page(f);
}

void *kalloc_zeroed(enum frame_kind kind)
{
    void *page = kalloc(kind);
    if (page)
        page_zero(page);
    return page;
}

void frame_free(struct frame *f)
{
    __atomic_store_n(&f->refs, 0, __ATOMIC_RELAXED);
    count_use(f->kind, -1);
    f->kind = FRAME_FREE;
#ifdef DEBUG
    kasan_unpoison(frame_page(f), PGSIZE); // objects kept parts of it from everybody
    memset(frame_page(f), POISON, PGSIZE);
#endif
    kasan_poison(frame_page(f), PGSIZE, KASAN_FREE_PAGE);
    if (frames_kept_used() && keep(f))
        return;
    struct frame_cache *c = &caches[this_hart()->index];
    uint32 surplus = 0;
    spin_lock(&c->lock);
    f->next = c->head;
    c->head = (uint32)frame_index(f) + 1;
    if (++c->count == CACHE_MAX) {
        surplus = c->head;
        struct frame *last = f;
        for (int i = 1; i < BATCH; i++)
            last = frame_at(last->next - 1);
        c->head = last->next;
        c->count -= BATCH;
        last->next = 0;
    }
    spin_unlock(&c->lock);
    if (surplus)
        pool_give(surplus);
}

void kfree(void *page)
{
    frame_put(frame_of_page(page));
}

void frame_miscounted(const struct frame *f, const char *what)
{
    panic("frame %p is %s with %u references", (void *)frame_phys(f), what, f->refs);
}

size_t frames_free(void)
{
    size_t n = pool.nfree + pool.nfree_fresh + kept.count;
    for (int i = 0; i < NCPU; i++)
        n += caches[i].count;
    return n;
}

size_t frames_total(void)
{
    return frame_count;
}

size_t frames_in_use(enum frame_kind kind)
{
    long n = 0;
    for (int i = 0; i < NCPU; i++)
        n += __atomic_load_n(&caches[i].in_use[kind], __ATOMIC_RELAXED);
    return n > 0 ? (size_t)n : 0;
}
