#include "vm/pagetable.h"
#include "errno.h"
#include "lib/panic.h"
#include "mem/audit.h"
#include "mem/kmap.h"
#include "memlayout.h"
#include "riscv/hart.h"
#include "riscv/tlb.h"

#define SPAN(level) (1UL << (12 + 9 * (level))) // what one entry of a table of this level covers
#define LEAF_SPAN   SPAN(1)                     // what one leaf table covers
#define USER_ROOT   256                         // entries of the root below the kernel's

static pagetable_t table_of(const struct frame *f)
{
    return frame_page(f);
}

// The table that a valid inner entry names.
static inline pagetable_t table_below(pte_t e)
{
    return phys_to_virt(PTE2PA(e));
}

static unsigned index_at(uint64 va, int level)
{
    return va >> (12 + 9 * level) & 511;
}

// The table that an entry lies in.
static struct frame *home(const pte_t *e)
{
    return frame_of_page((const void *)((uint64)e & ~(PGSIZE - 1UL)));
}

struct frame *root_new(void)
{
    pagetable_t t = kalloc_zeroed(FRAME_TABLE);
    if (!t)
        return NULL;
    kmap_share(t);
    struct frame *root = frame_of_page(t);
    root->active = 0;
    return root;
}

void pte_fill(pte_t *e, pte_t value)
{
    // A walker on another hart sees the entry only after the page it names is complete.
    __atomic_store_n(e, value, __ATOMIC_RELEASE);
    home(e)->next++;
}

// => the entry for va at `level`, or NULL if a table above it is missing
static pte_t *entry_at(struct frame *root, uint64 va, int level)
{
    pagetable_t table = table_of(root);
    for (int l = 2; l > level; l--) {
        pte_t e = table[index_at(va, l)];
        if (!(e & PTE_V))
            return NULL;
        table = table_below(e);
    }
    return &table[index_at(va, level)];
}

pte_t *pte_find(struct frame *root, uint64 va)
{
    return entry_at(root, va, 0);
}

// Frees the tables above va that have no entries left.  A table is unlinked, then forgotten by
// every hart, then freed.
static void trim(struct frame *root, uint64 va, bool dying)
{
    for (int level = 1; level <= 2; level++) {
        pte_t *e = entry_at(root, va, level);
        if (!e || !(*e & PTE_V))
            continue;
        struct frame *table = pte_frame(*e);
        if (table->next > 0)
            return;
        *e = 0;
        home(e)->next--;
        if (!dying)
            tlb_flush_harts(root_harts(root));
        frame_put(table);
    }
}

pte_t *pte_find_or_make(struct frame *root, uint64 va)
{
    pagetable_t table = table_of(root);
    for (int l = 2; l > 0; l--) {
        pte_t *e = &table[index_at(va, l)];
        if (!(*e & PTE_V)) {
            void *below = kalloc_zeroed(FRAME_TABLE);
            if (!below) {
                trim(root, va, false);
                return NULL;
            }
            pte_fill(e, PA2PTE(virt_to_phys(below)) | PTE_V);
        }
        table = table_below(*e);
    }
    return &table[index_at(va, 0)];
}

void pte_trim(struct frame *root, uint64 va)
{
    trim(root, va, false);
}

static uint64 min(uint64 a, uint64 b)
{
    return a < b ? a : b;
}

static uint64 next_boundary(uint64 va, uint64 span)
{
    return (va & ~(span - 1)) + span;
}

// => the first address at or after va, below end, that has a leaf table; end if there is none
static uint64 skip_holes(struct frame *root, uint64 va, uint64 end)
{
    while (va < end) {
        pte_t *mid = entry_at(root, va, 1);
        if (mid && (*mid & PTE_V))
            return va;
        va = next_boundary(va, mid ? LEAF_SPAN : SPAN(2));
    }
    return end;
}

void pte_each(struct frame *root, uint64 start, uint64 end, pte_visitor *fn, void *arg)
{
    for (uint64 va = skip_holes(root, start, end); va < end; va = skip_holes(root, va, end)) {
        uint64 stop = min(end, next_boundary(va, LEAF_SPAN));
        for (pte_t *e = pte_find(root, va); va < stop; va += PGSIZE, e++)
            if (*e)
                fn(e, va, arg);
    }
}

