#include "vm/area.h"
#include "errno.h"
#include "lib/panic.h"
#include "mem/slab.h"
#include "riscv.h"

static struct obj_cache nodes = OBJ_CACHE_INIT(nodes, "area", sizeof(struct area));

void areas_init(struct areas *as)
{
    *as = (struct areas){ 0 };
    list_init(&as->order);
}

static struct area *area_at(const struct areas *as, const struct list *l)
{
    return l == &as->order ? NULL : container_of(l, struct area, link);
}

struct area *areas_first(const struct areas *as)
{
    return area_at(as, as->order.next);
}

struct area *areas_next(const struct areas *as, const struct area *a)
{
    return area_at(as, a->link.next);
}

struct area *areas_prev(const struct areas *as, const struct area *a)
{
    return area_at(as, a->link.prev);
}

struct area *areas_beyond(const struct areas *as, uint64 va)
{
    struct area *found = NULL;
    for (struct area *a = as->root; a;) {
        if (a->end > va) {
            found = a;
            a = a->left;
        } else {
            a = a->right;
        }
    }
    return found;
}

struct area *areas_find(const struct areas *as, uint64 va)
{
    struct area *a = areas_beyond(as, va);
    return a && a->start <= va ? a : NULL;
}

bool areas_free(const struct areas *as, uint64 start, uint64 end)
{
    struct area *a = areas_beyond(as, start);
    return !a || a->start >= end;
}

struct stretch areas_group(const struct areas *as, struct area **first, uint64 block)
{
    struct area *a = *first;
    bool live = a->live;
    struct stretch s = { a->start, a->end };
    while ((a = areas_next(as, a)) != NULL && !live && !a->live &&
           a->start <= ((s.end - 1) | (block - 1)))
        s.end = a->end;
    *first = a;
    return s;
}

// --- the tree -----------------------------------------------------------------------------------

// A generator of ranks (xorshift); any sequence without a pattern will do.
static uint32 next_rank(void)
{
    static uint32 state = 2463534242u;
    uint32 x = __atomic_load_n(&state, __ATOMIC_RELAXED);
    x ^= x << 13;
    x ^= x >> 17;
    x ^= x << 5;
    __atomic_store_n(&state, x, __ATOMIC_RELAXED);
    return x;
}

// Takes the tree `t` apart: what begins below `start` to *left, the rest to *right.
static void take_apart(struct area *t, uint64 start, struct area **left, struct area **right)
{
    while (t) {
        if (t->start < start) {
            *left = t;
            left = &t->right;
            t = t->right;
        } else {
            *right = t;
            right = &t->left;
            t = t->left;
        }
    }
    *left = *right = NULL;
}

// Puts two trees together at *where; all of `left` begins below all of `right`.
static void put_together(struct area *left, struct area *right, struct area **where)
{
    while (left && right) {
        if (left->rank > right->rank) {
            *where = left;
            where = &left->right;
            left = left->right;
        } else {
            *where = right;
            where = &right->left;
            right = right->left;
        }
    }
    *where = left ? left : right;
}

void area_refer(const struct area *a)
{
    if (a->object && a->live)
        object_get(a->object);
    else if (a->object)
        object_map(a->object);
}

void area_unrefer(const struct area *a)
{
    if (a->object && a->live)
        object_put(a->object);
    else if (a->object)
        object_unmap(a->object);
}

// Links a node into tree and list, behind `before` (NULL: as the first).
static void link_area(struct areas *as, struct area *a, struct area *before)
{
    struct area **where = &as->root;
    while (*where && (*where)->rank >= a->rank)
        where = a->start < (*where)->start ? &(*where)->left : &(*where)->right;
    take_apart(*where, a->start, &a->left, &a->right);
    *where = a;
    list_push_front(before ? &before->link : &as->order, &a->link);
    as->n++;
    a->home = as;
    if (a->live)
        mapping_add(a->object, &a->mapping);
}

static void unlink_area(struct areas *as, struct area *a)
{
    struct area **where = &as->root;
    while (*where != a)
        where = a->start < (*where)->start ? &(*where)->left : &(*where)->right;
    put_together(a->left, a->right, where);
    list_remove(&a->link);
    as->n--;
    if (a->live)
        mapping_remove(a->object, &a->mapping);
}

// It is out of the tree, and waits for areas_bury().
static void put_aside(struct areas *as, struct area *a)
{
    a->right = as->gone;
    as->gone = a;
}

void area_inherit(struct area *a, struct area *of)
{
    if (a->live)
        mapping_inherit(a->object, &a->mapping, &of->mapping);
}

// --- changes ------------------------------------------------------------------------------------

int areas_reserve(struct areas *as, unsigned more)
{
    if (as->n + more > AREAS_MAX)
        return -ENOMEM;
    while (as->nspare < more) {
        struct area *a = obj_alloc(&nodes);
        if (!a)
            return -ENOMEM;
        a->right = as->spare;
        as->spare = a;
        as->nspare++;
    }
    return 0;
}

// Inserts a copy of *from behind `before`.
static struct area *insert_behind(struct areas *as, const struct area *from, struct area *before)
{
    struct area *a = as->spare;
    if (!a)
        panic("areas: no room was reserved");
    as->spare = a->right;
    as->nspare--;
    *a = *from;
    a->rank = next_rank();
    link_area(as, a, before);
    return a;
}

struct area *areas_insert(struct areas *as, const struct area *a)
{
    struct area *next = areas_beyond(as, a->start);
    return insert_behind(as, a, area_at(as, next ? next->link.prev : as->order.prev));
}

// Moves the beginning of an area up.
static void cut_front(struct area *a, uint64 start)
{
    uint64 gone = start - a->start;
    a->start = start;
    a->offset += gone;
    a->bytes = a->bytes > gone ? a->bytes - gone : 0;
}

