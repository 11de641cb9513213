// The audit of page tables: invariants M1, M2 and M3 (vm/pagetable.h).

#include "mem/audit.h"
#include "vm/walk.h"

static void audit_page(pte_t e)
{
    if (pte_is_swapped(e)) {
        swap_audit_count(pte_slot(e));
        return;
    }
    struct frame *f = pte_frame(e);
    audit_count(f);
    if (pte_kind(e) == ENTRY_WITHHELD)
        return;
    if (pte_kind(e) != ENTRY_PAGE || !(e & PTE_U) || !(e & PTE_D))
        audit_error("entry %lx of a user page lacks V, U or D", e);
    bool only_one = e & PTE_SHARED || frame_refs(f) == 1;
    if (e & PTE_W && (!only_one || e & PTE_COW))
        audit_error("M2: writable entry %lx, %u references", e, frame_refs(f));
    if (e & PTE_W && e & PTE_X)
        audit_error("W^X: entry %lx", e);
}

// A table that several have is walked at the first entry that names it; its own are counted once.
static bool first_visit(const struct frame *table)
{
    return table->audited == 1;
}

static bool is_sealed(const struct frame *leaf)
{
    for (int i = 0; i < TABLE_ENTRIES; i++)
        if (table_of(leaf)[i] & PTE_W)
            return false;
    return true;
}

static void audit_entries(struct frame *table);

// An entry that names a table.
static void audit_inner(pte_t e, int level)
{
    struct frame *table = pte_frame(e);
    enum entry_kind kind = pte_kind(e);
    if (kind != ENTRY_TABLE && kind != ENTRY_PARKED)
        audit_error("entry %lx of level %d is no table", e, level);
    else if (table_level(table) != level - 1)
        audit_error("entry %lx of level %d names a table of level %d", e, level,
                    table_level(table));
    else {
        if (kind == ENTRY_TABLE && table_is_shared(table) && (level > 1 || !is_sealed(table)))
            audit_error("M3: a table with %u references is neither parked nor sealed",
                        frame_refs(table));
        audit_count(table);
        if (first_visit(table))
            audit_entries(table);
    }
}

static void audit_entries(struct frame *table)
{
    int level = table_level(table);
    const pte_t *first = table_of(table);
    const pte_t *end = first + (level == ROOT_LEVEL ? USER_ROOT : TABLE_ENTRIES);
    uint32 entries = 0;
    for (const pte_t *at = first; (at = next_entry(at, end)) < end; at++) {
        entries++;
        if (level == 0)
            audit_page(*at);
        else
            audit_inner(*at, level);
    }
    if (entries != table->next || (entries == 0 && level < ROOT_LEVEL))
        audit_error("a table of level %d counts %u entries, %u found", level, table->next, entries);
}

void pagetable_audit(struct frame *root)
{
    audit_count(root); // harts that have it loaded have been here already, perhaps
    audit_entries(root);
}
