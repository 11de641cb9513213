// The records of snapshots (fs/snapshot_record.h).

#include "fs/snapshot_record.h"
#include "errno.h"
#include "fs/ages.h"
#include "fs/itable.h"
#include "fs/snapshot_index.h"
#include "fs/tree.h"
#include "lib/string.h"
#include "task/thread.h"

static struct disk_snapshot *slot_in(struct frame *page, uint32 id)
{
    return (struct disk_snapshot *)frame_page(page) + id % SNAPSHOTS_PER_BLOCK;
}

void record_put(struct record *at)
{
    frame_put(at->page);
}

// The place of a record, whatever it holds.
static int get_slot(struct volume *vol, uint32 id, struct record *out)
{
    int err = tree_page(&vol->snapshots, id / SNAPSHOTS_PER_BLOCK, &out->page);
    if (!err)
        out->rec = slot_in(out->page, id);
    return err;
}

static bool in_use(const struct disk_snapshot *rec, uint32 id)
{
    return rec->id == id && rec->name[SNAPSHOT_NAME_LONGEST] == '\0';
}

int record_get(struct volume *vol, uint32 id, struct record *out)
{
    int err = get_slot(vol, id, out);
    if (err || in_use(out->rec, id))
        return err;
    record_put(out);
    return -ENOENT;
}

// Ids behind the last page that has records.
static uint32 id_limit(const struct volume *vol)
{
    uint64 pages = 1;
    for (uint32 h = vol->snapshots.disk.height; h > 0 && pages < SNAPSHOTS_MAX; h--)
        pages *= PTRS_PER_BLOCK;
    uint64 ids = pages * SNAPSHOTS_PER_BLOCK;
    return ids < SNAPSHOTS_MAX ? (uint32)ids : SNAPSHOTS_MAX;
}

// => 0 if the record in use under this id is listed, and `out` holds it; as record_get()
static int get_listed(struct volume *vol, uint32 id, struct record *out)
{
    int err = record_get(vol, id, out);
    if (err || !(out->rec->flags & SNAPSHOT_GOING))
        return err;
    record_put(out);
    return -ENOENT;
}

int record_find(struct volume *vol, const char *name, struct record *out)
{
    uint32 id = 0;
    while ((id = snapshot_index_find(vol, name, id)) != 0) {
        int err = get_listed(vol, id, out);
        if (!err && strcmp(out->rec->name, name) == 0)
            return 0;
        if (!err)
            record_put(out);
        else if (err != -ENOENT)
            return err;
    }
    return snapshot_index_none(vol);
}

int record_next(struct volume *vol, uint32 id, struct record *out)
{
    if (id < SNAPSHOTS_MAX)
        id = snapshot_index_listed(vol, id);
    return id > 0 && id < SNAPSHOTS_MAX ? get_listed(vol, id, out) : snapshot_index_none(vol);
}

int record_own(struct volume *vol, struct record *at)
{
    uint32 id = at->rec->id;
    int err = tree_own(&vol->snapshots, at->page->index, &at->page);
    at->rec = slot_in(at->page, id); // the page may have become a copy
    return err;
}

// => 0, and the place of the lowest free id, whose record is zero
static int find_free(struct volume *vol, uint32 *id, struct record *out)
{
    while ((*id = snapshot_index_lowest_free(vol)) != 0) {
        int err = snapshot_index_reserve(vol, *id);
        if (!err)
            err = get_slot(vol, *id, out);
        if (err || out->rec->id == 0)
            return err;
        record_put(out);
        snapshot_index_add(vol, *id, NULL); // it is not ours to give
    }
    return -ENOSPC;
}

