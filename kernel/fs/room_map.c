// Which pages of a directory have room (fs/room_map.h).

#include "fs/room_map.h"
#include "fs/format.h"
#include "mem/audit.h"
#include "mem/frame.h"
#include "mem/slab.h"

#define LEAVES_MIN 16
#define LEAVES_MAX (FS_BLOCK / 2) // all nodes in a page
#define UNIT       8
#define PLENTY     255 // of units; more than any name wants

static uint8 to_units(uint32 bytes)
{
    return bytes / UNIT < PLENTY ? (uint8)(bytes / UNIT) : PLENTY;
}

static void set_leaf(struct room_map *m, uint64 leaf, uint8 units)
{
    uint64 n = m->leaves + leaf;
    m->most[n] = units;
    for (n /= 2; n > 0; n /= 2)
        m->most[n] = m->most[2 * n] > m->most[2 * n + 1] ? m->most[2 * n] : m->most[2 * n + 1];
}

bool room_map_make(struct room_map *m, uint64 pages)
{
    *m = (struct room_map){ .leaves = LEAVES_MIN };
    while (m->leaves < 2 * pages && m->leaves < LEAVES_MAX)
        m->leaves *= 2;
    while ((uint64)m->leaves << m->shift < 2 * pages)
        m->shift++;
    m->most = kmalloc_zeroed(2 * m->leaves);
    if (m->most == NULL)
        return false;
    for (uint64 page = 0; page < pages; page += 1UL << m->shift)
        set_leaf(m, page >> m->shift, PLENTY);
    return true;
}

void room_map_free(struct room_map *m)
{
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
    if (m->most[n] < wanted)
        return false;
    while (n < m->leaves)
        n = m->most[2 * n] >= wanted ? 2 * n : 2 * n + 1;
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
    if (m->most[m->leaves + (page >> m->shift)] < to_units(bytes))
        room_map_set(m, page, bytes);
}

void room_map_audit(const struct room_map *m)
{
    if (2 * m->leaves > KMALLOC_OBJ) // a page of its own
        audit_count(frame_of_page(m->most));
}