static void cut_back(struct area *a, uint64 end)
{
    a->end = end;
    if (a->bytes > end - a->start)
        a->bytes = end - a->start;
}

struct area area_part(const struct area *a, uint64 start, uint64 len, uint64 at)
{
    struct area part = *a;
    cut_front(&part, start);
    cut_back(&part, start + len);
    part.start = at;
    part.end = at + len;
    return part;
}

struct area area_beyond(const struct area *a, uint64 len, uint64 at)
{
    struct area beyond = *a;
    beyond.start = at;
    beyond.end = at + len;
    beyond.image = false;
    if (!a->live)
        beyond.object = NULL;
    beyond.offset = beyond.object ? a->offset + (a->end - a->start) : 0;
    beyond.bytes = beyond.object ? len : 0;
    return beyond;
}

void areas_split(struct areas *as, uint64 va)
{
    struct area *a = areas_find(as, va);
    if (!a || a->start == va)
        return;
    struct area upper = *a;
    area_refer(&upper);
    cut_back(a, va);
    cut_front(&upper, va);
    area_inherit(insert_behind(as, &upper, a), a);
}

unsigned areas_cut_adds(const struct areas *as, uint64 start, uint64 end)
{
    const struct area *a = areas_find(as, start);
    return a && a->start < start && end < a->end;
}

// A hole ends at `end`, or goes to the top: the search for room begins there again, unless it begins
// at the top in any case.
static void note_hole(struct areas *as, uint64 end)
{
    if (as->room_below > 0 && as->room_below < end)
        as->room_below = end;
}

void areas_cut(struct areas *as, uint64 start, uint64 end)
{
    if (areas_cut_adds(as, start, end))
        areas_split(as, end);
    struct area *a = areas_beyond(as, start), *next;
    if (a && a->start < start) {
        next = areas_next(as, a);
        cut_back(a, start);
        a = next;
    }
    for (; a && a->end <= end; a = next) {
        next = areas_next(as, a);
        unlink_area(as, a);
        put_aside(as, a);
    }
    if (a && a->start < end)
        cut_front(a, end);
    note_hole(as, a ? a->start : ~0UL);
}

static bool can_join(const struct area *a, const struct area *b)
{
    bool object_goes_on = !a->object || (a->live && a->offset + (a->end - a->start) == b->offset);
    return a->end == b->start && a->prot == b->prot && a->heap == b->heap && a->image == b->image &&
           a->object == b->object && a->live == b->live && a->mapping.shared == b->mapping.shared &&
           a->mapping.stores == b->mapping.stores && object_goes_on;
}

void areas_join(struct areas *as, uint64 start, uint64 end)
{
    struct area *a = areas_beyond(as, start), *next;
    if (a && areas_prev(as, a))
        a = areas_prev(as, a);
    while (a && a->start < end && (next = areas_next(as, a)) != NULL) {
        if (!can_join(a, next)) {
            a = next;
            continue;
        }
        area_inherit(a, next);
        unlink_area(as, next);
        a->end = next->end;
        a->bytes += next->bytes;
        put_aside(as, next);
    }
}

int areas_copy(struct areas *to, const struct areas *from)
{
    int err = areas_reserve(to, from->n);
    struct area *last = NULL;
    for (struct area *a = areas_first(from); a && !err; a = areas_next(from, a)) {
        area_refer(a);
        last = insert_behind(to, a, last);
        area_inherit(last, a);
    }
    to->room_below = from->room_below;
    to->room_size = from->room_size;
    return err;
}

// Large stretches begin where a table does: fork shares tables that lie in one area.
static uint64 alignment(uint64 size)
{
    return size >= 1UL << 30 ? 1UL << 30 : size >= 1UL << 21 ? 1UL << 21 : PGSIZE;
}

static void note_skipped(struct areas *as, uint64 hole)
{
    if (as->room_size <= hole)
        as->room_size = hole + 1;
}

// From the top down; but not again through holes that are known to be too small.
uint64 areas_find_room(struct areas *as, uint64 size, uint64 bottom, uint64 top)
{
    if (size < as->room_size || as->room_below == 0) {
        as->room_below = top;
        as->room_size = 0;
    }
    uint64 high = as->room_below < top ? as->room_below : top;
    struct area *beyond = areas_beyond(as, high - 1);
    if (beyond && beyond->start < high)
        high = beyond->start;
    struct area *a = area_at(as, beyond ? beyond->link.prev : as->order.prev);
    for (;; a = areas_prev(as, a)) {
        uint64 low = a && a->end > bottom ? a->end : bottom;
        uint64 at = (high - size) & ~(alignment(size) - 1);
        if (low < high && high - low >= size && at >= low) {
            note_skipped(as, high - at - size);
            as->room_below = at + size;
            return at;
        }
        if (!a || a->start <= bottom)
            return 0;
        note_skipped(as, high - low);
        high = as->room_below = a->start;
    }
}

// --- the end ------------------------------------------------------------------------------------

struct area *areas_take_gone(struct areas *as)
{
    struct area *gone = as->gone;
    as->gone = NULL;
    return gone;
}

void areas_bury(struct area *gone)
{
    for (struct area *next; gone; gone = next) {
        next = gone->right;
        area_unrefer(gone);
        obj_free(&nodes, gone);
    }
}

void areas_clear(struct areas *as)
{
    for (struct area *a = areas_first(as), *next; a; a = next) {
        next = areas_next(as, a);
        if (a->live)
            mapping_remove(a->object, &a->mapping);
        put_aside(as, a);
    }
    for (struct area *a = as->spare, *next; a; a = next) {
        next = a->right;
        obj_free(&nodes, a);
    }
    struct area *gone = as->gone;
    areas_init(as);
    as->gone = gone;
}
