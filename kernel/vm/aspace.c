#include "vm/aspace.h"
#include "errno.h"
#include "lib/panic.h"
#include "mem/audit.h"
#include "mem/slab.h"
#include "memlayout.h"
#include "riscv/hart.h"
#include "riscv/tlb.h"
#include "task/thread.h"
#include "vm/fault.h"
#include "vm/pagetable.h"

#define MMAP_BOTTOM   0x40000000UL // where mmap looks for room at the lowest
#define POPULATE_STEP 64           // pages populated before others may have the lock

static struct obj_cache aspaces = OBJ_CACHE_INIT(aspaces, "aspace", sizeof(struct aspace));
static struct spinlock all_lock = SPINLOCK_INIT("all aspaces", RANK_PROC);
static struct list all = LIST_INIT(all); // by all_lock

struct aspace *aspace_new(void)
{
    struct aspace *as = obj_alloc_zeroed(&aspaces);
    if (!as)
        return NULL;
    as->root = root_new();
    if (!as->root) {
        obj_free(&aspaces, as);
        return NULL;
    }
    mutex_init(&as->lock, "aspace", RANK_ASPACE);
    as->refs = 1;
    spin_lock(&all_lock);
    list_push_back(&all, &as->link);
    spin_unlock(&all_lock);
    return as;
}

void aspace_get(struct aspace *as)
{
    __atomic_fetch_add(&as->refs, 1, __ATOMIC_RELAXED);
}

void aspace_put(struct aspace *as)
{
    if (__atomic_fetch_sub(&as->refs, 1, __ATOMIC_ACQ_REL) > 1)
        return;
    spin_lock(&all_lock);
    list_remove(&as->link);
    spin_unlock(&all_lock);
    for (unsigned i = 0; i < as->areas.n; i++)
        pte_clear_range(as->root, as->areas.area[i].start, as->areas.area[i].end, true);
    areas_clear(&as->areas);
    frame_put(as->root);
    obj_free(&aspaces, as);
}

// All that can fail comes before anything is changed.
int uvmcopy(struct aspace *parent, struct aspace *child)
{
    const struct areas *as = &parent->areas;
    bool lost_w = false;
    for (unsigned i = 0; i < as->n; i++) {
        int err = uvmcopy_reserve(parent->root, child->root, as->area[i].start, as->area[i].end);
        if (err)
            return err;
    }
    for (unsigned i = 0; i < as->n; i++)
        lost_w |= uvmcopy_share(parent->root, child->root, as->area[i].start, as->area[i].end);
    // Until this fence a hart may still store through a translation from before, to a page the
    // child has already: the lock is dropped only afterwards.
    if (lost_w)
        tlb_flush_harts(parent->root->active);
    return 0;
}

struct aspace *aspace_fork(struct aspace *parent)
{
    struct aspace *child = aspace_new();
    if (!child)
        return NULL;
    mutex_lock(&parent->lock);
    child->heap_start = parent->heap_start;
    child->brk = parent->brk;
    int err = areas_copy(&child->areas, &parent->areas);
    if (!err)
        err = uvmcopy(parent, child);
    mutex_unlock(&parent->lock);
    if (!err)
        return child;
    aspace_put(child);
    return NULL;
}

static bool in_user_space(uint64 addr, uint64 len)
{
    return addr >= USER_MIN && addr < USER_MAX && len <= USER_MAX - addr;
}

static bool writable_code(uint32 prot)
{
    return (prot & PROT_WRITE) && (prot & PROT_EXEC);
}

// Sv39 has no page that may be written or run but not read.
static uint32 with_read(uint32 prot)
{
    return prot & (PROT_WRITE | PROT_EXEC) ? prot | PROT_READ : prot;
}

int aspace_map(struct aspace *as, const struct area *area)
{
    if (area->start >= area->end || !in_user_space(area->start, area->end - area->start))
        return -EINVAL;
    if (writable_code(area->prot))
        return -EACCES;
    mutex_lock(&as->lock);
    int err = areas_free(&as->areas, area->start, area->end) ? 0 : -EINVAL;
    if (!err)
        err = areas_reserve(&as->areas, 1);
    if (!err) {
        if (area->object)
            object_get(area->object);
        struct area a = *area;
        a.prot = with_read(a.prot);
        areas_insert(&as->areas, &a);
    }
    mutex_unlock(&as->lock);
    return err;
}

// Unmaps what lies in the range.  => lock held; two more areas are reserved
static void cut(struct aspace *as, uint64 start, uint64 end)
{
    areas_cut(&as->areas, start, end);
    pte_clear_range(as->root, start, end, false);
}

