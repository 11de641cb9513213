// Making, deleting and rolling back to snapshots (fs/snapshot.h).

#include "fs/snapshot.h"
#include "cache/cache.h"
#include "errno.h"
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

static const struct object_ops table_ops = { .fill = tree_fill };

struct itable *itable_new(struct volume *vol, uint32 id, const struct disk_tree *disk)
{
    struct itable *table = kmalloc_zeroed(sizeof *table);
    if (table == NULL)
        return NULL;
    table->vol = vol;
    table->id = id;
    table->frozen = id != 0;
    tree_init(&table->inodes, vol, TREE_INODES, &table_ops);
    if (disk != NULL)
        table->inodes.disk = *disk;
    list_init(&table->orphans);
    list_init(&table->link);
    return table;
}

void itable_free(struct itable *table)
{
    cache_drop(&table->inodes.obj, 0);
    kmfree(table);
}

// => the table of the record's snapshot, NULL if it is not in memory.  The volume's mutex is held.
static struct itable *loaded_table(struct volume *vol, uint32 id)
{
    list_for_each (item, &vol->tables) {
        struct itable *table = container_of(item, struct itable, link);
        if (table->id == id)
            return table;
    }
    return NULL;
}

// The volume's mutex is held.  => 0, -ENOMEM, -EIO
static int load_table(struct volume *vol, const struct disk_snapshot *rec, struct itable **out)
{
    *out = loaded_table(vol, rec->id);
    if (*out != NULL)
        return 0;
    if (!tree_valid(vol, &rec->inodes))
        return volume_damage(vol, "snapshot %u has no well-formed tree", rec->id);
    *out = itable_new(vol, rec->id, &rec->inodes);
    if (*out == NULL)
        return -ENOMEM;
    list_push_back(&vol->tables, &(*out)->link);
    return 0;
}

// --- making ------------------------------------------------------------------------------------

static int check_name(struct volume *vol, const char *name)
{
    size_t len = strnlen(name, SNAPSHOT_NAME_LONGEST + 1);
    struct name n = name_of(name, len);
    if (len == 0 || name_is_dot(&n) || name_is_dotdot(&n) || strchr(name, '/') != NULL)
        return -EINVAL;
    return len <= SNAPSHOT_NAME_LONGEST && name_fit(vol, len) == (int)len ? 0 : -ENAMETOOLONG;
}

// The live files as a record, without its name.
static void describe_live(struct volume *vol, struct disk_snapshot *rec)
{
    rec->generation = vol->generation - 1;
    rec->time_ns = inode_now_ns();
    rec->ninodes = vol->ninodes;
    rec->lowest_ino = vol->lowest_ino;
    rec->orphans = super_first_orphan(vol);
    rec->nclones = vol->nclones;
    rec->nremovals = vol->nremovals;
    rec->inodes = vol->live->inodes.disk;
}

// Once blocks are shared, removing files needs room of its own.
static bool room_to_share(struct volume *vol)
{
    return tx_has_room(vol, TAKES, KEEPS + (volume_shares(vol) ? 0 : tx_removal_reserve(vol)));
}

// A record of the live files, owned.  Nothing of them is ours.  => the caller puts it
static int take_picture(struct volume *vol, struct record *at)
{
    const struct blkptr *root = &vol->live->inodes.disk.root;
    if (!room_to_share(vol))
        return -ENOSPC;
    int err = space_touch(vol, root);
    if (!err)
        err = record_new(vol, at);
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
    err = take_picture(vol, &at);
    if (err)
        return err;
    memcpy(at.rec->name, arg, strlen(arg) + 1);
    record_put(&at);
    return 0;
}

// A generation that is being written may hold the blocks that are missing: a second try has them.
static int commit_and_try(struct volume *vol, commit_fn *fn, void *arg)
{
    int err = commit_and(vol, fn, arg);
    return err == -ENOSPC ? commit_and(vol, fn, arg) : err;
}

int snapshot_create(struct volume *vol, const char *name)
{
    int err = check_name(vol, name);
    if (!err)
        err = commit_and_try(vol, create, (void *)name);
    return err ? err : commit(vol);
}

// --- holding still -----------------------------------------------------------------------------

// A pinned table looks as if an inode of it were in memory.
static void pin(struct itable *table)
{
    spin_lock(&table->vol->inodes_lock);
    table->nloaded++;
    spin_unlock(&table->vol->inodes_lock);
}

