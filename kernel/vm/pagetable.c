// Finding an entry, owning the path to it, and walking over all of them.

#include "vm/pagetable.h"
#include "errno.h"
#include "mem/kmap.h"
#include "memlayout.h"
#include "riscv/tlb.h"
#include "task/thread.h"
#include "vm/walk.h"

struct frame *root_new(void)
{
    struct frame *root = table_new(ROOT_LEVEL);
    if (!root)
        return NULL;
    kmap_share(table_of(root));
    root->active = 0;
    return root;
}

void pte_fill(pte_t *e, pte_t value)
{
    // A walker on another hart sees the entry only after the page it names is complete.
    __atomic_store_n(e, value, __ATOMIC_RELEASE);
    table_home(e)->next++;
}

pte_t *entry_at(struct frame *root, uint64 va, int level)
{
    pagetable_t table = table_of(root);
    for (int l = ROOT_LEVEL; l > level; l--) {
        pte_t e = table[index_at(va, l)];
        if (e == 0)
            return NULL;
        table = table_of(pte_frame(e));
    }
    return &table[index_at(va, level)];
}

pte_t *pte_find(struct frame *root, uint64 va)
{
    pagetable_t table = table_of(root);
    for (int l = ROOT_LEVEL; l > 0; l--) {
        pte_t e = table[index_at(va, l)];
        if (!(e & PTE_V))
            return NULL;
        table = phys_to_virt(PTE2PA(e));
    }
    return &table[index_at(va, 0)];
}

// --- owning a path ------------------------------------------------------------------------------

struct frame *table_add(pte_t *e, int level)
{
    struct frame *made = table_new(level - 1);
    if (made)
        pte_fill(e, pte_table(made));
    return made;
}

// A copy takes the place of a table that others have too.
static struct frame *own_copy(struct frame *root, pte_t *e)
{
    struct frame *shared = pte_frame(*e), *copy = table_copy(shared);
    if (!copy)
        return NULL;
    bool reached = *e & PTE_V;
    __atomic_store_n(e, pte_table(copy), __ATOMIC_RELEASE);
    if (reached) // harts may remember the way through the old one, which may be freed by others
        tlb_flush_harts(root_harts(root));
    table_put(shared);
    return copy;
}

// => the table that an entry of an owned table of `level` names, owned; NULL if out of memory
static struct frame *own_below(struct frame *root, pte_t *e, int level)
{
    if (*e == 0)
        return table_add(e, level);
    struct frame *table = pte_frame(*e);
    if (table_is_shared(table))
        return own_copy(root, e);
    if (!(*e & PTE_V)) // the others are gone
        __atomic_store_n(e, pte_table(table), __ATOMIC_RELEASE);
    return table;
}

pte_t *own_entry_at(struct frame *root, uint64 va, int level)
{
    struct frame *table = root;
    for (int l = ROOT_LEVEL; l > level; l--) {
        table = own_below(root, &table_of(table)[index_at(va, l)], l);
        if (!table) {
            pte_trim(root, va);
            return NULL;
        }
    }
    return &table_of(table)[index_at(va, level)];
}

pte_t *pte_own(struct frame *root, uint64 va)
{
    return own_entry_at(root, va, 0);
}

pte_t *pte_reach(struct frame *root, uint64 va)
{
    pte_t *mid = own_entry_at(root, va, 1);
    if (!mid)
        return NULL;
    if (*mid != 0) {
        struct frame *leaf = pte_frame(*mid);
        pte_t *e = &table_of(leaf)[index_at(va, 0)];
        if (table_is_shared(leaf) && *e & PTE_V) {
            table_seal(leaf);
            __atomic_store_n(mid, pte_table(leaf), __ATOMIC_RELEASE);
            return e;
        }
    }
    return pte_own(root, va);
}

// A table is unlinked, then forgotten by every hart, then freed.
void pte_trim(struct frame *root, uint64 va)
{
    for (int level = 1; level <= ROOT_LEVEL; level++) {
        pte_t *e = entry_at(root, va, level);
        if (!e || *e == 0)
            continue;
        struct frame *table = pte_frame(*e);
        if (table->next > 0)
            return;
        *e = 0;
        table_home(e)->next--;
        tlb_flush_harts(root_harts(root));
        frame_put(table);
    }
}