static int64 mmap_locked(struct aspace *as, uint64 addr, uint64 len, uint32 prot, bool fixed)
{
    int err = areas_reserve(&as->areas, 2);
    if (err)
        return err;
    if (fixed)
        cut(as, addr, addr + len);
    else if (addr % PGSIZE || !in_user_space(addr, len) ||
             !areas_free(&as->areas, addr, addr + len))
        addr = areas_find_room(&as->areas, len, MMAP_BOTTOM, USER_MAX);
    if (addr == 0)
        return -ENOMEM;
    areas_insert(&as->areas,
                 &(struct area){ .start = addr, .end = addr + len, .prot = with_read(prot) });
    return (int64)addr;
}

int64 aspace_mmap(struct aspace *as, uint64 addr, uint64 len, uint32 prot, bool fixed)
{
    if (len == 0 || len > USER_MAX)
        return len ? -ENOMEM : -EINVAL;
    len = PGROUNDUP(len);
    if (fixed && (addr % PGSIZE || !in_user_space(addr, len)))
        return -EINVAL;
    if (writable_code(prot))
        return -EACCES;
    mutex_lock(&as->lock);
    int64 at = mmap_locked(as, addr, len, prot, fixed);
    mutex_unlock(&as->lock);
    return at;
}

// A range that a user names: whole pages in user space.
static int check_range(uint64 addr, uint64 *len)
{
    if (addr % PGSIZE || *len == 0 || *len > USER_MAX || !in_user_space(addr, PGROUNDUP(*len)))
        return -EINVAL;
    *len = PGROUNDUP(*len);
    return 0;
}

int aspace_munmap(struct aspace *as, uint64 addr, uint64 len)
{
    int err = check_range(addr, &len);
    if (err)
        return err;
    mutex_lock(&as->lock);
    err = areas_reserve(&as->areas, 1);
    if (!err)
        cut(as, addr, addr + len);
    mutex_unlock(&as->lock);
    return err;
}

// Gives an entry the rights of its area, but never W at once: the frame may be shared.
static void protect_entry(pte_t *e, uint64 va, void *arg)
{
    uint32 prot = *(const uint32 *)arg;
    pte_t keep = prot & PROT_WRITE ? *e & PTE_W : 0;
    pte_t flags = PTE_USER | PTE_R | keep | (prot & PROT_EXEC ? PTE_X : 0);
    if ((prot & PROT_WRITE) && !keep)
        flags |= PTE_COW;
    *e = pte_make(pte_frame(*e), flags);
}

static bool all_mapped(struct aspace *as, uint64 start, uint64 end)
{
    while (start < end) {
        struct area *a = areas_find(&as->areas, start);
        if (!a)
            return false;
        start = a->end;
    }
    return true;
}

static int protect_locked(struct aspace *as, uint64 start, uint64 end, uint32 prot)
{
    if (!all_mapped(as, start, end))
        return -ENOMEM;
    int err = areas_reserve(&as->areas, 2);
    if (err)
        return err;
    areas_split(&as->areas, start);
    areas_split(&as->areas, end);
    for (uint64 at = start; at < end;) {
        struct area *a = areas_find(&as->areas, at);
        a->prot = prot;
        at = a->end;
    }
    pte_each(as->root, start, end, protect_entry, &prot);
    tlb_flush_harts(as->root->active);
    icache_flush_harts(as->root->active);
    return 0;
}

int aspace_protect(struct aspace *as, uint64 addr, uint64 len, uint32 prot)
{
    int err = check_range(addr, &len);
    if (err)
        return err;
    prot = with_read(prot);
    if (!(prot & PROT_READ))
        return -EINVAL; // an entry without R would be a pointer to a table (Sv39)
    if (writable_code(prot))
        return -EACCES;
    mutex_lock(&as->lock);
    err = protect_locked(as, addr, addr + len, prot);
    mutex_unlock(&as->lock);
    return err;
}

int aspace_set_heap(struct aspace *as, uint64 start)
{
    mutex_lock(&as->lock);
    as->heap_start = as->brk = start;
    mutex_unlock(&as->lock);
    return 0;
}

// Makes the heap's area end at `end`.  => lock held
static int resize_heap(struct aspace *as, uint64 end)
{
    uint64 old_end = PGROUNDUP(as->brk);
    int err = areas_reserve(&as->areas, 2);
    if (err || end == old_end)
        return err;
    if (end < old_end) {
        cut(as, end, old_end);
        return 0;
    }
    if (!areas_free(&as->areas, old_end, end))
        return -ENOMEM;
    struct area *below = areas_find(&as->areas, old_end - 1);
    if (below && below->heap)
        below->end = end;
    else
        areas_insert(&as->areas, &(struct area){ .start = old_end, .end = end, .heap = true,
                                                 .prot = PROT_READ | PROT_WRITE });
    return 0;
}

uint64 aspace_brk(struct aspace *as, uint64 brk)
{
    mutex_lock(&as->lock);
    if (brk >= as->heap_start && brk <= USER_MAX && resize_heap(as, PGROUNDUP(brk)) == 0)
        as->brk = brk;
    uint64 now = as->brk;
    mutex_unlock(&as->lock);
    return now;
}