uint64 pte_total(struct frame *root)
{
    uint64 total = 0;
    for (uint64 va = 0; (va = skip_holes(root, va, USER_MAX)) < USER_MAX; va += LEAF_SPAN)
        total += home(pte_find(root, va))->next;
    return total;
}

// Frames that wait for the fence after which they may be dropped.
#define GATHER 64
struct gathered {
    struct frame *root;
    bool dying;
    unsigned n;
    struct frame *frame[GATHER];
};

static void drop_gathered(struct gathered *g)
{
    if (!g->dying && g->n > 0)
        tlb_flush_harts(root_harts(g->root));
    for (unsigned i = 0; i < g->n; i++)
        frame_put(g->frame[i]);
    g->n = 0;
}

static void clear_entry(pte_t *e, struct gathered *g)
{
    if (g->dying) {
        frame_put(pte_frame(*e));
    } else {
        g->frame[g->n++] = pte_frame(*e);
    }
    *e = 0;
    home(e)->next--;
    if (g->n == GATHER)
        drop_gathered(g);
}

void pte_clear_range(struct frame *root, uint64 start, uint64 end, bool dying)
{
    struct gathered g;
    g.root = root;
    g.dying = dying;
    g.n = 0;
    for (uint64 va = skip_holes(root, start, end); va < end; va = skip_holes(root, va, end)) {
        uint64 stop = min(end, next_boundary(va, LEAF_SPAN)), at = va;
        for (pte_t *e = pte_find(root, va); va < stop; va += PGSIZE, e++)
            if (*e)
                clear_entry(e, &g);
        drop_gathered(&g);
        trim(root, at, dying);
    }
}

int uvmcopy_reserve(struct frame *parent, struct frame *child, uint64 start, uint64 end)
{
    for (uint64 va = skip_holes(parent, start, end); va < end; va = skip_holes(parent, va, end)) {
        if (!pte_find_or_make(child, va))
            return -ENOMEM;
        va = next_boundary(va, LEAF_SPAN);
    }
    return 0;
}

// One leaf table's worth.  A page that may be written becomes read-only with PTE_COW on both sides;
// what is read-only already is shared as it is.
static bool share_entries(pte_t *from, pte_t *to, size_t n)
{
    bool lost_w = false;
    uint32 shared = 0;
    for (size_t i = 0; i < n; i++) {
        pte_t e = from[i];
        if (!e)
            continue;
        if (e & PTE_W) {
            e = (e & ~PTE_W) | PTE_COW;
            from[i] = e;
            lost_w = true;
        }
        frame_get(pte_frame(e));
        to[i] = e;
        shared++;
    }
    home(to)->next += shared;
    return lost_w;
}

bool uvmcopy_share(struct frame *parent, struct frame *child, uint64 start, uint64 end)
{
    bool lost_w = false;
    for (uint64 va = skip_holes(parent, start, end); va < end; va = skip_holes(parent, va, end)) {
        uint64 stop = min(end, next_boundary(va, LEAF_SPAN));
        lost_w |= share_entries(pte_find(parent, va), pte_find(child, va), (stop - va) / PGSIZE);
        va = stop;
    }
    return lost_w;
}

static void audit_leaf(pte_t e)
{
    struct frame *f = pte_frame(e);
    audit_count(f);
    if (!(e & PTE_V) || !(e & PTE_U) || !(e & PTE_A))
        audit_error("entry %lx of a user page lacks V, U or A", e);
    if (e & PTE_W && (frame_refs(f) != 1 || e & PTE_COW))
        audit_error("M2: writable entry %lx, %u references", e, frame_refs(f));
    if (e & PTE_W && e & PTE_X)
        audit_error("W^X: entry %lx", e);
}

static void audit_table(struct frame *f, int level)
{
    uint32 entries = 0;
    audit_count(f);
    for (int i = 0; i < (level == 2 ? USER_ROOT : 512); i++) {
        pte_t e = table_of(f)[i];
        if (!e)
            continue;
        entries++;
        if (level == 0)
            audit_leaf(e);
        else
            audit_table(pte_frame(e), level - 1);
    }
    if (level < 2 && frame_refs(f) != 1)
        audit_error("M3: a table has %u references", frame_refs(f));
    if (entries != f->next || (entries == 0 && level < 2))
        audit_error("a table of level %d counts %u entries, %u found", level, f->next, entries);
}

void pagetable_audit(struct frame *root)
{
    audit_table(root, 2);
}