void snapshot_unpin(struct itable *table)
{
    spin_lock(&table->vol->inodes_lock);
    table->nloaded--;
    spin_unlock(&table->vol->inodes_lock);
}

static int hold_still(struct volume *vol, void *arg)
{
    struct itable **out = arg;
    struct record at;
    struct itable *table = itable_new(vol, SNAPSHOTS_MAX, NULL);
    int err = table == NULL ? -ENOMEM : take_picture(vol, &at);
    if (err) {
        kmfree(table);
        return err;
    }
    at.rec->flags = SNAPSHOT_GOING;
    vol->ngoing++;
    table->id = at.rec->id;
    table->inodes.disk = at.rec->inodes;
    table->going = true; // nobody else knows of it
    record_put(&at);
    list_push_back(&vol->tables, &table->link);
    pin(table);
    *out = table;
    return 0;
}

int snapshot_hold_still(struct volume *vol, struct itable **out)
{
    return commit_and_try(vol, hold_still, out);
}

int snapshot_pin_next(struct volume *vol, uint32 *id, struct itable **out)
{
    struct record at;
    mutex_lock(&vol->lock);
    int err = record_next(vol, *id + 1, &at);
    if (!err) {
        *id = at.rec->id;
        err = load_table(vol, at.rec, out);
        record_put(&at);
    }
    if (!err)
        pin(*out);
    mutex_unlock(&vol->lock);
    return err;
}

// --- deleting ----------------------------------------------------------------------------------

static void set_going(struct itable *table)
{
    spin_lock(&table->vol->inodes_lock);
    table->going = true;
    spin_unlock(&table->vol->inodes_lock);
}

// In a transaction.
static int mark_going(struct volume *vol, const char *name, struct itable **table)
{
    struct record at;
    int err = record_find(vol, name, &at);
    if (err)
        return err;
    err = load_table(vol, at.rec, table);
    if (!err)
        err = record_own(vol, &at);
    if (!err) {
        at.rec->flags |= SNAPSHOT_GOING;
        vol->ngoing++;
        set_going(*table);
    }
    record_put(&at);
    return err;
}

int snapshot_delete(struct volume *vol, const char *name)
{
    struct itable *table;
    int err = tx_begin_names(vol, 0);
    if (err)
        return err;
    err = mark_going(vol, name, &table);
    tx_end(vol);
    if (err)
        return err;
    inodes_forget(table);
    snapshots_bury(vol);
    return 0;
}

// In a transaction: drops the table's tree and the record.  What cannot be dropped stays named.
static int give_back(struct itable *table)
{
    struct volume *vol = table->vol;
    struct record at;
    int err = record_get(vol, table->id, &at);
    if (err)
        return err;
    err = record_own(vol, &at);
    if (!err) {
        err = tree_cut(&table->inodes, 0);
        at.rec->inodes = table->inodes.disk;
    }
    if (!err) {
        vol->ngoing--;
        record_free(vol, &at);
    }
    record_put(&at);
    return err;
}

// => a table that is going and not in use.  The volume's mutex is held.
static struct itable *unused_table(struct volume *vol)
{
    struct itable *found = NULL;
    spin_lock(&vol->inodes_lock);
    list_for_each (item, &vol->tables) {
        struct itable *table = container_of(item, struct itable, link);
        if (table->going && table->nloaded == 0)
            found = table;
    }
    spin_unlock(&vol->inodes_lock);
    return found;
}

// In a transaction.  A table that cannot be given back now waits for the next mount.
static int bury_one(struct volume *vol)
{
    struct itable *table = unused_table(vol);
    if (table == NULL)
        return -ENOENT;
    int err = give_back(table);
    if (err && err != -EIO)
        return err; // no memory: later
    list_remove(&table->link);
    itable_free(table);
    return err;
}

void snapshots_bury(struct volume *vol)
{
    int err;
    do {
        mutex_lock(&vol->lock);
        bool any = vol->ngoing > 0 && unused_table(vol) != NULL;
        mutex_unlock(&vol->lock);
        if (!any || tx_begin_names(vol, 0) != 0)
            return;
        err = bury_one(vol);
        tx_end(vol);
    } while (!err);
}

// --- rolling back ------------------------------------------------------------------------------

