#include "cache/slot_map.h"
#include "cache/swap.h"
#include "errno.h"
#include "mem/audit.h"
#include "mem/frame.h"

#define WORDS (PGSIZE / sizeof(uint64))
#define BITS  9

static unsigned word_at(uint64 index, int level)
{
    return index >> (BITS * level) & (WORDS - 1);
}

static bool holds(const struct slot_map *m, uint64 index)
{
    return m->root && index >> (BITS * (m->level + 1)) == 0;
}

// => the word for an index; NULL if a page above it is missing
static uint64 *find(const struct slot_map *m, uint64 index)
{
    uint64 *node = holds(m, index) ? m->root : NULL;
    for (int level = m->level; node && level > 0; level--)
        node = (uint64 *)node[word_at(index, level)];
    return node ? &node[word_at(index, 0)] : NULL;
}

uint64 slot_map_get(const struct slot_map *m, uint64 index)
{
    const uint64 *word = find(m, index);
    return word ? *word : 0;
}

void slot_map_set(struct slot_map *m, uint64 index, uint64 slot)
{
    *find(m, index) = slot;
}

// The root becomes the first page below a new one.
static bool grow(struct slot_map *m)
{
    uint64 *root = kalloc_zeroed(FRAME_OTHER);
    if (!root)
        return false;
    root[0] = (uint64)m->root;
    m->level += m->root != NULL;
    m->root = root;
    return true;
}

int slot_map_reserve(struct slot_map *m, uint64 index)
{
    while (!holds(m, index))
        if (!grow(m))
            return -ENOMEM;
    uint64 *node = m->root;
    for (int level = m->level; level > 0; level--) {
        uint64 *word = &node[word_at(index, level)];
        if (*word == 0)
            *word = (uint64)kalloc_zeroed(FRAME_OTHER);
        if (*word == 0)
            return -ENOMEM;
        node = (uint64 *)*word;
    }
    return 0;
}

// => the first index from `from` on below a page of `level`, counted from where that begins
static uint64 next_below(const uint64 *node, int level, uint64 from)
{
    for (unsigned i = word_at(from, level); i < WORDS; i++, from = (uint64)i << (BITS * level)) {
        if (node[i] == 0)
            continue;
        uint64 first = (uint64)i << (BITS * level);
        uint64 in = level > 0 ? next_below((const uint64 *)node[i], level - 1, from - first) : 0;
        if (in != SLOT_MAP_END)
            return first + in;
    }
    return SLOT_MAP_END;
}

uint64 slot_map_next(const struct slot_map *m, uint64 from)
{
    return holds(m, from) ? next_below(m->root, m->level, from) : SLOT_MAP_END;
}

static void free_below(uint64 *node, int level)
{
    for (unsigned i = 0; level > 0 && i < WORDS; i++)
        if (node[i])
            free_below((uint64 *)node[i], level - 1);
    kfree(node);
}

void slot_map_free(struct slot_map *m)
{
    if (m->root)
        free_below(m->root, m->level);
    m->root = NULL;
    m->level = 0;
}

static void audit_below(const uint64 *node, int level)
{
    audit_count(frame_of_page(node));
    for (unsigned i = 0; i < WORDS; i++) {
        if (node[i] && level > 0)
            audit_below((const uint64 *)node[i], level - 1);
        else if (node[i])
            swap_audit_count(node[i]);
    }
}

void slot_map_audit(const struct slot_map *m)
{
    if (m->root)
        audit_below(m->root, m->level);
}
