#include "cache/swap.h"
#include "cache/cache.h"
#include "cache/table.h"
#include "dev/blk.h"
#include "errno.h"
#include "lib/print.h"
#include "lib/string.h"
#include "mem/audit.h"
#include "mem/share.h"

struct slot {
    uint32 refs; // atomic: 0: free; else one more than there are, for its being in use
    uint32 audited;
};

#define SLOTS_IN_PAGE (PGSIZE / sizeof(struct slot))
#define PAGES_MAX     2048 // of struct slot: 4 GiB of swap space; more is left alone

// What the first block has (mkswap's format, version 1).
#define HEADER_AT 1024
#define MAGIC_AT  (BLK_SIZE - 10)
#define MAGIC     "SWAPSPACE2"
struct header {
    uint32 version;
    uint32 last; // slot
    uint32 nbad; // slots that are listed as bad behind it
};

static struct {
    struct spinlock lock; // RANK_SWAP: what follows
    bool claimed;         // somebody takes a disk into use, or ends that
    struct blkdev *disk;  // NULL: none; while there is one, page, npages and nslots are constant
    struct slot *page[PAGES_MAX];
    uint64 npages;
    uint64 nslots; // of these the first is the header
    uint64 next;   // where to look for a free one
    uint64 nfree;  // read without the lock, too
    uint32 free_in[PAGES_MAX];
    bool closed; // no slot is given: there is no disk yet, one could not be written, or all are
                 // brought back
} swap = { .lock = SPINLOCK_INIT("swap", RANK_SWAP), .closed = true };

static struct slot *slot_at(uint64 slot)
{
    return &swap.page[slot / SLOTS_IN_PAGE][slot % SLOTS_IN_PAGE];
}

bool swap_is_on(void)
{
    return __atomic_load_n(&swap.disk, __ATOMIC_ACQUIRE) != NULL;
}

bool swap_has_room(void)
{
    return swap_free() > 0 && !__atomic_load_n(&swap.closed, __ATOMIC_RELAXED);
}

uint64 swap_total(void)
{
    return swap_is_on() ? swap.nslots - 1 : 0;
}

uint64 swap_free(void)
{
    return __atomic_load_n(&swap.nfree, __ATOMIC_RELAXED);
}

// --- the object -------------------------------------------------------------------------------

// Counts a slot unless nobody names it.
static bool get_named(uint64 slot)
{
    uint32 refs = __atomic_load_n(&slot_at(slot)->refs, __ATOMIC_RELAXED);
    while (refs > 1)
        if (__atomic_compare_exchange_n(&slot_at(slot)->refs, &refs, refs + 1, true,
                                        __ATOMIC_RELAXED, __ATOMIC_RELAXED))
            return true;
    return false;
}

// => whoever asks has a reference to the slot
static int fill(struct object *obj, uint64 slot, void *page)
{
    frame_become(frame_of_page(page), FRAME_USER);
    int err = blk_read(swap.disk, slot, page);
    if (err)
        printk("swap: slot %lu of %s cannot be read (error %d)\n", slot, swap.disk->name, -err);
    return err;
}

int swap_read(uint64 slot, void *page)
{
    struct frame *f;
    int err = object_page(&swap_object, slot, &f);
    if (err)
        return err;
    page_copy(page, frame_page(f));
    cache_let_go(f);
    return 0;
}

// Slots from `slot` on, at most n, whose pages are wanted and not there, each with a page for it, and
// counted.  => how many
static uint32 claim_run(uint64 slot, uint32 n, void **page)
{
    uint32 k = 0;
    for (; k < n && slot + k < swap.nslots && share_has(1, SHARE_MARGIN); k++) {
        if (!get_named(slot + k))
            break;
        page[k] = cache_has(&swap_object, slot + k) ? NULL : kalloc(FRAME_USER);
        if (page[k] == NULL) {
            swap_put(slot + k);
            break;
        }
    }
    return k;
}

// What went out together is likely to be wanted together.
static void fill_ahead(struct object *obj, uint64 slot, uint32 n)
{
    void *page[BIO_PAGES];
    for (uint32 k; n > 0 && (k = claim_run(slot, n < BIO_PAGES ? n : BIO_PAGES, page)) > 0;
         slot += k, n -= k) {
        uint64 version = cache_version(obj);
        int err = blk_read_many(swap.disk, slot, page, k);
        for (uint32 i = 0; i < k; i++) {
            struct frame *f = frame_of_page(page[i]);
            if (err || cache_enter(obj, slot + i, f, version, &f) == 0)
                frame_put(f);
            swap_put(slot + i);
        }
    }
}

static void release(struct object *obj)
{
}

static const struct object_ops ops = { .fill = fill, .fill_ahead = fill_ahead, .release = release };
struct object swap_object;

// --- slots ------------------------------------------------------------------------------------