struct rollback {
    const char *name;
    struct disk_snapshot rec; // of the snapshot
    struct itable *old;       // the table that was live
};

static void forget_orphans(struct itable *table)
{
    list_for_each_safe (item, &table->orphans)
        list_remove(item);
}

// The live table becomes a snapshot that is going, `at` its record; `table` becomes the live one.
// Nothing fails from here on.
static void exchange(struct volume *vol, struct rollback *rb, struct itable *table,
                     struct record *at)
{
    struct itable *old = rb->old = vol->live;
    describe_live(vol, at->rec);
    at->rec->flags = SNAPSHOT_GOING;
    vol->ngoing++;
    space_share(vol, &rb->rec.inodes.root);
    vol->ninodes = rb->rec.ninodes;
    vol->lowest_ino = rb->rec.lowest_ino;
    vol->nclones = rb->rec.nclones;
    vol->nremovals = rb->rec.nremovals;
    inode_map_destroy(vol);
    forget_orphans(old);
    spin_lock(&vol->inodes_lock);
    old->id = at->rec->id;
    old->frozen = old->going = old->replaced = true;
    vol->live = table;
    spin_unlock(&vol->inodes_lock);
    list_push_back(&vol->tables, &old->link);
}

// => 0, and a table like the snapshot's with its root directory
static int new_live(struct volume *vol, const struct disk_snapshot *rec, struct itable **out)
{
    if (!tree_valid(vol, &rec->inodes))
        return volume_damage(vol, "snapshot %u has no well-formed tree", rec->id);
    struct itable *table = itable_new(vol, 0, &rec->inodes);
    if (table == NULL)
        return -ENOMEM;
    int err = inode_find_locked(table, FS_ROOT_INO, &table->root);
    if (err) {
        itable_free(table);
        return err;
    }
    *out = table;
    return 0;
}

static void discard_table(struct itable *table)
{
    spin_lock(&table->vol->inodes_lock);
    table->going = true; // the root goes with its last reference
    spin_unlock(&table->vol->inodes_lock);
    inode_put(table->root);
    itable_free(table);
}

static bool room_to_roll_back(struct volume *vol, const struct disk_snapshot *rec)
{
    uint64 now = tx_removal_reserve(vol), then = rec->nremovals + rec->inodes.nblocks;
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
    err = inode_is_dir(table->root) ? space_touch(vol, &rb->rec.inodes.root) : -EIO;
    if (!err)
        err = record_new(vol, &at);
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
    int err = commit_and_try(vol, roll_back, &rb);
    if (err)
        return err;
    inode_put(rb.old->root);
    inodes_forget(rb.old);
    volume_bury_orphans(vol, rb.rec.orphans);
    snapshots_bury(vol);
    return commit(vol);
}

// --- looking -----------------------------------------------------------------------------------

int snapshot_next(struct volume *vol, uint32 *id, struct snapshot_info *out)
{
    struct record at;
    mutex_lock(&vol->lock);
    int err = record_next(vol, *id + 1, &at);
    if (!err) {
        *id = at.rec->id;
        *out = (struct snapshot_info){ .id = at.rec->id,
                                       .generation = at.rec->generation,
                                       .time_ns = at.rec->time_ns };
        memcpy(out->name, at.rec->name, sizeof out->name);
        record_put(&at);
    }
    mutex_unlock(&vol->lock);
    return err == -ENOENT ? 0 : err ? err : 1;
}

static int find_root(struct volume *vol, const char *name, struct inode **out)
{
    struct itable *table;
    struct record at;
    int err = record_find(vol, name, &at);
    if (err)
        return err;
    err = load_table(vol, at.rec, &table);
    record_put(&at);
    return err ? err : inode_find_locked(table, FS_ROOT_INO, out);
}

// A snapshot's root directory by name.
static int lookup(struct volume *vol, const struct name *name, struct inode **out)
{
    char text[SNAPSHOT_NAME_LONGEST + 1];
    if (name->len > SNAPSHOT_NAME_LONGEST)
        return -ENOENT;
    memcpy(text, name->s, name->len);
    text[name->len] = '\0';
    mutex_lock(&vol->lock);
    int err = find_root(vol, text, out);
    mutex_unlock(&vol->lock);
    if (err || inode_is_dir(*out))
        return err;
    inode_put(*out);
    return -ENOTDIR;
}

