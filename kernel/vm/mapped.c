// What the changes of an object do to the areas that show it (cache/mapping.h).
//
// Their pages stand in tables of their own space only (vm/table.h), so its lock is enough.

#include "errno.h"
#include "memlayout.h"
#include "riscv/tlb.h"
#include "vm/space_priv.h"
#include "vm/walk.h"

static struct area *area_of(struct mapping *m)
{
    return container_of(m, struct area, mapping);
}

static struct aspace *space_of(const struct area *a)
{
    return container_of(a->home, struct aspace, areas);
}

static bool try_hold(struct mapping *m)
{
    return mutex_trylock(&space_of(area_of(m))->lock);
}

static void take_w(pte_t *e, uint64 va, bool shared, void *changed)
{
    if (*e & PTE_W) {
        *e &= ~PTE_W;
        *(bool *)changed = true;
    }
}

static void protect(struct mapping *m)
{
    const struct area *a = area_of(m);
    struct aspace *as = space_of(a);
    bool changed = false;
    if (m->stores)
        pte_each(as->root, a->start, a->end, take_w, &changed);
    if (changed)
        tlb_flush_harts(root_harts(as->root));
    mutex_unlock(&as->lock);
}

// => where the area has page `index` of the object, or its start or end if it lies before or behind
static uint64 place_of(const struct area *a, uint64 index)
{
    uint64 first = a->offset >> PGSHIFT, pages = (a->end - a->start) >> PGSHIFT;
    if (index <= first)
        return a->start;
    return index - first < pages ? a->start + ((index - first) << PGSHIFT) : a->end;
}

static bool shows(struct frame *root, uint64 va, const struct frame *f)
{
    const pte_t *e = entry_at(root, va, 0);
    return e && pte_kind(*e) == ENTRY_PAGE && pte_frame(*e) == f;
}

// only: of the page at `start`, and of those behind it.  Those that go lie together, mostly.
static void forget_frames(struct frame *root, uint64 start, uint64 end, struct frame *const *only)
{
    for (uint64 va = start; va < end; va += PGSIZE) {
        uint64 from = va;
        while (va < end && shows(root, va, only[(va - start) >> PGSHIFT]))
            va += PGSIZE;
        if (from < va)
            pte_clear_range(root, from, va);
    }
}

static void forget(struct mapping *m, uint64 first, uint64 end, struct frame *const *only)
{
    const struct area *a = area_of(m);
    struct aspace *as = space_of(a);
    uint64 from = place_of(a, first), to = place_of(a, end);
    if (only && from < to)
        forget_frames(as->root, from, to, only + (object_index(a, from) - first));
    else if (!only)
        pte_clear_range(as->root, from, to);
    mutex_unlock(&as->lock);
}

// Holes are passed over.
// => the object of the first shared area in [*at, end), counted, and *at behind that area; NULL:
//    none
static struct object *next_shared(struct aspace *as, uint64 *at, uint64 end)
{
    struct object *found = NULL;
    mutex_lock(&as->lock);
    for (struct area *a = areas_beyond(&as->areas, *at); a && a->start < end && !found;
         a = areas_next(&as->areas, a)) {
        found = a->mapping.shared ? a->object : NULL;
        *at = a->end;
    }
    if (found)
        object_get(found);
    mutex_unlock(&as->lock);
    return found;
}

int aspace_sync(struct aspace *as, uint64 addr, uint64 len, bool wait)
{
    int mapped = aspace_is_mapped(as, addr, len), err = 0;
    if (mapped == -EINVAL)
        return mapped;
    struct object *obj;
    for (uint64 at = addr; wait && !err && (obj = next_shared(as, &at, addr + len)) != NULL;) {
        err = obj->ops->sync(obj);
        object_put(obj);
    }
    return err ? err : mapped;
}

static const struct mapping_ops ops = { .try_hold = try_hold,
                                        .protect = protect,
                                        .forget = forget };

void mapped_init(void)
{
    mapping_register(&ops);
}
