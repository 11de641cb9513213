// Which pages of a directory have room (fs/room_map.h).

#include "fs/room_map.h"
#include "fs/format.h"
#include "mem/slab.h"
#include "task/thread.h"

#define LEAVES_MIN 16
#define LEAVES_MAX (FS_BLOCK / sizeof(uint8 *) * FS_BLOCK / 2) // a page of pages of nodes
#define UNIT       8
#define PLENTY     255 // of units; more than any name wants

static uint8 to_units(uint32 bytes)
{
    return bytes / UNIT < PLENTY ? (uint8)(bytes / UNIT) : PLENTY;
}

static uint8 *node(const struct room_map *m, uint64 n)
{
    return &m->most[n / FS_BLOCK][n % FS_BLOCK];
}

static uint64 page_count(const struct room_map *m)
{
    return (2UL * m->leaves + FS_BLOCK - 1) / FS_BLOCK;
}

// Bytes of each page of nodes: less than a page if there is but one.
static size_t page_size(const struct room_map *m)
{
    return 2UL * m->leaves < FS_BLOCK ? 2UL * m->leaves : FS_BLOCK;
}

static void set_leaf(struct room_map *m, uint64 leaf, uint8 units)
{
    uint64 n = m->leaves + leaf;
    *node(m, n) = units;
    for (n /= 2; n > 0; n /= 2) {
        uint8 left = *node(m, 2 * n), right = *node(m, 2 * n + 1);
        *node(m, n) = left > right ? left : right;
    }
}

static bool make_nodes(struct room_map *m)
{
    m->most = kmalloc_zeroed(page_count(m) * sizeof m->most[0]);
    for (uint64 i = 0; m->most != NULL && i < page_count(m); i++) {
        m->most[i] = kmalloc_zeroed(page_size(m));
        if (m->most[i] == NULL)
            return false; // what there is goes with the map
    }
    return m->most != NULL;
}

bool room_map_make(struct room_map *m, uint64 pages)
{
    *m = (struct room_map){ .leaves = LEAVES_MIN };
    while (m->leaves < 2 * pages && m->leaves < LEAVES_MAX)
        m->leaves *= 2;
    while ((uint64)m->leaves << m->shift < 2 * pages)
        m->shift++;
    if (!make_nodes(m))
        return false;
    for (uint64 page = 0; page < pages; page += 1UL << m->shift) {
        set_leaf(m, page >> m->shift, PLENTY);
        thread_breathe();
    }
    return true;
}

void room_map_free(struct room_map *m)
{
    for (uint64 i = 0; m->most != NULL && i < page_count(m); i++)
        kmfree(m->most[i]);
    kmfree(m->most);
}

bool room_map_holds(const struct room_map *m, uint64 page)
{
    return page >> m->shift < m->leaves;
}

bool room_map_find(const struct room_map *m, uint32 bytes, uint64 *first, uint64 *npages)
{
    uint64 n = 1;
    uint8 wanted = to_units(bytes);
    if (*node(m, n) < wanted)
        return false;
    while (n < m->leaves)
        n = *node(m, 2 * n) >= wanted ? 2 * n : 2 * n + 1;
    *first = (n - m->leaves) << m->shift;
    *npages = 1UL << m->shift;
    return true;
}

void room_map_set(struct room_map *m, uint64 page, uint32 bytes)
{
    set_leaf(m, page >> m->shift, to_units(bytes));
}

void room_map_raise(struct room_map *m, uint64 page, uint32 bytes)
{
    if (*node(m, m->leaves + (page >> m->shift)) < to_units(bytes))
        room_map_set(m, page, bytes);
}

void room_map_audit(const struct room_map *m)
{
    kmalloc_audit(m->most);
    for (uint64 i = 0; i < page_count(m); i++)
        kmalloc_audit(m->most[i]);
}