bool snapshot_reserves(const struct inode *dir, const struct name *name)
{
    static const char dir_name[] = ".snapshots";
    return name->len == sizeof dir_name - 1 && inode_is_root(dir) && !dir->table->frozen &&
           memcmp(name->s, dir_name, sizeof dir_name - 1) == 0;
}

int snapshot_step(struct inode *dir, const struct name *name, struct inode **out)
{
    struct volume *vol = inode_volume(dir);
    bool up = name_is_dotdot(name);
    if (inode_is_snapshot_dir(dir) && !up)
        return lookup(vol, name, out);
    if (inode_is_snapshot_dir(dir) || (up && inode_is_root(dir) && dir->table->replaced)) {
        *out = volume_root(vol);
        return 0;
    }
    if (!(up && inode_is_root(dir) && dir->table->frozen) && !snapshot_reserves(dir, name))
        return 1;
    *out = vol->snapshot_dir;
    inode_get(*out);
    return 0;
}

// Positions: 0 and 1 are the dots, then 1 + the id that comes next at the earliest.
int snapshot_dir_next(struct volume *vol, uint64 *pos, struct dir_entry *out)
{
    struct snapshot_info info;
    uint32 id = *pos > 1 ? (uint32)(*pos - 2) : 0;
    *out = (struct dir_entry){ .ino = FS_ROOT_INO, .mode = S_IFDIR, .name = ".." };
    if (*pos < 2) {
        out->name[*pos + 1] = '\0';
        ++*pos;
        return 1;
    }
    int found = snapshot_next(vol, &id, &info);
    if (found == 1) {
        memcpy(out->name, info.name, sizeof info.name);
        *pos = id + 2UL;
    }
    return found;
}

static int name_of_table(struct volume *vol, uint32 id, struct dir_entry *out)
{
    struct record at;
    mutex_lock(&vol->lock);
    int err = record_get(vol, id, &at);
    if (!err) {
        memcpy(out->name, at.rec->name, sizeof at.rec->name);
        record_put(&at);
    }
    mutex_unlock(&vol->lock);
    return err;
}

int snapshot_name_above(struct inode *parent, struct inode *dir, struct dir_entry *out)
{
    if (inode_is_snapshot_dir(parent))
        return name_of_table(inode_volume(dir), dir->table->id, out);
    if (!inode_is_snapshot_dir(dir))
        return 1;
    memcpy(out->name, ".snapshots", sizeof ".snapshots");
    return 0;
}

// --- mounting ----------------------------------------------------------------------------------

// A directory of a table of its own, which has no pages and is never the live one.
static struct inode *make_dir(struct volume *vol)
{
    struct itable *nowhere = itable_new(vol, SNAPSHOTS_MAX, NULL);
    struct inode *dir = nowhere != NULL ? inode_new(nowhere, FS_INODES_MAX) : NULL;
    if (dir == NULL) {
        kmfree(nowhere);
        return NULL;
    }
    dir->mode = S_IFDIR | 0555;
    dir->nlink = 2;
    dir->data.kind = TREE_DIR;
    dir->mtime_ns = dir->ctime_ns = inode_now_ns();
    return dir;
}

// Deleted snapshots that a cut, or an unmount, left behind.
static int load_going(struct volume *vol)
{
    struct itable *table;
    struct record at;
    uint32 id = 0;
    for (uint64 left = vol->ngoing; left > 0; left--) {
        int err = record_next_going(vol, id + 1, &at);
        if (err)
            return err == -ENOENT ? 0 : err; // it was counted wrong
        id = at.rec->id;
        err = load_table(vol, at.rec, &table);
        record_put(&at);
        if (err)
            return err;
        set_going(table);
    }
    return 0;
}

int snapshots_init(struct volume *vol)
{
    vol->snapshot_dir = make_dir(vol);
    if (vol->snapshot_dir == NULL)
        return -ENOMEM;
    mutex_lock(&vol->lock);
    int err = load_going(vol);
    mutex_unlock(&vol->lock);
    return err;
}

void snapshots_destroy(struct volume *vol)
{
    struct list *item;
    while ((item = list_pop_front(&vol->tables)) != NULL)
        itable_free(container_of(item, struct itable, link));
    if (vol->snapshot_dir == NULL)
        return;
    itable_free(vol->snapshot_dir->table);
    inode_discard(vol->snapshot_dir);
}