// Owns, of the tables on the way to va, those that also have entries beyond `edge`.
static int own_edge(struct frame *root, uint64 va, uint64 edge)
{
    pte_t *e = &table_of(root)[index_at(va, ROOT_LEVEL)];
    for (int level = ROOT_LEVEL; level > 0 && edge % SPAN(level) && *e; level--) {
        struct frame *table = own_below(root, e, level);
        if (!table)
            return -ENOMEM;
        e = &table_of(table)[index_at(va, level - 1)];
    }
    return 0;
}

int pte_own_edges(struct frame *root, uint64 start, uint64 end)
{
    int err = own_edge(root, start, start);
    return err ? err : own_edge(root, end - 1, end);
}

// --- walking ------------------------------------------------------------------------------------

// => the first address at or after va, below end, that has a table below the one of `level`, of
// which e is va's entry; where that one ends if there is none
static uint64 skip_empty(const pte_t *e, int level, uint64 va, uint64 end)
{
    uint64 first = va & ~(SPAN(level) - 1), stop = min(end, next_boundary(va, SPAN(level + 1)));
    uint64 n = (stop - first + SPAN(level) - 1) / SPAN(level);
    uint64 empty = (uint64)(next_entry(e, e + n) - e);
    return empty ? min(stop, first + empty * SPAN(level)) : va;
}

uint64 skip_holes(struct frame *root, uint64 va, uint64 end)
{
    while (va < end) {
        uint64 from = va;
        va = skip_empty(entry_at(root, va, ROOT_LEVEL), ROOT_LEVEL, va, end);
        if (va == from)
            va = skip_empty(entry_at(root, va, 1), 1, va, end);
        if (va == from)
            return va;
    }
    return end;
}

int pte_own_range(struct frame *root, uint64 start, uint64 end)
{
    for (uint64 va = skip_holes(root, start, end); va < end; va = skip_holes(root, va, end)) {
        if (!pte_own(root, va))
            return -ENOMEM;
        if (thread_breathe())
            return -EINTR;
        va = next_boundary(va, LEAF_SPAN);
    }
    return 0;
}

void pte_each(struct frame *root, uint64 start, uint64 end, pte_visitor *fn, void *arg)
{
    for (uint64 va = skip_holes(root, start, end); va < end; va = skip_holes(root, va, end)) {
        uint64 stop = min(end, next_boundary(va, LEAF_SPAN));
        pte_t *mid = entry_at(root, va, 1), *e = entry_at(root, va, 0);
        bool shared = table_is_shared(table_home(mid)) || table_is_shared(table_home(e));
        for (; va < stop; va += PGSIZE, e++)
            if (*e)
                fn(e, va, shared, arg);
        thread_breathe();
    }
}

uint64 pte_total(struct frame *root)
{
    uint64 total = 0;
    for (uint64 va = 0; (va = skip_holes(root, va, USER_MAX)) < USER_MAX; va += LEAF_SPAN)
        total += table_home(entry_at(root, va, 0))->next;
    return total;
}

uint64 pte_own_tables(struct frame *root)
{
    uint64 own = 1;
    const struct frame *last = NULL;
    for (uint64 va = 0; (va = skip_holes(root, va, USER_MAX)) < USER_MAX; va += LEAF_SPAN) {
        const struct frame *mid = table_home(entry_at(root, va, 1));
        if (table_is_shared(mid))
            continue;
        own += mid != last;
        own += !table_is_shared(table_home(entry_at(root, va, 0)));
        last = mid;
    }
    return own;
}

uint32 pte_sharers(struct frame *root, uint64 va)
{
    uint32 most = 1;
    for (int level = 1; level >= 0; level--) {
        pte_t *e = entry_at(root, va, level);
        if (e && frame_refs(table_home(e)) > most)
            most = frame_refs(table_home(e));
    }
    return most;
}