// More slots can be had, or fewer.  => the lock is held
static void count_free(uint64 slot, int n)
{
    swap.free_in[slot / SLOTS_IN_PAGE] += (uint32)n;
    swap.nfree += (uint64)(int64)n;
    if (!swap.closed)
        share_spare(n);
}

// No slot is given from here on, or some are again.  => the lock is held
static void close(bool closed)
{
    if (swap.closed != closed)
        share_spare(closed ? -(long)swap.nfree : (long)swap.nfree);
    swap.closed = closed;
}

// => a free slot at or behind the last one, so that what goes out together lies together; there is
//    one, and the lock is held
static uint64 find_free(void)
{
    uint64 slot = swap.next;
    for (;; slot++) {
        if (slot >= swap.npages * SLOTS_IN_PAGE)
            slot = 0;
        if (swap.free_in[slot / SLOTS_IN_PAGE] == 0)
            slot |= SLOTS_IN_PAGE - 1;
        else if (__atomic_load_n(&slot_at(slot)->refs, __ATOMIC_RELAXED) == 0)
            return slot;
    }
}

// => a slot with `refs` references; 0: none is to be had
static uint64 slot_alloc(uint32 refs)
{
    uint64 slot = 0;
    spin_lock(&swap.lock);
    if (swap.disk != NULL && !swap.closed && swap.nfree > 0) {
        slot = find_free();
        __atomic_store_n(&slot_at(slot)->refs, refs + 1, __ATOMIC_RELAXED);
        count_free(slot, -1);
        swap.next = slot + 1;
    }
    spin_unlock(&swap.lock);
    return slot;
}

void swap_get(uint64 slot)
{
    __atomic_fetch_add(&slot_at(slot)->refs, 1, __ATOMIC_RELAXED);
}

uint32 swap_refs(uint64 slot)
{
    return __atomic_load_n(&slot_at(slot)->refs, __ATOMIC_ACQUIRE) - 1;
}

// Nobody names the slot, and nobody can any more.  If the page is in memory it is an ordinary one from
// here on.
static void slot_free(uint64 slot)
{
    struct frame *f = cache_disown(&swap_object, slot);
    if (f != NULL)
        frame_put(f);
    spin_lock(&swap.lock);
    __atomic_store_n(&slot_at(slot)->refs, 0, __ATOMIC_RELAXED);
    count_free(slot, 1);
    spin_unlock(&swap.lock);
}

void swap_put(uint64 slot)
{
    if (__atomic_sub_fetch(&slot_at(slot)->refs, 1, __ATOMIC_ACQ_REL) == 1)
        slot_free(slot);
}

// --- out --------------------------------------------------------------------------------------

// A page leaves the cache under the cache's lock, and before its slot is free: so the slot is its own.
uint64 swap_slot_of(struct frame *f)
{
    uint64 slot = 0;
    spin_lock(&cache.lock);
    if (f->owner == &swap_object && get_named(f->index))
        slot = f->index;
    spin_unlock(&cache.lock);
    return slot;
}

uint64 swap_take_out(struct frame *f, struct swap_batch *batch)
{
    uint64 slot = batch->n < SWAP_BATCH ? slot_alloc(2) : 0;
    if (slot != 0) {
        frame_get(f);
        cache_adopt(&swap_object, slot, f);
        batch->frame[batch->n++] = f;
    }
    return slot;
}

// Slots that lie one behind the other go in one request.  => how many pages from `first` on
static uint32 neighbours(const struct swap_batch *b, uint32 first, void **page)
{
    uint32 n = 0;
    do {
        page[n] = frame_page(b->frame[first + n]);
        n++;
    } while (n < BIO_PAGES && first + n < b->n &&
             b->frame[first + n]->index == b->frame[first]->index + n);
    return n;
}

// What could not be written is all there is: it stays dirty, in memory.
static void write_failed(uint64 slot, int err)
{
    spin_lock(&swap.lock);
    bool first = !swap.closed;
    close(true);
    spin_unlock(&swap.lock);
    if (first)
        printk("swap: slot %lu of %s cannot be written (error %d): nothing more goes out\n", slot,
               swap.disk->name, -err);
}

// => has the frame become free?
static bool end_writing(struct frame *f, int err)
{
    uint64 slot = f->index;
    if (err)
        cache_mark_dirty(f);
    bool freed = cache_let_go(f);
    swap_put(slot);
    return freed;
}

uint32 swap_write(struct swap_batch *b)
{
    void *page[BIO_PAGES];
    uint32 freed = 0;
    for (uint32 i = 0, n; i < b->n; i += n) {
        n = neighbours(b, i, page);
        int err = blk_write_many(swap.disk, b->frame[i]->index, page, n);
        if (err)
            write_failed(b->frame[i]->index, err);
        for (uint32 k = i; k < i + n; k++)
            freed += end_writing(b->frame[k], err);
    }
    b->n = 0;
    return freed;
}

