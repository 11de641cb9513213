// Fork's copy of an address space: nothing is copied but a few tables (vm/aspace.h,
// docs/memory.md).
//
// Areas that lie so close together that they meet in a leaf table are one group.  The tables that
// reach beyond a group are copied, entry by entry: small areas lie in few of them, and what a
// program uses most is there.  A table within is shared as it is: parked in the entries of both
// sides, so that whoever touches it first pays for it, if anybody does.  What that costs does not
// depend on what hangs under it.
//
// A live area is a group of its own, and its entries are always copied, for its pages may not stand
// in shared tables; what MAP_SHARED shows not even that: the child finds it with the object.

#include "errno.h"
#include "mem/share.h"
#include "riscv/tlb.h"
#include "task/thread.h"
#include "vm/aspace.h"
#include "vm/walk.h"

#define SHARE_MIN 64 // entries

struct group {
    uint64 start, end;
    int top; // the level of the tables whose entries are shared, at the highest
};

static bool any_entry(const pte_t *e, uint64 n)
{
    for (const pte_t *stop = e + n; e < stop; e++)
        if (*e != 0)
            return true;
    return false;
}

// Makes the child's tables that the entries of the group will lie in, but none that would stay
// empty.
static int reserve(struct frame *parent, struct frame *child, const struct group *g)
{
    struct run r;
    for (uint64 va = g->start; va < g->end; va = r.stop) {
        r = run_at(va, g->end, g->top);
        const pte_t *e = entry_at(parent, va, r.level);
        if (e && any_entry(e, run_length(&r)) && !own_entry_at(child, va, r.level))
            return -ENOMEM;
    }
    return 0;
}

// => whether the parent's entries have changed
static bool share_entries(pte_t *e, pte_t *child, uint64 n, int level)
{
    struct frame *home = table_home(child);
    pte_t all = 0;
    uint32 shared = 0;
    for (pte_t *stop = e + n; e < stop; e++, child++) {
        if (*e == 0)
            continue;
        all |= *e;
        *child = table_share_entry(e, level);
        shared++;
    }
    home->next += shared;
    return all & (level > 0 ? PTE_V : PTE_W);
}

static bool share(struct frame *parent, struct frame *child, const struct group *g)
{
    struct run r;
    bool changed = false;
    for (uint64 va = g->start; va < g->end; va = r.stop) {
        r = run_at(va, g->end, g->top);
        pte_t *e = entry_at(parent, va, r.level), *c = entry_at(child, va, r.level);
        if (e && c) // else there is nothing to be shared
            changed |= share_entries(e, c, run_length(&r), r.level);
    }
    return changed;
}

// The next group, with its last leaf table counted as within if that has enough entries to be worth
// a fault later: the top of a large heap.
static struct group next_group(const struct aspace *as, struct area **a)
{
    const struct area *first = *a;
    struct stretch s = areas_group(&as->areas, a, LEAF_SPAN);
    if (first->live)
        return (struct group){ first->mapping.shared ? s.end : s.start, s.end, 0 };
    uint64 border = next_boundary(s.end - 1, LEAF_SPAN);
    bool alone = s.start < border - LEAF_SPAN && (!*a || (*a)->start >= border);
    pte_t *e = alone ? entry_at(as->root, s.end - 1, 0) : NULL;
    if (e && table_home(e)->next >= SHARE_MIN)
        s.end = border;
    return (struct group){ s.start, s.end, ROOT_LEVEL };
}

// Two walks over the areas: all that can fail comes before anything is changed.
int uvmcopy(struct aspace *parent, struct aspace *child)
{
    bool changed = false;
    int err = 0;
    for (struct area *a = areas_first(&parent->areas); a && !err;) {
        struct group g = next_group(parent, &a);
        err = reserve(parent->root, child->root, &g);
        if (!err)
            err = thread_breathe();
    }
    for (struct area *a = areas_first(&parent->areas); a && !err;) {
        struct group g = next_group(parent, &a);
        changed |= share(parent->root, child->root, &g);
        thread_breathe();
    }
    // Until this fence a hart may still store through a translation from before, to a page the
    // child has already: the lock is dropped only afterwards.
    if (changed)
        tlb_flush_harts(root_harts(parent->root));
    return err;
}

struct aspace *aspace_fork(struct aspace *parent)
{
    struct aspace *child = aspace_new();
    if (!child)
        return NULL;
    mutex_lock(&parent->lock);
    mutex_trylock(&child->lock); // nobody else has it: objects lead to it once its areas are there
    child->heap_start = parent->heap_start;
    child->brk = parent->brk;
    child->top = parent->top;
    child->promised = parent->promised;
    child->sigpage = __atomic_load_n(&parent->sigpage, __ATOMIC_ACQUIRE);
    share_promise((long)child->promised);
    int err = areas_copy(&child->areas, &parent->areas);
    if (!err)
        err = uvmcopy(parent, child);
    mutex_unlock(&child->lock);
    mutex_unlock(&parent->lock);
    if (!err)
        return child;
    aspace_put(child);
    return NULL;
}
