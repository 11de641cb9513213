#include "vm/area.h"
#include "errno.h"
#include "lib/panic.h"
#include "lib/string.h"
#include "mem/slab.h"
#include "riscv.h"

// => the first area that ends beyond va: the one that contains it, or the next
static unsigned index_of(const struct areas *as, uint64 va)
{
    unsigned low = 0, high = as->n;
    while (low < high) {
        unsigned mid = (low + high) / 2;
        if (as->area[mid].end <= va)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

struct area *areas_find(const struct areas *as, uint64 va)
{
    unsigned i = index_of(as, va);
    return i < as->n && as->area[i].start <= va ? &as->area[i] : NULL;
}

bool areas_free(const struct areas *as, uint64 start, uint64 end)
{
    unsigned i = index_of(as, start);
    return i == as->n || as->area[i].start >= end;
}

struct stretch areas_group(const struct areas *as, unsigned *i, uint64 block)
{
    const struct area *a = &as->area[*i], *stop = as->area + as->n;
    struct stretch s = { a->start, a->end };
    while (++a < stop && a->start <= ((s.end - 1) | (block - 1)))
        s.end = a->end;
    *i = (unsigned)(a - as->area);
    return s;
}

int areas_reserve(struct areas *as, unsigned more)
{
    if (as->n + more <= as->room)
        return 0;
    unsigned room = as->room ? 2 * as->room : 6;
    while (room < as->n + more)
        room *= 2;
    struct area *bigger = kmalloc(room * sizeof *bigger);
    if (!bigger)
        return -ENOMEM;
    if (as->n > 0)
        memcpy(bigger, as->area, as->n * sizeof *bigger);
    kmfree(as->area);
    as->area = bigger;
    as->room = room;
    return 0;
}

static struct area *open_slot(struct areas *as, unsigned i)
{
    if (as->n == as->room)
        panic("areas: no room was reserved");
    memmove(&as->area[i + 1], &as->area[i], (as->n - i) * sizeof *as->area);
    as->n++;
    return &as->area[i];
}

void areas_insert(struct areas *as, const struct area *a)
{
    *open_slot(as, index_of(as, a->start)) = *a;
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

void areas_split(struct areas *as, uint64 va)
{
    unsigned i = index_of(as, va);
    if (i == as->n || as->area[i].start >= va)
        return;
    struct area *upper = open_slot(as, i + 1);
    *upper = as->area[i];
    if (upper->object)
        object_map(upper->object);
    cut_back(&as->area[i], va);
    cut_front(upper, va);
}

unsigned areas_cut_adds(const struct areas *as, uint64 start, uint64 end)
{
    const struct area *a = areas_find(as, start);
    return a && a->start < start && end < a->end;
}

void areas_cut(struct areas *as, uint64 start, uint64 end)
{
    if (areas_cut_adds(as, start, end))
        areas_split(as, end);
    unsigned first = index_of(as, start);
    if (first < as->n && as->area[first].start < start)
        cut_back(&as->area[first++], start);
    unsigned i = first;
    for (; i < as->n && as->area[i].end <= end; i++)
        if (as->area[i].object)
            object_unmap(as->area[i].object);
    memmove(&as->area[first], &as->area[i], (as->n - i) * sizeof *as->area);
    as->n -= i - first;
    if (first < as->n && as->area[first].start < end)
        cut_front(&as->area[first], end);
}

static bool can_join(const struct area *a, const struct area *b)
{
    return a->end == b->start && a->prot == b->prot && a->heap == b->heap && !a->object &&
           !b->object;
}

void areas_join(struct areas *as, uint64 start, uint64 end)
{
    unsigned i = index_of(as, start);
    if (i > 0)
        i--;
    while (i + 1 < as->n && as->area[i].start < end) {
        struct area *a = &as->area[i];
        if (!can_join(a, a + 1)) {
            i++;
            continue;
        }
        a->end = a[1].end;
        memmove(a + 1, a + 2, (as->n - i - 2) * sizeof *a);
        as->n--;
    }
}

int areas_copy(struct areas *to, const struct areas *from)
{
    int err = areas_reserve(to, from->n);
    if (err || from->n == 0)
        return err;
    memcpy(to->area, from->area, from->n * sizeof *from->area);
    to->n = from->n;
    for (unsigned i = 0; i < to->n; i++)
        if (to->area[i].object)
            object_map(to->area[i].object);
    return 0;
}

// Large stretches begin where a table does: fork shares tables that lie in one area.
static uint64 alignment(uint64 size)
{
    return size >= 1UL << 30 ? 1UL << 30 : size >= 1UL << 21 ? 1UL << 21 : PGSIZE;
}

uint64 areas_find_room(const struct areas *as, uint64 size, uint64 bottom, uint64 top)
{
    for (unsigned i = as->n;; i--) {
        uint64 low = i > 0 ? as->area[i - 1].end : bottom;
        if (low < bottom)
            low = bottom;
        uint64 at = (top - size) & ~(alignment(size) - 1);
        if (low < top && top - low >= size && at >= low)
            return at;
        if (i == 0)
            return 0;
        if (as->area[i - 1].start < top)
            top = as->area[i - 1].start;
    }
}

void areas_clear(struct areas *as)
{
    for (unsigned i = 0; i < as->n; i++)
        if (as->area[i].object)
            object_unmap(as->area[i].object);
    kmfree(as->area);
    *as = (struct areas){ 0 };
}
