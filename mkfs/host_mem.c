// Memory on the host: frames, small objects, reclaim, the audit's registration (mkfs/host.h).
//
// The arena stands for RAM.  Under the address sanitizer every other frame stays poisoned, as a
// fence.

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "lib/panic.h"
#include "lib/string.h"
#include "mem/audit.h"
#include "mem/frame.h"
#include "mem/reclaim.h"
#include "mem/share.h"
#include "mem/slab.h"
#include "mkfs/host.h"

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#define STRIDE 2
#else
#define ASAN_POISON_MEMORY_REGION(at, n)   ((void)0)
#define ASAN_UNPOISON_MEMORY_REGION(at, n) ((void)0)
#define STRIDE                             1
#endif

#define RAM_BASE 0x80000000UL

uint64 host_direct_map;
uint64 frame_base;
static struct frame *table; // every STRIDE-th is in use
static size_t total, in_use, objects, untouched;
static uint32 free_head; // index + 1, through frame.next
static reclaim_fn *reclaimer;
static long fail_after;
static bool failed;

void host_memory(size_t frames)
{
    size_t bytes = frames * STRIDE * PGSIZE;
    void *arena = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    table = aligned_alloc(sizeof *table, frames * STRIDE * sizeof *table);
    if (arena == MAP_FAILED || table == NULL) {
        fprintf(stderr, "out of memory\n");
        exit(1);
    }
    memset(table, 0, frames * STRIDE * sizeof *table);
    frame_base = (uint64)table - (RAM_BASE >> PGSHIFT) * sizeof *table;
    ASAN_POISON_MEMORY_REGION(arena, bytes);
    host_direct_map = (uint64)arena - RAM_BASE;
    total = frames;
}

size_t host_frames_in_use(void)
{
    return in_use;
}

size_t host_objects_in_use(void)
{
    return objects;
}

void host_fail_after(long n)
{
    fail_after = n;
    failed = false;
}

bool host_failed(void)
{
    return failed;
}

static bool fail_now(void)
{
    if (fail_after > 0 && --fail_after == 0)
        failed = true;
    else
        return false;
    return true;
}

static struct frame *take_frame(void)
{
    if (free_head != 0) {
        struct frame *f = &table[free_head - 1];
        free_head = f->next;
        return f;
    }
    return untouched < total ? &table[untouched++ * STRIDE] : NULL;
}

void host_reclaim_all(void)
{
    while (reclaimer != NULL && reclaimer(total) > 0)
        ;
}

void *kalloc(enum frame_kind kind)
{
    if (fail_now())
        return NULL;
    struct frame *f = take_frame();
    if (f == NULL && reclaimer != NULL && reclaimer(1) > 0)
        f = take_frame();
    if (f == NULL)
        return NULL;
    *f = (struct frame){ .refs = 1, .kind = (uint8)kind, .link = LIST_INIT(f->link) };
    in_use++;
    void *page = frame_page(f);
    ASAN_UNPOISON_MEMORY_REGION(page, PGSIZE);
    memset(page, 0xa5, PGSIZE);
    return page;
}

void *kalloc_zeroed(enum frame_kind kind)
{
    void *page = kalloc(kind);
    if (page != NULL)
        memset(page, 0, PGSIZE);
    return page;
}

void kfree(void *page)
{
    frame_put(frame_of_page(page));
}

void frame_free(struct frame *f)
{
    assert(f->owner == NULL && list_empty(&f->link));
    ASAN_POISON_MEMORY_REGION(frame_page(f), PGSIZE);
    f->refs = 0;
    f->kind = FRAME_FREE;
    f->next = free_head;
    free_head = (uint32)(f - table) + 1;
    in_use--;
}

void frame_miscounted(const struct frame *f, const char *what)
{
    panic("a frame is %s with %u references", what, f->refs);
}

void reclaim_register(reclaim_fn *fn)
{
    reclaimer = fn;
}

// Nobody has memory of his own here.
void share_promise(long frames)
{
}

bool share_has(size_t want, size_t keep)
{
    return true;
}

void reclaim_wait_register(reclaim_wait_fn *fn)
{
}

bool frames_kept_used(void)
{
    return false;
}

size_t frames_free(void)
{
    return total - in_use;
}

size_t frames_total(void)
{
    return total;
}

// --- small objects: the C library's, counted --------------------------------------------------

static void *allocate(size_t size)
{
    void *obj = fail_now() ? NULL : malloc(size);
    objects += obj != NULL;
    return obj;
}

void *kmalloc(size_t size)
{
    if (size > KMALLOC_OBJ)
        return size <= PGSIZE ? kalloc(FRAME_SLAB) : NULL;
    return allocate(size);
}

void *kmalloc_zeroed(size_t size)
{
    void *obj = kmalloc(size);
    return obj == NULL ? NULL : memset(obj, 0, size);
}

static bool is_page(const void *obj)
{
    uint64 arena = host_direct_map + RAM_BASE;
    return (uint64)obj >= arena && (uint64)obj < arena + total * STRIDE * PGSIZE;
}

void kmfree(void *obj)
{
    if (is_page(obj)) {
        kfree(obj);
        return;
    }
    objects -= obj != NULL;
    free(obj);
}

void kmalloc_audit(const void *obj)
{
    if (is_page(obj))
        audit_count(frame_of_page(obj));
}

void *obj_alloc(struct obj_cache *cache)
{
    return allocate(cache->size);
}

void *obj_alloc_zeroed(struct obj_cache *cache)
{
    void *obj = obj_alloc(cache);
    return obj == NULL ? NULL : memset(obj, 0, cache->size);
}

void obj_free(struct obj_cache *cache, void *obj)
{
    objects--;
    free(obj);
}

// --- for the audit ----------------------------------------------------------------------------

void host_clear_audit(void)
{
    for (size_t i = 0; i < untouched; i++)
        table[i * STRIDE].audited = 0;
}

uint64 host_count_refs(void)
{
    uint64 refs = 0;
    for (size_t i = 0; i < untouched; i++)
        refs += table[i * STRIDE].refs;
    return refs;
}
