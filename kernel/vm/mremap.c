// mremap: what is mapped gets another length, and another place if need be (vm/aspace.h).
//
// Entries move, not bytes.  They move by runs (vm/walk.h), in tables of the highest level at which
// both places are alike: where the distance is a multiple of 2 MiB, a leaf table goes as one entry,
// shared or not.  What lies at the new place changes places with it, and is dropped with the old
// place.  So all that can fail (tables that must be made, or owned) comes before anything is
// changed.

#include "errno.h"
#include "memlayout.h"
#include "riscv/tlb.h"
#include "task/thread.h"
#include "vm/space_priv.h"
#include "vm/walk.h"

// The entries that go from one place to another; the places do not overlap.
struct move {
    struct frame *root;
    uint64 from, to, len;
};

// => the run that begins `done` bytes from the beginning; of it and of its counterpart at the other
// place the entries lie in one table each
static struct run run_of(const struct move *m, uint64 done)
{
    uint64 distance = m->to - m->from;
    int top = ROOT_LEVEL;
    while (top > 0 && distance % SPAN(top))
        top--;
    struct run r = run_at(m->from + done, m->from + m->len, top);
    uint64 border = next_boundary(r.va + distance, SPAN(r.level + 1)) - distance;
    if (r.stop > border)
        r.stop = border;
    return r;
}

static bool has_entries(const struct move *m, uint64 va, const struct run *r)
{
    const pte_t *e = entry_at(m->root, va, r->level);
    return e && next_entry(e, e + run_length(r)) < e + run_length(r);
}

// Owns the way to what moves, and makes the tables for it.
static int reserve(const struct move *m)
{
    struct run r;
    for (uint64 done = 0; done < m->len; done = r.stop - m->from) {
        r = run_of(m, done);
        if (!has_entries(m, m->from + done, &r) && !has_entries(m, m->to + done, &r))
            continue;
        if (!own_entry_at(m->root, m->from + done, r.level) ||
            !own_entry_at(m->root, m->to + done, r.level))
            return -ENOMEM;
        if (thread_breathe())
            return -EINTR;
    }
    return 0;
}

static void exchange_run(const struct move *m, uint64 done, const struct run *r)
{
    pte_t *a = entry_at(m->root, m->from + done, r->level);
    pte_t *b = entry_at(m->root, m->to + done, r->level);
    if (!a || !b) // nothing is in either
        return;
    uint32 here = 0, there = 0;
    for (uint64 i = 0; i < run_length(r); i++) {
        pte_t old = a[i];
        here += old != 0;
        there += b[i] != 0;
        a[i] = b[i];
        __atomic_store_n(&b[i], old, __ATOMIC_RELEASE);
    }
    table_home(a)->next += there - here;
    table_home(b)->next += here - there;
}

static void exchange(const struct move *m)
{
    struct run r;
    for (uint64 done = 0; done < m->len; done = r.stop - m->from) {
        r = run_of(m, done);
        exchange_run(m, done, &r);
        thread_breathe();
    }
}

// Frees the tables at both places that have no entry.
static void trim(const struct move *m)
{
    struct run r;
    for (uint64 done = 0; done < m->len; done = r.stop - m->from) {
        r = run_of(m, done);
        pte_trim(m->root, m->from + done);
        pte_trim(m->root, m->to + done);
    }
}

// Enters an area that is not empty, with its object counted.  `of`: whose pages it gets; or NULL
static void enter(struct aspace *as, const struct area *a, struct area *of)
{
    if (a->start == a->end)
        return;
    area_refer(a);
    struct area *entered = areas_insert(&as->areas, a);
    if (of)
        area_inherit(entered, of);
}

static void leave(struct aspace *as, uint64 start, uint64 end)
{
    if (start == end)
        return;
    areas_cut(&as->areas, start, end);
    pte_clear_range(as->root, start, end);
}

// Changes areas and entries; the room for both is there.  What lies at the new place goes.
static void move(struct aspace *as, const struct move *m, const struct remap *r)
{
    const struct area *a = areas_find(&as->areas, m->from);
    struct area moved = area_part(a, m->from, m->len, m->to);
    struct area more = area_beyond(&moved, r->new_len - m->len, m->to + m->len);
    moved.heap = more.heap = false;
    areas_cut(&as->areas, m->to, m->to + r->new_len);
    enter(as, &moved, areas_find(&as->areas, m->from));
    enter(as, &more, NULL);
    exchange(m);
    tlb_flush_harts(root_harts(as->root));
    leave(as, m->from, m->from + r->old_len);
    pte_clear_range(as->root, m->to + m->len, m->to + r->new_len);
    trim(m);
    areas_join(&as->areas, m->to, m->to + r->new_len);
}