// Fails early what cannot succeed: not every page the range lacks could be had even if every cached
// page were given up.
static int enough_memory(struct aspace *as, uint64 pages)
{
    return pages <= frames_free() + frames_in_use(FRAME_CACHE) ? 0 : -ENOMEM;
}

static void count_present(pte_t *e, uint64 va, void *arg)
{
    ++*(uint64 *)arg;
}

static int populate_step(struct aspace *as, uint64 start, uint64 end, bool write)
{
    struct frame *ignored;
    int err = 0;
    mutex_lock(&as->lock);
    for (uint64 va = start; va < end && !err; va += PGSIZE) {
        pte_t *e = pte_find(as->root, va);
        if (!e || !(*e & PTE_V) || (write && !(*e & PTE_W)))
            err = fault_in(as, va, write ? ACCESS_WRITE : ACCESS_READ, &ignored);
    }
    mutex_unlock(&as->lock);
    return err;
}

int aspace_populate(struct aspace *as, uint64 addr, uint64 len, bool write)
{
    int err = check_range(addr, &len);
    if (err)
        return err;
    uint64 present = 0, end = addr + len;
    mutex_lock(&as->lock);
    pte_each(as->root, addr, end, count_present, &present);
    mutex_unlock(&as->lock);
    if (write && (err = enough_memory(as, len / PGSIZE - present)) != 0)
        return err;
    for (uint64 va = addr; va < end && !err; va += POPULATE_STEP * PGSIZE) {
        uint64 stop = end - va < POPULATE_STEP * PGSIZE ? end : va + POPULATE_STEP * PGSIZE;
        err = populate_step(as, va, stop, write);
        thread_breathe();
        if (thread_interrupted())
            err = -EINTR;
    }
    return err;
}

int aspace_discard(struct aspace *as, uint64 addr, uint64 len)
{
    int err = check_range(addr, &len);
    if (err)
        return err;
    mutex_lock(&as->lock);
    pte_clear_range(as->root, addr, addr + len, false);
    mutex_unlock(&as->lock);
    return 0;
}

struct usage {
    uint64 pages, shared;
};

static void count_usage(pte_t *e, uint64 va, void *arg)
{
    struct usage *u = arg;
    u->pages++;
    u->shared += frame_refs(pte_frame(*e)) > 1;
}

void aspace_usage(struct aspace *as, uint64 *pages, uint64 *shared, uint64 *size)
{
    struct usage u = { 0, 0 };
    *size = 0;
    mutex_lock(&as->lock);
    for (unsigned i = 0; i < as->areas.n; i++) {
        const struct area *a = &as->areas.area[i];
        *size += a->end - a->start;
        pte_each(as->root, a->start, a->end, count_usage, &u);
    }
    mutex_unlock(&as->lock);
    *pages = u.pages;
    *shared = u.shared;
}

void aspace_entry(struct aspace *as, uint64 va, uint64 *pte, uint64 *refs)
{
    mutex_lock(&as->lock);
    pte_t *e = va < USER_MAX ? pte_find(as->root, va) : NULL;
    *pte = e ? *e : 0;
    *refs = e && *e ? frame_refs(pte_frame(*e)) : 0;
    mutex_unlock(&as->lock);
}

// M4: an entry lies in an area and never allows more than it.
static void audit_rights(struct aspace *as)
{
    uint64 mapped = 0, present = 0;
    for (unsigned i = 0; i < as->areas.n; i++) {
        const struct area *a = &as->areas.area[i];
        pte_each(as->root, a->start, a->end, count_present, &mapped);
        for (uint64 va = a->start; va < a->end; va += PGSIZE) {
            pte_t *e = pte_find(as->root, va);
            if (!e) {
                va = (va | ((1UL << 21) - 1)) - PGSIZE + 1;
                continue;
            }
            if ((*e & (PTE_W | PTE_COW) && !(a->prot & PROT_WRITE)) ||
                (*e & PTE_X && !(a->prot & PROT_EXEC)))
                audit_error("M4: entry %lx at %p allows more than its area", *e, (void *)va);
        }
    }
    pte_each(as->root, 0, USER_MAX, count_present, &present);
    if (present != mapped)
        audit_error("M4: %lu entries lie outside every area", present - mapped);
}

static void audit_aspaces(void)
{
    audit_count(zero_frame);
    spin_lock(&all_lock);
    list_for_each (l, &all) {
        struct aspace *as = container_of(l, struct aspace, link);
        pagetable_audit(as->root);
        audit_rights(as);
    }
    spin_unlock(&all_lock);
}

void aspace_init(void)
{
    void *zero = kalloc_zeroed(FRAME_OTHER);
    if (!zero)
        panic("no memory for the zero frame");
    zero_frame = frame_of_page(zero);
    audit_register("address spaces", audit_aspaces);
}
