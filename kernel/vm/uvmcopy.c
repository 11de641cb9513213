// Fork's copy of an address space: nothing is copied but tables (vm/aspace.h, docs/memory.md).

#include "errno.h"
#include "riscv/tlb.h"
#include "vm/aspace.h"
#include "vm/pagetable.h"

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
        tlb_flush_harts(root_harts(parent->root));
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
