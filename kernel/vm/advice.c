// What a program says of its memory that changes nothing it sees, and what it asks about it
// (vm/aspace.h).

#include "cache/object.h"
#include "errno.h"
#include "vm/space_priv.h"
#include "vm/walk.h"

int aspace_is_mapped(struct aspace *as, uint64 addr, uint64 len)
{
    int err = aspace_check_range(addr, &len);
    if (err)
        return err;
    mutex_lock(&as->lock);
    bool mapped = aspace_all_mapped(as, addr, addr + len);
    mutex_unlock(&as->lock);
    return mapped ? 0 : -ENOMEM;
}

// => does a part of the range show an object?
static bool shows_object(const struct aspace *as, uint64 start, uint64 end)
{
    for (const struct area *a = areas_first(&as->areas); a; a = areas_next(&as->areas, a))
        if (a->object && a->start < end && a->end > start)
            return true;
    return false;
}

// The pages go at once: whoever has not stored to them again may find zeros at any moment.
int aspace_free_lazily(struct aspace *as, uint64 addr, uint64 len)
{
    int err = aspace_check_range(addr, &len);
    if (err)
        return err;
    mutex_lock(&as->lock);
    bool refused = shows_object(as, addr, addr + len);
    mutex_unlock(&as->lock);
    return refused ? -EINVAL : aspace_discard(as, addr, len);
}

static bool is_resident(struct aspace *as, const struct area *a, uint64 va)
{
    const pte_t *e = entry_at(as->root, va, 0);
    bool swapped = e && pte_is_swapped(*e);
    if (!swapped && e && *e)
        return true;
    if (!swapped && !a->live)
        return false;
    struct frame *f = swapped ? object_page_now(&swap_object, pte_slot(*e))
                              : object_page_now(a->object, object_index(a, va));
    if (f)
        frame_put(f);
    return f != NULL;
}

int aspace_resident(struct aspace *as, uint64 addr, uint64 pages, uchar *out)
{
    int err = 0;
    mutex_lock(&as->lock);
    for (uint64 i = 0; i < pages && !err; i++) {
        const struct area *a = areas_find(&as->areas, addr + i * PGSIZE);
        if (a)
            out[i] = is_resident(as, a, addr + i * PGSIZE);
        else
            err = -ENOMEM;
    }
    mutex_unlock(&as->lock);
    return err;
}
