// Swap space in memory (swap_world.h).
#include "swap_world.h"
#include <string.h>
#include "cache/cache.h"
#include "cache/memory_object.h"
#include "cache/swap.h"
#include "check.h"
#include "errno.h"
#include "host.h"
#include "mem/audit.h"
#include "mem/share.h"

#define SLOTS 4096

struct object swap_object;
void (*swap_world_reads)(uint64 slot);
void (*swap_world_writes)(uint64 slot);
unsigned swap_world_nreads;

static struct slot {
    uint32 refs, audited;
    struct frame *frame; // what the cache has
    bool damaged, written;
    uchar data[PGSIZE];
} slots[SLOTS + 1];
static uint64 nslots, nfree;

static struct slot *slot_in_use(uint64 slot)
{
    CHECK(slot > 0 && slot <= nslots);
    CHECK(slots[slot].refs > 0);
    return &slots[slot];
}

static void audit(void)
{
    for (uint64 i = 1; i <= SLOTS; i++) {
        if (slots[i].refs != slots[i].audited)
            audit_error("S1: slot %lu has %u references, %u found", i, slots[i].refs,
                        slots[i].audited);
        if (slots[i].frame)
            audit_count(slots[i].frame);
        slots[i].audited = 0;
    }
}

void swap_world_begin(uint64 n)
{
    CHECK(n <= SLOTS);
    CHECK_EQ(nfree, nslots); // every slot has come back
    audit_register("swap", audit);
    share_spare((long)n - (long)nfree);
    nslots = nfree = n;
    swap_world_reads = swap_world_writes = NULL;
    swap_world_nreads = 0;
}

bool swap_has_room(void)
{
    return nfree > 0;
}

uint64 swap_free(void)
{
    return nfree;
}

uint64 swap_total(void)
{
    return nslots;
}

int swap_begin_off(struct blkdev *disk)
{
    return 0;
}

int swap_end_off(void)
{
    return nfree < nslots ? -ENOMEM : 0;
}

void swap_audit_count(uint64 slot)
{
    slot_in_use(slot)->audited++;
}

void swap_get(uint64 slot)
{
    slot_in_use(slot)->refs++;
}

uint32 swap_refs(uint64 slot)
{
    return slot_in_use(slot)->refs;
}

static void leave_cache(struct slot *s)
{
    struct frame *f = s->frame;
    s->frame = NULL;
    f->owner = NULL;
    frame_put(f);
}

void swap_put(uint64 slot)
{
    struct slot *s = slot_in_use(slot);
    if (--s->refs > 0)
        return;
    if (s->frame)
        leave_cache(s);
    s->damaged = s->written = false;
    nfree++;
    share_spare(1);
}

uint64 swap_slot_of(struct frame *f)
{
    if (f->owner != &swap_object)
        return 0;
    swap_get(f->index);
    return f->index;
}

static void enter_cache(uint64 slot, struct frame *f)
{
    slots[slot].frame = f;
    f->owner = &swap_object;
    f->index = slot;
}

uint64 swap_take_out(struct frame *f, struct swap_batch *batch)
{
    uint64 slot = 1;
    CHECK_EQ(f->kind, FRAME_USER);
    while (slot <= nslots && slots[slot].refs > 0)
        slot++;
    if (slot > nslots || batch->n == SWAP_BATCH)
        return 0;
    nfree--;
    share_spare(-1);
    slots[slot].refs = 2;
    enter_cache(slot, f);
    frame_get(f);
    batch->frame[batch->n++] = f;
    return slot;
}

bool cache_let_go(struct frame *f)
{
    struct slot *s = f->owner == &swap_object ? &slots[f->index] : NULL;
    bool goes = s && s->written && frame_refs(f) == 2;
    if (goes)
        leave_cache(s);
    frame_put(f);
    return goes;
}

uint32 swap_write(struct swap_batch *batch)
{
    uint32 freed = 0;
    CHECK_EQ(host_mutexes_held(), 0);
    for (uint32 i = 0; i < batch->n; i++) {
        struct frame *f = batch->frame[i];
        uint64 slot = f->index;
        if (swap_world_writes)
            swap_world_writes(slot);
        memcpy(slots[slot].data, frame_page(f), PGSIZE);
        slots[slot].written = true;
        freed += cache_let_go(f);
        swap_put(slot);
    }
    batch->n = 0;
    return freed;
}

// Shared memory is not in this world.
bool memory_objects_step(struct swap_batch *out, uint64 *freed)
{
    return false;
}

int memory_objects_bring_all(void)
{
    return 0;
}

void memory_objects_init(void)
{
}

void cache_mark_used(struct frame *f)
{
}

void swap_world_damage(uint64 slot, bool damaged)
{
    slot_in_use(slot)->damaged = damaged;
}

void swap_world_forget(uint64 slot)
{
    struct slot *s = slot_in_use(slot);
    if (s->frame && frame_refs(s->frame) == 1)
        leave_cache(s);
}

struct frame *swap_world_page_now(uint64 slot)
{
    struct slot *s = slot_in_use(slot);
    if (s->frame)
        frame_get(s->frame);
    return s->frame;
}

int swap_world_page(uint64 slot, struct frame **out)
{
    CHECK_EQ(host_mutexes_held(), 0);
    *out = NULL;
    struct slot *s = slot_in_use(slot);
    if (swap_world_reads)
        swap_world_reads(slot);
    CHECK(slot_in_use(slot) == s); // who waits for it has counted it
    if (!s->frame && s->damaged)
        return -EIO;
    if (!s->frame) {
        void *page = kalloc(FRAME_USER);
        if (!page)
            return -ENOMEM;
        memcpy(page, s->data, PGSIZE);
        swap_world_nreads++;
        enter_cache(slot, frame_of_page(page));
    }
    *out = swap_world_page_now(slot);
    return 0;
}
