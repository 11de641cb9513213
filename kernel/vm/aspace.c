// The life of address spaces, what others ask of them, and their part of the audit (vm/aspace.h).
// Changing their areas is in mmap.c and heap.c, fork in uvmcopy.c, the fault decision in fault.c.

#include "vm/aspace.h"
#include "mem/audit.h"
#include "mem/slab.h"
#include "memlayout.h"
#include "riscv/machine.h"
#include "vm/fault.h"
#include "vm/pagetable.h"
#include "vm/space_priv.h"

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

void count_entry(pte_t *e, uint64 va, void *arg)
{
    ++*(uint64 *)arg;
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
    uint64 mapped = 0;
    for (unsigned i = 0; i < as->areas.n; i++) {
        const struct area *a = &as->areas.area[i];
        pte_each(as->root, a->start, a->end, count_entry, &mapped);
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
    uint64 present = pte_total(as->root);
    if (present != mapped)
        audit_error("M4: %lu entries lie outside every area", present - mapped);
}

// => the first address space after `as` (NULL: of all) that somebody still uses, with a reference;
// the one to `as` ends here.
static struct aspace *next_in_use(struct aspace *as)
{
    struct aspace *next = NULL;
    spin_lock(&all_lock);
    for (struct list *l = as ? as->link.next : all.next; l != &all && !next; l = l->next) {
        struct aspace *a = container_of(l, struct aspace, link);
        uint32 refs = __atomic_load_n(&a->refs, __ATOMIC_RELAXED);
        while (refs > 0 && !__atomic_compare_exchange_n(&a->refs, &refs, refs + 1, true,
                                                        __ATOMIC_RELAXED, __ATOMIC_RELAXED))
            ;
        next = refs > 0 ? a : NULL;
    }
    spin_unlock(&all_lock);
    if (as)
        aspace_put(as);
    return next;
}

// Each is audited under its lock: its tables and areas cannot go while they are looked at.
static void audit_aspaces(void)
{
    audit_count(zero_frame);
    for (struct aspace *as = next_in_use(NULL); as; as = next_in_use(as)) {
        mutex_lock(&as->lock);
        pagetable_audit(as->root);
        kmalloc_audit(as->areas.area);
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
    audit_register("address spaces", audit_aspaces);
}
