// The snapshots in memory (fs/snapshot_index.h): slots by id, in pages, and chains of them by name.

#include "errno.h"
#include "fs/itable.h"
#include "fs/name.h"
#include "fs/snapshot_index.h"
#include "lib/panic.h"
#include "lib/string.h"
#include "mem/slab.h"
#include "task/thread.h"

#define PAGE_IDS (FS_BLOCK / sizeof(struct slot))
#define PAGES    (SNAPSHOTS_MAX / PAGE_IDS)
#define CHAINS   (FS_BLOCK / sizeof(uint16))
_Static_assert(SNAPSHOTS_MAX <= 1 << 16, "an id fits into a chain's 16 bits");

enum state { SLOT_FREE, SLOT_LISTED, SLOT_HIDDEN };

struct slot {
    struct itable *table;
    uint32 key;  // of the name, if it is listed
    uint16 next; // of its chain, if it is listed
    uint16 state;
};

struct snapshot_index {
    struct slot *pages[PAGES];           // NULL: none of them is in use
    uint16 nused[PAGES], nlisted[PAGES]; // of the ids of that page
    uint16 *chains;                      // the first id of each
    bool incomplete;
};

static uint32 key_of(const char *name)
{
    return name_key(name, strlen(name));
}

static struct slot *slot_of(const struct volume *vol, uint32 id)
{
    return &vol->snapshot_index->pages[id / PAGE_IDS][id % PAGE_IDS];
}

int snapshot_index_make(struct volume *vol)
{
    struct snapshot_index *ix = kmalloc_zeroed(sizeof *ix);
    uint16 *chains = kmalloc_zeroed(CHAINS * sizeof *chains);
    if (ix == NULL || chains == NULL) {
        kmfree(chains);
        kmfree(ix);
        return -ENOMEM;
    }
    ix->chains = chains;
    ix->nused[0] = 1; // id 0 is never free
    vol->snapshot_index = ix;
    return 0;
}

static void free_page(struct slot *page)
{
    for (size_t i = 0; i < PAGE_IDS; i++)
        if (page[i].table != NULL)
            itable_free(page[i].table);
    kmfree(page);
}

void snapshot_index_destroy(struct volume *vol)
{
    struct snapshot_index *ix = vol->snapshot_index;
    if (ix == NULL)
        return;
    for (size_t i = 0; i < PAGES; i++)
        if (ix->pages[i] != NULL)
            free_page(ix->pages[i]);
    kmfree(ix->chains);
    kmfree(ix);
    vol->snapshot_index = NULL;
}

void snapshot_index_audit(const struct volume *vol)
{
    const struct snapshot_index *ix = vol->snapshot_index;
    assert(mutex_held(&vol->lock));
    kmalloc_audit(ix);
    kmalloc_audit(ix->chains);
    for (size_t i = 0; i < PAGES; i++)
        kmalloc_audit(ix->pages[i]);
}

// --- changing ---------------------------------------------------------------------------------

int snapshot_index_reserve(struct volume *vol, uint32 id)
{
    struct slot **page = &vol->snapshot_index->pages[id / PAGE_IDS];
    if (*page == NULL)
        *page = kmalloc_zeroed(PAGE_IDS * sizeof **page);
    return *page == NULL ? -ENOMEM : 0;
}

void snapshot_index_add(struct volume *vol, uint32 id, const char *name)
{
    struct snapshot_index *ix = vol->snapshot_index;
    struct slot *slot = slot_of(vol, id);
    *slot = (struct slot){ .state = SLOT_HIDDEN };
    ix->nused[id / PAGE_IDS]++;
    if (name == NULL)
        return;
    slot->state = SLOT_LISTED;
    slot->key = key_of(name);
    slot->next = ix->chains[slot->key % CHAINS];
    ix->chains[slot->key % CHAINS] = (uint16)id;
    ix->nlisted[id / PAGE_IDS]++;
}

void snapshot_index_hide(struct volume *vol, uint32 id)
{
    struct snapshot_index *ix = vol->snapshot_index;
    struct slot *slot = slot_of(vol, id);
    uint16 *at = &ix->chains[slot->key % CHAINS];
    if (slot->state != SLOT_LISTED)
        return;
    while (*at != id)
        at = &slot_of(vol, *at)->next;
    *at = slot->next;
    slot->state = SLOT_HIDDEN;
    ix->nlisted[id / PAGE_IDS]--;
}

void snapshot_index_remove(struct volume *vol, uint32 id)
{
    slot_of(vol, id)->state = SLOT_FREE;
    slot_of(vol, id)->table = NULL;
    vol->snapshot_index->nused[id / PAGE_IDS]--;
}

void snapshot_index_set_incomplete(struct volume *vol)
{
    vol->snapshot_index->incomplete = true;
}

// --- asking -----------------------------------------------------------------------------------

int snapshot_index_none(const struct volume *vol)
{
    return vol->snapshot_index->incomplete ? -EIO : -ENOENT;
}

uint32 snapshot_index_lowest_free(const struct volume *vol)
{
    const struct snapshot_index *ix = vol->snapshot_index;
    size_t page = 0;
    while (page < PAGES && ix->nused[page] == PAGE_IDS)
        page++;
    if (page == PAGES)
        return 0;
    uint32 id = page > 0 ? (uint32)(page * PAGE_IDS) : 1;
    while (ix->pages[page] != NULL && slot_of(vol, id)->state != SLOT_FREE)
        id++;
    return id;
}

// => the lowest listed id of the page from `from` on, 0: there is none
static uint32 listed_in(const struct volume *vol, size_t page, uint32 from)
{
    if (vol->snapshot_index->nlisted[page] == 0)
        return 0;
    for (; from / PAGE_IDS == page; from++)
        if (slot_of(vol, from)->state == SLOT_LISTED)
            return from;
    return 0;
}

uint32 snapshot_index_listed(const struct volume *vol, uint32 from)
{
    uint32 id = 0;
    for (size_t page = from / PAGE_IDS; page < PAGES && id == 0; page++)
        id = listed_in(vol, page, page == from / PAGE_IDS ? from : (uint32)(page * PAGE_IDS));
    return id;
}

uint32 snapshot_index_find(const struct volume *vol, const char *name, uint32 after)
{
    uint32 key = key_of(name);
    uint32 id = after != 0 ? slot_of(vol, after)->next : vol->snapshot_index->chains[key % CHAINS];
    while (id != 0 && slot_of(vol, id)->key != key)
        id = slot_of(vol, id)->next;
    return id;
}

static size_t trim_page(struct slot *page)
{
    size_t gone = 0;
    for (size_t i = 0; i < PAGE_IDS; i++) {
        struct itable *table = page[i].table;
        if (table == NULL || table->going || itable_in_use(table))
            continue;
        itable_free(table);
        page[i].table = NULL;
        gone++;
    }
    return gone;
}

size_t snapshot_index_trim(struct volume *vol)
{
    struct snapshot_index *ix = vol->snapshot_index;
    size_t gone = 0;
    for (size_t i = 0; i < PAGES; i++) {
        if (ix->pages[i] != NULL)
            gone += trim_page(ix->pages[i]);
        thread_breathe();
    }
    return gone;
}

struct itable **snapshot_index_table(struct volume *vol, uint32 id)
{
    return &slot_of(vol, id)->table;
}
