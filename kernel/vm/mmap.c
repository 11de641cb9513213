// Changing what an address space allows: mapping, unmapping, protecting stretches of it.

#include "errno.h"
#include "memlayout.h"
#include "riscv/tlb.h"
#include "vm/aspace.h"
#include "vm/pagetable.h"
#include "vm/space_priv.h"

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
            object_map(area->object);
        struct area a = *area;
        a.prot = with_read(a.prot);
        areas_insert(&as->areas, &a);
    }
    mutex_unlock(&as->lock);
    return err;
}

void aspace_set_top(struct aspace *as, uint64 top)
{
    mutex_lock(&as->lock);
    as->top = top;
    mutex_unlock(&as->lock);
}

uint64 aspace_find_room(struct aspace *as, uint64 size)
{
    mutex_lock(&as->lock);
    uint64 at = areas_find_room(&as->areas, size, MMAP_BOTTOM, as->top);
    mutex_unlock(&as->lock);
    return at;
}

void aspace_unlock(struct aspace *as)
{
    struct area *gone = areas_take_gone(&as->areas);
    mutex_unlock(&as->lock);
    areas_bury(gone);
}

int aspace_cut(struct aspace *as, uint64 start, uint64 end)
{
    int err = pte_own_edges(as->root, start, end);
    if (err)
        return err;
    areas_cut(&as->areas, start, end);
    pte_clear_range(as->root, start, end);
    return 0;
}

static int64 mmap_locked(struct aspace *as, uint64 addr, uint64 len, const struct area *what,
                         enum placement place)
{
    int err = areas_reserve(&as->areas, 2);
    if (err)
        return err;
    if (place == PLACE_EMPTY && !areas_free(&as->areas, addr, addr + len))
        return -EEXIST;
    if (place == PLACE_FIXED)
        err = aspace_cut(as, addr, addr + len);
    else if (place == PLACE_HINT && (addr % PGSIZE || !in_user_space(addr, len) ||
                                     !areas_free(&as->areas, addr, addr + len)))
        addr = areas_find_room(&as->areas, len, MMAP_BOTTOM, as->top);
    if (err || addr == 0)
        return -ENOMEM;
    struct area a = *what;
    a.start = addr;
    a.end = addr + len;
    a.bytes = a.object ? len : 0;
    a.prot = with_read(a.prot);
    area_refer(&a);
    areas_insert(&as->areas, &a);
    areas_join(&as->areas, addr, addr + len);
    return (int64)addr;
}

int64 aspace_mmap(struct aspace *as, uint64 addr, uint64 len, const struct area *what,
                  enum placement place)
{
    if (len == 0 || len > USER_MAX)
        return len ? -ENOMEM : -EINVAL;
    len = PGROUNDUP(len);
    if (place != PLACE_HINT && (addr % PGSIZE || !in_user_space(addr, len)))
        return -EINVAL;
    if (what->offset % PGSIZE)
        return -EINVAL;
    if (what->offset + len < len)
        return -EOVERFLOW;
    if (writable_code(what->prot))
        return -EACCES;
    mutex_lock(&as->lock);
    int64 at = mmap_locked(as, addr, len, what, place);
    aspace_unlock(as);
    return at;
}

int aspace_check_range(uint64 addr, uint64 *len)
{
    if (addr % PGSIZE || *len > USER_MAX || !in_user_space(addr, PGROUNDUP(*len)))
        return -EINVAL;
    *len = PGROUNDUP(*len);
    return 0;
}

int aspace_munmap(struct aspace *as, uint64 addr, uint64 len)
{
    int err = len == 0 ? -EINVAL : aspace_check_range(addr, &len);
    if (err)
        return err;
    mutex_lock(&as->lock);
    err = areas_reserve(&as->areas, areas_cut_adds(&as->areas, addr, addr + len));
    if (!err)
        err = aspace_cut(as, addr, addr + len);
    aspace_unlock(as);
    return err;
}

// Gives an entry the rights of its area, but never W at once: the frame may be shared.  An entry
// without R would be a pointer to a table (Sv39): a page that may not be read is withheld.
static void protect_entry(pte_t *e, uint64 va, bool shared, void *arg)
{
    const struct area *a = arg;
    if (pte_is_swapped(*e))
        return;
    if (!(a->prot & PROT_READ)) {
        *e = pte_make(pte_frame(*e), TAG_WITHHELD);
        return;
    }
    pte_t keep = a->prot & PROT_WRITE ? *e & PTE_W : 0;
    pte_t flags = PTE_USER | PTE_R | keep | (a->prot & PROT_EXEC ? PTE_X : 0);
    if (a->mapping.shared)
        flags |= PTE_SHARED;
    else if ((a->prot & PROT_WRITE) && !keep)
        flags |= PTE_COW;
    *e = pte_make(pte_frame(*e), flags);
}

bool aspace_all_mapped(struct aspace *as, uint64 start, uint64 end)
{
    while (start < end) {
        struct area *a = areas_find(&as->areas, start);
        if (!a)
            return false;
        start = a->end;
    }
    return true;
}

// => 0; -ENOMEM: a part is not mapped; -EACCES: a part shows a file that is not open for writing
static int may_protect(struct aspace *as, uint64 start, uint64 end, uint32 prot)
{
    if (!aspace_all_mapped(as, start, end))
        return -ENOMEM;
    for (const struct area *a = areas_find(&as->areas, start); a && a->start < end;
         a = areas_next(&as->areas, a))
        if (prot & PROT_WRITE && a->mapping.shared && !a->mapping.stores)
            return -EACCES;
    return 0;
}

static int protect_locked(struct aspace *as, uint64 start, uint64 end, uint32 prot)
{
    int err = may_protect(as, start, end, prot);
    if (!err)
        err = areas_reserve(&as->areas, 2);
    if (!err)
        err = pte_own_range(as->root, start, end);
    if (err)
        return err;
    areas_split(&as->areas, start);
    areas_split(&as->areas, end);
    for (uint64 at = start; at < end;) {
        struct area *a = areas_find(&as->areas, at);
        a->prot = prot;
        pte_each(as->root, a->start, a->end, protect_entry, a);
        at = a->end;
    }
    areas_join(&as->areas, start, end);
    tlb_flush_harts(root_harts(as->root));
    if (prot & PROT_EXEC)
        icache_flush_harts(root_harts(as->root));
    return 0;
}

int aspace_protect(struct aspace *as, uint64 addr, uint64 len, uint32 prot)
{
    int err = aspace_check_range(addr, &len);
    if (err)
        return err;
    prot = with_read(prot);
    if (writable_code(prot))
        return -EACCES;
    if (len == 0)
        return 0;
    mutex_lock(&as->lock);
    err = protect_locked(as, addr, addr + len, prot);
    aspace_unlock(as);
    return err;
}