// => the new place
static int64 move_to(struct aspace *as, const struct remap *r, uint64 to)
{
    uint64 keep = r->old_len < r->new_len ? r->old_len : r->new_len;
    struct move m = { as->root, r->from, to, keep };
    int err = reserve(&m);
    if (!err && r->old_len > 0)
        err = pte_own_edges(as->root, r->from, r->from + r->old_len);
    if (!err && keep < r->new_len)
        err = pte_own_edges(as->root, to + keep, to + r->new_len);
    if (err) {
        trim(&m);
        return err;
    }
    move(as, &m, r);
    return (int64)to;
}

static int64 move_anywhere(struct aspace *as, const struct remap *r)
{
    uint64 to = areas_find_room(&as->areas, r->new_len, MMAP_BOTTOM, as->top);
    return to && r->flags & MREMAP_MAYMOVE ? move_to(as, r, to) : -ENOMEM;
}

static bool grows_in_place(const struct areas *as, const struct remap *r, const struct area *a)
{
    uint64 end = r->from + r->new_len;
    return r->from + r->old_len == a->end && r->old_len > 0 && end <= USER_MAX &&
           areas_free(as, a->end, end);
}

static int64 grow(struct aspace *as, const struct remap *r, const struct area *a)
{
    if (!grows_in_place(&as->areas, r, a))
        return move_anywhere(as, r);
    struct area more = area_beyond(a, r->new_len - r->old_len, a->end);
    enter(as, &more, NULL);
    areas_join(&as->areas, r->from, r->from + r->new_len);
    return (int64)r->from;
}

static int64 shrink(struct aspace *as, const struct remap *r)
{
    uint64 len = r->old_len;
    if (r->new_len == r->old_len)
        return (int64)r->from;
    int err = aspace_check_range(r->from, &len);
    if (!err)
        err = aspace_cut(as, r->from + r->new_len, r->from + r->old_len);
    return err ? err : (int64)r->from;
}

// => may the part of area `a` that is kept become that long?
static int may_resize(const struct remap *r, const struct area *a)
{
    uint64 offset = a->offset + (r->from - a->start);
    uint64 keep = r->old_len < r->new_len ? r->old_len : r->new_len, len = r->old_len;
    if (keep == 0 && !a->mapping.shared)
        return -EINVAL;
    if (keep > a->end - r->from)
        return -EFAULT;
    if (r->new_len > USER_MAX)
        return -ENOMEM;
    if (aspace_check_range(r->from, &len) != 0)
        return -EINVAL;
    return a->live && offset + r->new_len < offset ? -EINVAL : 0;
}

static int64 remap_locked(struct aspace *as, const struct remap *r)
{
    const struct area *a = areas_find(&as->areas, r->from);
    if (!a)
        return -EFAULT;
    bool stays = !(r->flags & MREMAP_FIXED);
    int err = areas_reserve(&as->areas, 4);
    if (!err && stays && r->new_len <= r->old_len)
        return shrink(as, r);
    if (!err)
        err = may_resize(r, a);
    if (err)
        return err;
    return stays ? grow(as, r, a) : move_to(as, r, r->to);
}

// => is what the caller asks for a sensible question?
static bool may_ask(const struct remap *r)
{
    uint64 len = r->new_len;
    if (r->flags & ~(MREMAP_MAYMOVE | MREMAP_FIXED) || r->from % PGSIZE || r->new_len == 0)
        return false;
    if (!(r->flags & MREMAP_FIXED))
        return true;
    bool apart = r->to + r->new_len <= r->from || r->from + r->old_len <= r->to;
    return r->flags & MREMAP_MAYMOVE && aspace_check_range(r->to, &len) == 0 &&
           r->old_len <= USER_MAX && apart;
}

int64 aspace_remap(struct aspace *as, const struct remap *what)
{
    struct remap r = *what;
    r.old_len = PGROUNDUP(r.old_len);
    r.new_len = PGROUNDUP(r.new_len);
    if (!may_ask(&r))
        return -EINVAL;
    mutex_lock(&as->lock);
    int64 at = remap_locked(as, &r);
    aspace_unlock(as);
    return at;
}