// --- on and off -------------------------------------------------------------------------------

void swap_audit_count(uint64 slot)
{
    if (slot == 0 || slot >= swap.nslots || slot_at(slot)->refs == 0)
        audit_error("names slot %lu, which is free", slot);
    else
        slot_at(slot)->audited++;
}

// S1, and the pages of the table itself.  Whoever names slots has said so before: swap space is the
// last to register.
static void audit(void)
{
    uint64 nfree = 0;
    for (uint64 i = 0; i < swap.npages; i++)
        audit_count(frame_of_page(swap.page[i]));
    for (uint64 slot = 0; slot < swap.npages * SLOTS_IN_PAGE; slot++) {
        struct slot *s = slot_at(slot);
        if (s->refs > 0 ? s->refs - 1 != s->audited : s->audited != 0)
            audit_error("S1: slot %lu has %u references, %u found", slot, s->refs - 1, s->audited);
        nfree += s->refs == 0;
        s->audited = 0;
    }
    if (nfree != swap.nfree)
        audit_error("%lu slots are free, but counted as %lu", nfree, swap.nfree);
}

static void free_table(void)
{
    for (uint64 i = 0; i < swap.npages; i++)
        kfree(swap.page[i]);
    swap.npages = swap.nslots = swap.nfree = 0;
}

// => the slots that the first block tells of, itself among them; 0: it is none of swap space
static uint64 slots_told(const struct blkdev *disk, const char *block)
{
    struct header h;
    memcpy(&h, block + HEADER_AT, sizeof h);
    if (memcmp(block + MAGIC_AT, MAGIC, sizeof MAGIC - 1) != 0 || h.version != 1 || h.nbad != 0 ||
        h.last == 0 || h.last >= disk->nblocks)
        return 0;
    return h.last < PAGES_MAX * SLOTS_IN_PAGE ? h.last + 1UL : PAGES_MAX * SLOTS_IN_PAGE;
}

static int read_header(struct blkdev *disk, uint64 *nslots)
{
    void *block = kalloc(FRAME_OTHER);
    if (block == NULL)
        return -ENOMEM;
    int err = blk_read(disk, 0, block);
    *nslots = err ? 0 : slots_told(disk, block);
    kfree(block);
    return err ? err : *nslots == 0 ? -EINVAL : disk->read_only ? -EROFS : 0;
}

// What is no slot, the header and what lies behind the last, counts as in use and named by nobody.
static int make_table(uint64 nslots)
{
    uint64 npages = (nslots + SLOTS_IN_PAGE - 1) / SLOTS_IN_PAGE;
    for (uint64 i = 0; i < npages; i++) {
        swap.page[i] = share_has(1, SHARE_MARGIN) ? kalloc_zeroed(FRAME_OTHER) : NULL;
        if (swap.page[i] == NULL) {
            free_table();
            return -ENOMEM;
        }
        swap.npages = i + 1;
        swap.free_in[i] = SLOTS_IN_PAGE;
    }
    swap.nslots = nslots;
    swap.nfree = npages * SLOTS_IN_PAGE;
    for (uint64 slot = 0; slot < npages * SLOTS_IN_PAGE; slot++)
        if (slot == 0 || slot >= nslots) {
            slot_at(slot)->refs = 1;
            count_free(slot, -1);
        }
    return 0;
}

// => is it for the caller to put a disk in the place of `from`?
static bool claim(const struct blkdev *from)
{
    spin_lock(&swap.lock);
    bool mine = !swap.claimed && swap.disk == from;
    swap.claimed |= mine;
    spin_unlock(&swap.lock);
    return mine;
}

static void claim_end(struct blkdev *disk)
{
    spin_lock(&swap.lock);
    __atomic_store_n(&swap.disk, disk, __ATOMIC_RELEASE);
    close(disk == NULL);
    swap.claimed = false;
    spin_unlock(&swap.lock);
}

int swap_on(struct blkdev *disk)
{
    uint64 nslots;
    if (!claim(NULL))
        return -EBUSY;
    int err = read_header(disk, &nslots);
    if (!err)
        err = make_table(nslots);
    if (!err && swap_object.ops == NULL) {
        object_init(&swap_object, &ops);
        swap_object.kept = true;
        audit_register("swap", audit);
    }
    claim_end(err ? NULL : disk);
    return err;
}

int swap_begin_off(struct blkdev *disk)
{
    if (!claim(disk))
        return -EINVAL;
    spin_lock(&swap.lock);
    close(true);
    spin_unlock(&swap.lock);
    return 0;
}

int swap_end_off(void)
{
    if (swap_free() < swap_total()) {
        claim_end(swap.disk);
        return -ENOMEM;
    }
    __atomic_store_n(&swap.disk, NULL, __ATOMIC_RELEASE);
    free_table();
    claim_end(NULL);
    return 0;
}
