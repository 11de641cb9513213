// Making, deleting and rolling back to snapshots (fs/snapshot.h).

#include "fs/snapshot.h"
#include "cache/cache.h"
#include "errno.h"
#include "fs/ages.h"
#include "fs/classic.h"
#include "fs/commit.h"
#include "fs/inode_map.h"
#include "fs/snapshot_record.h"
#include "fs/space.h"
#include "fs/super.h"
#include "fs/tx.h"
#include "lib/string.h"
#include "mem/slab.h"

// Blocks that a change of the snapshots takes and, of these, keeps, at the most: a page of records
// and the path to it.
#define TAKES 40
#define KEEPS 4

#define DELETE 0x7f // the one control character above ' '

// --- making -----------------------------------------------------------------------------------

// A name is to be typed and shown on a line: no control characters.
static bool can_be_shown(const char *name)
{
    while ((uchar)*name >= ' ' && *name != DELETE)
        name++;
    return *name == '\0';
}

static int check_name(struct volume *vol, const char *name)
{
    size_t len = strnlen(name, SNAPSHOT_NAME_LONGEST + 1);
    struct name n = name_of(name, len);
    if (len == 0 || name_is_dot(&n) || name_is_dotdot(&n) || strchr(name, '/') != NULL ||
        !can_be_shown(name))
        return -EINVAL;
    return len <= SNAPSHOT_NAME_LONGEST && name_fit(vol, len) == (int)len ? 0 : -ENAMETOOLONG;
}

// The live files as a record, without its name, as the first change of a generation.
static void describe_live(struct volume *vol, struct disk_snapshot *rec)
{
    rec->generation = vol->generation - 1;
    rec->time_ns = inode_now_ns();
    rec->ninodes = vol->ninodes;
    rec->lowest_ino = vol->lowest_ino;
    rec->orphans = super_first_orphan(vol);
    rec->nremovals = tx_removals_most(vol);
    rec->nyoung = ages_last(vol)->nremovals;
    rec->inodes = vol->live->inodes.disk;
    ages_begin_snapshot(vol, rec->generation);
}

// Once blocks are shared, removing files needs room of its own.
static bool room_to_share(struct volume *vol)
{
    return tx_has_room(vol, TAKES, KEEPS + tx_removals_most(vol) - tx_removals(vol));
}

// A record of the live files, owned; without a name (NULL) it is going.  Nothing of them is ours.
// => the caller puts it
static int take_picture(struct volume *vol, const char *name, struct record *at)
{
    const struct blkptr *root = &vol->live->inodes.disk.root;
    if (!room_to_share(vol))
        return -ENOSPC;
    int err = space_touch(vol, root);
    if (!err)
        err = record_new(vol, name, at);
    if (err)
        return err;
    space_share(vol, root);
    describe_live(vol, at->rec);
    return 0;
}

// As the first transaction of a generation: nothing is ours.
static int create(struct volume *vol, void *arg)
{
    struct record at;
    int err = record_find(vol, arg, &at);
    if (err == 0)
        record_put(&at);
    if (err != -ENOENT)
        return err ? err : -EEXIST;
    err = take_picture(vol, arg, &at);
    if (!err)
        record_put(&at);
    return err;
}

int snapshot_create(struct volume *vol, const char *name)
{
    int err = check_name(vol, name);
    if (!err)
        err = tx_as_first(vol, create, (void *)name);
    return err ? err : commit(vol);
}

// --- holding still ----------------------------------------------------------------------------

static int hold_still(struct volume *vol, void *arg)
{
    struct itable **out = arg;
    struct record at;
    struct itable *table = itable_new(vol, SNAPSHOTS_MAX, NULL);
    int err = table == NULL ? -ENOMEM : take_picture(vol, NULL, &at);
    if (err) {
        kmfree(table);
        return err;
    }
    table->id = at.rec->id;
    table->inodes.disk = at.rec->inodes;
    record_put(&at);
    itable_pin(table);
    itable_enter(table);
    itable_set_going(table);
    *out = table;
    return 0;
}

int snapshot_hold_still(struct volume *vol, struct itable **out)
{
    return tx_as_first(vol, hold_still, out);
}

int snapshot_pin_next(struct volume *vol, uint32 *id, struct itable **out)
{
    struct record at;
    mutex_lock(&vol->lock);
    int err = record_next(vol, *id + 1, &at);
    if (!err) {
        *id = at.rec->id;
        err = itable_load(vol, at.rec, out);
        record_put(&at);
    }
    if (!err)
        itable_pin(*out);
    mutex_unlock(&vol->lock);
    return err;
}

