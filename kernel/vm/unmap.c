// Emptying a stretch of an address space (vm/pagetable.h: pte_clear_range, pte_clear_dying).
//
// A table that lies in the stretch whole is unlinked, and all that hangs under it goes in one
// piece; one at the edge is emptied entry by entry, and goes if nothing is left in it.  Frames and
// tables are unlinked first, then forgotten by the harts that run the space, then dropped.

#include "riscv/tlb.h"
#include "vm/walk.h"

// What waits for the fence after which it may be dropped.
#define GATHER 64
struct gathered {
    struct frame *root;
    bool dying; // it need not wait
    unsigned n;
    struct {
        pte_t entry;
        int level; // of the table in which it was
    } of[GATHER];
};

static void drop(pte_t e, int level)
{
    if (level > 0)
        table_put(pte_frame(e));
    else
        entry_put(e);
}

static void drop_gathered(struct gathered *g)
{
    if (g->n > 0)
        tlb_flush_harts(root_harts(g->root));
    for (unsigned i = 0; i < g->n; i++)
        drop(g->of[i].entry, g->of[i].level);
    g->n = 0;
}

static void gather(struct gathered *g, pte_t e, int level)
{
    g->of[g->n].entry = e;
    g->of[g->n++].level = level;
    if (g->n == GATHER)
        drop_gathered(g);
}

static void gather_entries(struct gathered *g, pte_t *e, uint64 n, int level)
{
    for (pte_t *stop = e + n; e < stop; e++) {
        if (*e == 0)
            continue;
        pte_t old = *e;
        *e = 0;
        table_home(e)->next--;
        gather(g, old, level);
    }
}

// Of a dying space: entries of pages stay as they are, for nobody will look, but count as gone.
static void drop_entries(pte_t *e, uint64 n, int level)
{
    struct frame *home = table_home(e);
    uint32 gone = 0;
    for (pte_t *stop = e + n; e < stop; e++) {
        if (*e == 0)
            continue;
        pte_t old = *e;
        gone++;
        if (level > 0)
            *e = 0;
        drop(old, level);
    }
    home->next -= gone;
}

static void clear_entries(struct gathered *g, pte_t *e, uint64 n, int level)
{
    if (g->dying)
        drop_entries(e, n, level);
    else
        gather_entries(g, e, n, level);
}

// Clears one run, and the tables above it that have no entry left.  Of a dying space a shared table
// on the way goes whole: none of its entries will be asked for again.
static void clear_run(struct gathered *g, const struct run *r)
{
    pte_t *way[ROOT_LEVEL + 1];
    struct frame *table = g->root;
    int level = ROOT_LEVEL;
    for (; level > r->level; level--) {
        way[level] = &table_of(table)[index_at(r->va, level)];
        if (*way[level] == 0)
            return;
        table = pte_frame(*way[level]);
        if (g->dying && table_is_shared(table))
            break;
    }
    if (level == r->level)
        clear_entries(g, &table_of(table)[index_at(r->va, level)], run_length(r), level);
    else
        clear_entries(g, way[level], 1, level);
    while (++level <= ROOT_LEVEL && pte_frame(*way[level])->next == 0)
        clear_entries(g, way[level], 1, level);
}

static void clear(struct frame *root, uint64 start, uint64 end, bool dying)
{
    struct gathered g;
    struct run r;
    g.root = root;
    g.dying = dying;
    g.n = 0;
    for (uint64 va = start; va < end; va = r.stop) {
        r = run_at(va, end, ROOT_LEVEL);
        clear_run(&g, &r);
    }
    drop_gathered(&g);
}

void pte_clear_range(struct frame *root, uint64 start, uint64 end)
{
    clear(root, start, end, false);
}

void pte_clear_dying(struct frame *root, uint64 start, uint64 end)
{
    clear(root, start, end, true);
}
