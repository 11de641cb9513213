#include "vm/table.h"
#include "task/thread.h"

struct frame *table_new(int level)
{
    void *page = kalloc_zeroed(level == ROOT_LEVEL ? FRAME_ROOT : FRAME_TABLE);
    if (!page)
        return NULL;
    struct frame *table = frame_of_page(page);
    table->flags = (uint8)level;
    return table;
}

// The order of the stores does not matter: nobody reaches the copy before it is complete.
struct frame *table_copy(struct frame *table)
{
    pagetable_t from = table_of(table), to = kalloc(FRAME_TABLE);
    if (!to)
        return NULL;
    int level = table_level(table);
    for (int i = 0; i < TABLE_ENTRIES; i++)
        to[i] = from[i] ? table_share_entry(&from[i], level) : 0;
    struct frame *copy = frame_of_page(to);
    copy->flags = (uint8)level;
    copy->next = table->next;
    return copy;
}

// Most often all pages of a table have W, or none has: four are looked at together.
void table_seal(struct frame *table)
{
    pagetable_t t = table_of(table);
    for (int i = 0; i < TABLE_ENTRIES; i += 4) {
        if (((t[i] | t[i + 1] | t[i + 2] | t[i + 3]) & PTE_W) == 0)
            continue;
        for (int k = i; k < i + 4; k++)
            if (t[k] & PTE_W)
                t[k] = (t[k] & ~PTE_W) | PTE_COW;
    }
}

// Drops a reference of several.  => false: the others were dropped meanwhile, and it is the caller's
static bool put_shared(struct frame *table)
{
    if (__atomic_fetch_sub(&table->refs, 1, __ATOMIC_ACQ_REL) > 1)
        return true;
    __atomic_store_n(&table->refs, 1, __ATOMIC_RELAXED);
    return false;
}

void table_put(struct frame *table)
{
    if (table_is_shared(table) && put_shared(table))
        return;
    bool leaf = table_level(table) == 0;
    for (pte_t *e = table_of(table); table->next > 0; e++) {
        if (*e == 0)
            continue;
        if (leaf)
            entry_put(*e);
        else
            table_put(pte_frame(*e));
        table->next--;
    }
    frame_put(table);
    thread_breathe();
}
