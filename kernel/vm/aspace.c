// The life of address spaces, what others ask of them, and their part of the audit (vm/aspace.h).
// Changing their areas is in mmap.c and heap.c, fork in uvmcopy.c, the fault decision in fault.c.

#include "vm/aspace.h"
#include "cache/memory_object.h"
#include "mem/audit.h"
#include "mem/share.h"
#include "mem/slab.h"
#include "memlayout.h"
#include "riscv/machine.h"
#include "vm/fault.h"
#include "vm/pagetable.h"
#include "vm/space_priv.h"
#include "vm/walk.h"

static struct obj_cache aspaces = OBJ_CACHE_INIT(aspaces, "aspace", sizeof(struct aspace));
static struct spinlock all_lock = SPINLOCK_INIT("all aspaces", RANK_PROC);
static struct list all = LIST_INIT(all); // by all_lock
static uint64 made;                      // by all_lock

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
    areas_init(&as->areas);
    as->top = USER_MAX;
    as->refs = 1;
    spin_lock(&all_lock);
    as->serial = ++made;
    list_push_back(&all, &as->link);
    spin_unlock(&all_lock);
    return as;
}

void aspace_get(struct aspace *as)
{
    __atomic_fetch_add(&as->refs, 1, __ATOMIC_RELAXED);
}

// Nobody runs the space any more.  This breathes, so it is done under the space's lock while the
// audit still finds the space in the list, and waits for that lock.
static void drop_pages(struct aspace *as)
{
    mutex_lock(&as->lock);
    for (struct area *a = areas_first(&as->areas); a;) {
        struct stretch s = areas_group(&as->areas, &a, LEAF_SPAN);
        pte_clear_dying(as->root, s.start, s.end);
    }
    areas_clear(&as->areas);
    aspace_unlock(as);
}

// Whoever sees one reference has the last: others that look at the space for a moment (the audit,
// ps) take and drop theirs like anybody.
void aspace_put(struct aspace *as)
{
    if (__atomic_load_n(&as->refs, __ATOMIC_ACQUIRE) == 1)
        drop_pages(as);
    if (__atomic_fetch_sub(&as->refs, 1, __ATOMIC_ACQ_REL) > 1)
        return;
    spin_lock(&all_lock);
    list_remove(&as->link);
    spin_unlock(&all_lock);
    drop_pages(as);
    share_promise(-(long)as->promised);
    frame_put(as->root);
    obj_free(&aspaces, as);
}

// Pages of an image that is charged when it starts, at the most.
#define PROMISE_MOST 256

void aspace_promise(struct aspace *as)
{
    uint64 pages = 0;
    mutex_lock(&as->lock);
    for (struct area *a = areas_first(&as->areas); a; a = areas_next(&as->areas, a))
        if (a->prot & PROT_WRITE)
            pages += (a->end - a->start) >> PGSHIFT;
    if (pages <= PROMISE_MOST) {
        for (struct area *a = areas_first(&as->areas); a; a = areas_next(&as->areas, a))
            a->image = a->prot & PROT_WRITE;
        as->promised = pages;
        share_promise((long)pages);
    }
    mutex_unlock(&as->lock);
}

void count_entry(pte_t *e, uint64 va, bool shared, void *arg)
{
    ++*(uint64 *)arg;
}

struct usage {
    uint64 pages, shared;
};

static void count_usage(pte_t *e, uint64 va, bool shared, void *arg)
{
    struct usage *u = arg;
    if (pte_is_swapped(*e))
        return;
    u->pages++;
    u->shared += shared || frame_refs(pte_frame(*e)) > 1;
}

void aspace_usage(struct aspace *as, uint64 *pages, uint64 *shared, uint64 *size)
{
    struct usage u = { 0, 0 };
    *size = 0;
    mutex_lock(&as->lock);
    for (struct area *a = areas_first(&as->areas); a; a = areas_next(&as->areas, a)) {
        *size += a->end - a->start;
        pte_each(as->root, a->start, a->end, count_usage, &u);
    }
    mutex_unlock(&as->lock);
    *pages = u.pages;
    *shared = u.shared;
}

struct census {
    struct kine_area *area;
    uint64 table; // where the last table that was counted begins
};

static void count_table(struct census *c, uint64 va, bool shared)
{
    uint64 table = va & ~(LEAF_SPAN - 1);
    if (c->area->tables > 0 && table == c->table)
        return;
    c->table = table;
    c->area->tables++;
    c->area->tables_shared += shared;
}

static void count_page(pte_t *e, uint64 va, bool shared, void *arg)
{
    struct census *c = arg;
    count_table(c, va, shared);
    if (pte_is_swapped(*e)) {
        c->area->swapped++;
        return;
    }
    c->area->present++;
    c->area->shared += shared || entry_refs(*e) > 1;
    c->area->cow += *e & PTE_COW || (shared && *e & PTE_W);
}

bool aspace_describe(struct aspace *as, uint64 from, struct kine_area *out)
{
    *out = (struct kine_area){ 0 };
    mutex_lock(&as->lock);
    const struct area *a = areas_beyond(&as->areas, from);
    if (a) {
        out->start = a->start;
        out->end = a->end;
        out->offset = a->offset;
        out->prot = a->prot;
        out->flags = (a->mapping.shared ? KINE_AREA_SHARED : 0) |
                     (a->object ? KINE_AREA_OBJECT : 0) | (a->heap ? KINE_AREA_HEAP : 0);
        pte_each(as->root, a->start, a->end, count_page, &(struct census){ out, 0 });
    }
    mutex_unlock(&as->lock);
    return a != NULL;
}

