// The heap and its pages: moving the break, making pages present ahead of their first touch, and
// giving them back.

#include "errno.h"
#include "mem/reclaim.h"
#include "mem/share.h"
#include "memlayout.h"
#include "riscv/hart.h"
#include "task/thread.h"
#include "vm/aspace.h"
#include "vm/fault.h"
#include "vm/pagetable.h"
#include "vm/space_priv.h"

#define POPULATE_STEP 64 // pages populated before others may have the lock

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
    if (end == old_end)
        return 0;
    bool grow = end > old_end;
    int err = areas_reserve(&as->areas, grow ? 1 : areas_cut_adds(&as->areas, end, old_end));
    if (err)
        return err;
    if (!grow)
        return aspace_cut(as, end, old_end);
    if (!areas_free(&as->areas, old_end, end))
        return -ENOMEM;
    areas_insert(&as->areas,
                 &(struct area){
                     .start = old_end, .end = end, .heap = true, .prot = PROT_READ | PROT_WRITE });
    areas_join(&as->areas, old_end, end);
    return 0;
}

uint64 aspace_brk(struct aspace *as, uint64 brk)
{
    mutex_lock(&as->lock);
    if (brk >= as->heap_start && brk <= USER_MAX && resize_heap(as, PGROUNDUP(brk)) == 0)
        as->brk = brk;
    uint64 now = as->brk;
    aspace_unlock(as);
    return now;
}

// => is there room for `pages` that can be refused, here or in swap space?
static bool has_room(uint64 pages)
{
    return share_has_in_all(pages, SHARE_MARGIN);
}

// Makes one page present.
static int populate_page(struct aspace *as, uint64 va, bool write)
{
    struct frame *ignored;
    pte_t *e = pte_find(as->root, va);
    if (e && *e & PTE_V && (!write || *e & PTE_W))
        return 0;
    if (write && !has_room(1))
        return -ENOMEM;
    int err = fault_in(as, va, write ? ACCESS_WRITE : ACCESS_READ, &ignored);
    return !err || err == -ENOMEM || err == -EINTR ? err : -EFAULT;
}

static int populate_step(struct aspace *as, uint64 start, uint64 end, bool write)
{
    int err = 0;
    mutex_lock(&as->lock);
    for (uint64 va = start; va < end && !err; va += PGSIZE)
        err = populate_page(as, va, write);
    mutex_unlock(&as->lock);
    return err;
}

// => 0; -ENOMEM: a part is not mapped, or clearly there is not enough
static int may_populate(struct aspace *as, uint64 start, uint64 end, bool write)
{
    uint64 present = 0;
    mutex_lock(&as->lock);
    bool mapped = aspace_all_mapped(as, start, end);
    if (mapped)
        pte_each(as->root, start, end, count_entry, &present);
    mutex_unlock(&as->lock);
    if (!mapped)
        return -ENOMEM;
    return write && !has_room((end - start) / PGSIZE - present) ? -ENOMEM : 0;
}

int aspace_populate(struct aspace *as, uint64 addr, uint64 len, bool write)
{
    int err = aspace_check_range(addr, &len);
    uint64 end = addr + len;
    if (!err)
        err = may_populate(as, addr, end, write);
    for (uint64 va = addr; va < end && !err; va += POPULATE_STEP * PGSIZE) {
        uint64 stop = end - va < POPULATE_STEP * PGSIZE ? end : va + POPULATE_STEP * PGSIZE;
        err = populate_step(as, va, stop, write);
        if (err == -ENOMEM && reclaim_wait())
            err = populate_step(as, va, stop, write);
        if (thread_breathe_at_rest() && !err)
            err = -EINTR;
    }
    return err;
}

int aspace_discard(struct aspace *as, uint64 addr, uint64 len)
{
    int err = aspace_check_range(addr, &len);
    if (err)
        return err;
    mutex_lock(&as->lock);
    err = pte_own_edges(as->root, addr, addr + len);
    if (!err) {
        pte_clear_range(as->root, addr, addr + len);
        err = aspace_all_mapped(as, addr, addr + len) ? 0 : -ENOMEM;
    }
    mutex_unlock(&as->lock);
    return err;
}
