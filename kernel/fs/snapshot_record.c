// The records of snapshots (fs/snapshot_record.h).

#include "fs/snapshot_record.h"
#include "errno.h"
#include "fs/tree.h"
#include "lib/string.h"

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

typedef bool record_test(const struct disk_snapshot *rec, const void *arg);

// => 0, and the first record in use, from `id` on, that passes the test
static int search(struct volume *vol, uint32 id, record_test *test, const void *arg,
                  struct record *out)
{
    for (; vol->nsnapshots > 0 && id < id_limit(vol); id++) {
        int err = get_slot(vol, id, out);
        if (err)
            return err;
        if (in_use(out->rec, id) && test(out->rec, arg))
            return 0;
        record_put(out);
    }
    return -ENOENT;
}

static bool is_there(const struct disk_snapshot *rec, const void *arg)
{
    return !(rec->flags & SNAPSHOT_GOING);
}

static bool is_going(const struct disk_snapshot *rec, const void *arg)
{
    return rec->flags & SNAPSHOT_GOING;
}

static bool has_name(const struct disk_snapshot *rec, const void *arg)
{
    return is_there(rec, NULL) && strcmp(rec->name, arg) == 0;
}

int record_find(struct volume *vol, const char *name, struct record *out)
{
    return search(vol, 1, has_name, name, out);
}

int record_next(struct volume *vol, uint32 id, struct record *out)
{
    return search(vol, id, is_there, NULL, out);
}

int record_next_going(struct volume *vol, uint32 id, struct record *out)
{
    return search(vol, id, is_going, NULL, out);
}

int record_own(struct volume *vol, struct record *at)
{
    uint32 id = at->rec->id;
    int err = tree_own(&vol->snapshots, at->page->index, &at->page);
    at->rec = slot_in(at->page, id); // the page may have become a copy
    return err;
}

int record_new(struct volume *vol, struct record *out)
{
    for (uint32 id = 1; id < SNAPSHOTS_MAX; id++) {
        int err = get_slot(vol, id, out);
        if (err)
            return err;
        if (out->rec->id == 0) {
            err = tree_own(&vol->snapshots, out->page->index, &out->page);
            if (err) {
                record_put(out);
                return err;
            }
            out->rec = slot_in(out->page, id);
            memset(out->rec, 0, sizeof *out->rec);
            out->rec->id = id;
            vol->nsnapshots++;
            return 0;
        }
        record_put(out);
    }
    return -ENOSPC;
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
    memset(at->rec, 0, sizeof *at->rec);
    vol->nsnapshots--;
    if (all_free(at->page))
        tree_punch(&vol->snapshots, at->page->index); // else a page of free records stays
}