struct own {
    uint64 pages;
    uint32 refs; // that a frame has which only this space has
};

static void count_own(pte_t *e, uint64 va, bool shared, void *arg)
{
    struct own *own = arg;
    own->pages += !shared && entry_refs(*e) == (pte_is_swapped(*e) ? 1 : own->refs);
}

// => does the area show memory that goes when it does?  The cache has one reference more to its
//    pages
static bool is_last_map(const struct area *a)
{
    return a->mapping.shared && a->object->kept &&
           __atomic_load_n(&a->object->refs, __ATOMIC_RELAXED) == 1;
}

uint64 aspace_own(struct aspace *as)
{
    mutex_lock(&as->lock);
    struct own own = { .pages = pte_own_tables(as->root) };
    for (struct area *a = areas_first(&as->areas); a; a = areas_next(&as->areas, a)) {
        bool last = is_last_map(a);
        own.refs = last ? 2 : 1;
        own.pages += last ? __atomic_load_n(&a->object->elsewhere, __ATOMIC_RELAXED) : 0;
        pte_each(as->root, a->start, a->end, count_own, &own);
    }
    mutex_unlock(&as->lock);
    return own.pages;
}

void aspace_entry(struct aspace *as, uint64 va, struct kine_pte *out)
{
    *out = (struct kine_pte){ 0 };
    if (va >= USER_MAX)
        return;
    mutex_lock(&as->lock);
    pte_t *e = entry_at(as->root, va, 0);
    if (e && *e) {
        out->tables = pte_sharers(as->root, va);
        out->refs = entry_refs(*e);
        out->pte = *e;
        if (out->tables > 1 && *e & PTE_W)
            out->pte = (*e & ~PTE_W) | PTE_COW;
    }
    mutex_unlock(&as->lock);
}

// M4: an entry lies in an area and never allows more than it.
struct rights {
    const struct area *area;
    uint64 mapped;
};

static void audit_entry(pte_t *e, uint64 va, bool shared, void *arg)
{
    struct rights *r = arg;
    uint32 prot = r->area->prot;
    r->mapped++;
    if ((*e & (PTE_W | PTE_COW) && !(prot & PROT_WRITE)) || (*e & PTE_X && !(prot & PROT_EXEC)))
        audit_error("M4: entry %lx at %p allows more than its area", *e, (void *)va);
    enum entry_kind kind = pte_kind(*e);
    bool withheld = kind == ENTRY_WITHHELD;
    if (kind != ENTRY_SWAPPED && withheld != !(prot & PROT_READ))
        audit_error("M4: entry %lx at %p is withheld, or is not, against its area", *e, (void *)va);
    if (kind == ENTRY_PAGE && !(*e & PTE_SHARED) != !r->area->mapping.shared)
        audit_error("M4: entry %lx at %p is shared, or is not, against its area", *e, (void *)va);
    if (kind == ENTRY_SWAPPED && r->area->mapping.shared)
        audit_error("M4: entry %lx at %p has a slot of its own in a shared map", *e, (void *)va);
    if (shared && r->area->live)
        audit_error("M3: page %p of an object that may change is in a shared table", (void *)va);
}

static void audit_rights(struct aspace *as)
{
    struct rights r = { NULL, 0 };
    for (struct area *a = areas_first(&as->areas); a; a = areas_next(&as->areas, a)) {
        r.area = a;
        pte_each(as->root, a->start, a->end, audit_entry, &r);
    }
    uint64 present = pte_total(as->root);
    if (present != r.mapped)
        audit_error("M4: %lu entries lie outside every area", present - r.mapped);
}

// => is the space still used?  Then with a reference for the caller.
static bool get_used(struct aspace *as)
{
    uint32 refs = __atomic_load_n(&as->refs, __ATOMIC_RELAXED);
    while (refs > 0)
        if (__atomic_compare_exchange_n(&as->refs, &refs, refs + 1, true, __ATOMIC_RELAXED,
                                        __ATOMIC_RELAXED))
            return true;
    return false;
}

struct aspace *aspace_from(uint64 serial)
{
    struct aspace *found = NULL;
    spin_lock(&all_lock);
    for (struct list *l = all.next; l != &all && !found; l = l->next) {
        struct aspace *as = container_of(l, struct aspace, link);
        found = as->serial >= serial && get_used(as) ? as : NULL;
    }
    spin_unlock(&all_lock);
    return found;
}

struct aspace *aspace_next(struct aspace *as)
{
    struct aspace *next = aspace_from(as ? as->serial + 1 : 0);
    if (as)
        aspace_put(as);
    return next;
}

// Each is audited under its lock: its tables and areas cannot go while they are looked at.
static void audit_aspaces(void)
{
    audit_count(zero_frame);
    for (struct aspace *as = aspace_next(NULL); as; as = aspace_next(as)) {
        mutex_lock(&as->lock);
        pagetable_audit(as->root);
        audit_rights(as);
        mutex_unlock(&as->lock);
    }
}

void aspace_init(void)
{
    void *zero = kalloc_zeroed(FRAME_OTHER);
    if (!zero)
        machine_too_small();
    zero_frame = frame_of_page(zero);
    mapped_init();
    memory_objects_init();
    audit_register("address spaces", audit_aspaces);
}