// --- deleting ---------------------------------------------------------------------------------

// In a transaction: behind it the table may be gone.
static int mark_going(struct volume *vol, const char *name)
{
    struct itable *table;
    struct record at;
    int err = record_find(vol, name, &at);
    if (err)
        return err;
    err = itable_load(vol, at.rec, &table);
    if (!err)
        err = record_own(vol, &at);
    if (!err) {
        record_set_going(vol, &at);
        itable_set_going(table);
        inodes_forget(table);
    }
    record_put(&at);
    return err;
}

int snapshot_delete(struct volume *vol, const char *name)
{
    int err = tx_begin_names(vol, 0);
    if (err)
        return err;
    err = mark_going(vol, name);
    tx_end(vol);
    if (!err)
        snapshots_bury(vol);
    return err;
}

// --- rolling back -----------------------------------------------------------------------------

struct rollback {
    const char *name;
    struct disk_snapshot rec; // of the snapshot
    struct itable *old;       // the table that was live; NULL: it still is
};

// The live table becomes a snapshot that is going, `at` its record; `table` becomes the live one.
// Nothing fails from here on.
static void exchange(struct volume *vol, struct rollback *rb, struct itable *table,
                     struct record *at)
{
    struct itable *old = rb->old = vol->live;
    describe_live(vol, at->rec);
    space_share(vol, &rb->rec.inodes.root);
    vol->ninodes = rb->rec.ninodes;
    vol->lowest_ino = rb->rec.lowest_ino;
    ages_roll_back(vol, &rb->rec);
    inode_map_destroy(vol);
    inodes_forget_orphans(old);
    spin_lock(&vol->inodes_lock);
    old->id = at->rec->id;
    old->frozen = old->replaced = true;
    vol->live = table;
    spin_unlock(&vol->inodes_lock);
    itable_enter(old);
    itable_set_going(old);
    inodes_carry_over(old, table);
}

static void discard_table(struct itable *table)
{
    inodes_forget_orphans(table);
    spin_lock(&table->vol->inodes_lock);
    table->going = true; // the root goes with its last reference
    spin_unlock(&table->vol->inodes_lock);
    if (table->root != NULL)
        inode_put(table->root);
    itable_free(table);
}

// => 0, and a table like the snapshot's with its root directory and its orphans
static int new_live(struct volume *vol, const struct disk_snapshot *rec, struct itable **out)
{
    if (!tree_valid(vol, &rec->inodes))
        return volume_damage(vol, "snapshot %u has no well-formed tree", rec->id);
    struct itable *table = itable_new(vol, 0, &rec->inodes);
    if (table == NULL)
        return -ENOMEM;
    int err = inode_find_locked(table, FS_ROOT_INO, &table->root);
    if (!err && !(inode_is_dir(table->root) && table->root->nlink > 0))
        err = -EIO;
    if (!err)
        err = inodes_load_orphans(table, rec->orphans);
    if (err)
        discard_table(table);
    else
        *out = table;
    return err;
}

static bool room_to_roll_back(struct volume *vol, const struct disk_snapshot *rec)
{
    uint64 now = tx_removals(vol), then = rec->nremovals;
    return tx_has_room(vol, TAKES, KEEPS + (then > now ? then - now : 0));
}

// As the first transaction of a generation.
static int roll_back(struct volume *vol, void *arg)
{
    struct rollback *rb = arg;
    struct itable *table = NULL;
    struct record at;
    int err = record_find(vol, rb->name, &at);
    if (err)
        return err;
    rb->rec = *at.rec;
    record_put(&at);
    if (!room_to_roll_back(vol, &rb->rec))
        return -ENOSPC;
    err = new_live(vol, &rb->rec, &table);
    if (err)
        return err;
    err = space_touch(vol, &rb->rec.inodes.root);
    if (!err)
        err = record_new(vol, NULL, &at);
    if (err) {
        discard_table(table);
        return err;
    }
    exchange(vol, rb, table, &at);
    record_put(&at);
    return 0;
}

int snapshot_rollback(struct volume *vol, const char *name)
{
    struct rollback rb = { .name = name };
    int err = tx_as_first(vol, roll_back, &rb);
    if (rb.old == NULL)
        return err;
    inodes_forget(rb.old);
    inode_put(rb.old->root); // behind this the table may be gone
    return commit(vol);
}