static void begin_record(struct volume *vol, uint32 id, const char *name, struct record *at)
{
    at->rec = slot_in(at->page, id); // the page may have become a copy
    memset(at->rec, 0, sizeof *at->rec);
    at->rec->id = id;
    vol->nsnapshots++;
    snapshot_index_add(vol, id, name);
    if (name != NULL) {
        memcpy(at->rec->name, name, strlen(name) + 1);
    } else {
        at->rec->flags = SNAPSHOT_GOING;
        vol->ngoing++;
    }
}

int record_new(struct volume *vol, const char *name, struct record *out)
{
    uint32 id;
    int err = find_free(vol, &id, out);
    if (err)
        return err;
    err = tree_own(&vol->snapshots, out->page->index, &out->page);
    if (err)
        record_put(out);
    else
        begin_record(vol, id, name, out);
    return err;
}

void record_set_going(struct volume *vol, struct record *at)
{
    at->rec->flags |= SNAPSHOT_GOING;
    vol->ngoing++;
    snapshot_index_hide(vol, at->rec->id);
}

static bool all_free(struct frame *page)
{
    for (uint32 i = 0; i < SNAPSHOTS_PER_BLOCK; i++)
        if (slot_in(page, i)->id != 0)
            return false;
    return true;
}

void record_free(struct volume *vol, struct record *at)
{
    ages_end_snapshot(vol, at->rec->generation);
    snapshot_index_remove(vol, at->rec->id);
    memset(at->rec, 0, sizeof *at->rec);
    vol->nsnapshots--;
    vol->ngoing--;
    if (all_free(at->page))
        tree_punch(&vol->snapshots, at->page->index); // else a page of free records stays
}

// --- at mount ---------------------------------------------------------------------------------

static int load_going(struct volume *vol, const struct disk_snapshot *rec)
{
    struct itable *table;
    int err = itable_load(vol, rec, &table);
    if (!err)
        itable_set_going(table);
    return err == -EIO ? 0 : err; // its blocks are lost
}

static int load_record(struct volume *vol, const struct disk_snapshot *rec, uint32 id)
{
    bool used = in_use(rec, id), going = used && rec->flags & SNAPSHOT_GOING;
    if (rec->id == 0 || id == 0)
        return 0;
    int err = snapshot_index_reserve(vol, id);
    if (err)
        return err;
    snapshot_index_add(vol, id, used && !going ? rec->name : NULL);
    return going ? load_going(vol, rec) : 0;
}

static int load_page(struct volume *vol, struct frame *page)
{
    uint32 id = (uint32)page->index * SNAPSHOTS_PER_BLOCK;
    int err = 0;
    for (uint32 i = 0; i < SNAPSHOTS_PER_BLOCK && !err; i++, id++)
        err = load_record(vol, slot_in(page, id), id);
    return err;
}

// => 0, and the page, or NULL if it is a hole: then no record is there
static int page_of_records(struct volume *vol, uint64 n, struct frame **out)
{
    struct blkptr p;
    int err = tree_lookup(&vol->snapshots, n, &p);
    *out = NULL;
    return err || p.block == 0 ? err : tree_page(&vol->snapshots, n, out);
}

// There may be records on the page: its ids are not given out.
static int page_lost(struct volume *vol, uint64 n)
{
    uint32 first = (uint32)n * SNAPSHOTS_PER_BLOCK, id = first > 0 ? first : 1;
    int err = snapshot_index_reserve(vol, id);
    snapshot_index_set_incomplete(vol);
    for (; id < first + SNAPSHOTS_PER_BLOCK && !err; id++)
        snapshot_index_add(vol, id, NULL);
    return err;
}

int records_load(struct volume *vol)
{
    int err = snapshot_index_make(vol);
    for (uint64 n = 0; n < id_limit(vol) / SNAPSHOTS_PER_BLOCK && !err; n++) {
        struct frame *page;
        err = page_of_records(vol, n, &page);
        if (!err && page != NULL) {
            err = load_page(vol, page);
            frame_put(page);
        }
        if (err == -EIO)
            err = page_lost(vol, n);
        thread_breathe();
    }
    return err;
}
