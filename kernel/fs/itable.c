// Inode tables in memory, and the giving back of those that are going (fs/snapshot.h).

#include "cache/cache.h"
#include "errno.h"
#include "fs/snapshot.h"
#include "fs/snapshot_index.h"
#include "fs/snapshot_record.h"
#include "fs/tx.h"
#include "mem/slab.h"

static const struct object_ops table_ops = { .fill = tree_fill };

struct itable *itable_new(struct volume *vol, uint32 id, const struct disk_tree *disk)
{
    struct itable *table = kmalloc_zeroed(sizeof *table);
    if (table == NULL)
        return NULL;
    table->vol = vol;
    table->id = id;
    table->frozen = id != 0;
    table->partly = PARTLY_NONE;
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

void itable_enter(struct itable *table)
{
    *snapshot_index_table(table->vol, table->id) = table;
}

int itable_load(struct volume *vol, const struct disk_snapshot *rec, struct itable **out)
{
    *out = *snapshot_index_table(vol, rec->id);
    if (*out != NULL)
        return 0;
    if (!tree_valid(vol, &rec->inodes))
        return volume_damage(vol, "snapshot %u has no well-formed tree", rec->id);
    *out = itable_new(vol, rec->id, &rec->inodes);
    if (*out == NULL)
        return -ENOMEM;
    itable_enter(*out);
    return 0;
}

void itable_pin(struct itable *table)
{
    spin_lock(&table->vol->inodes_lock);
    table->nloaded++;
    spin_unlock(&table->vol->inodes_lock);
}

void itable_unpin(struct itable *table)
{
    spin_lock(&table->vol->inodes_lock);
    table->nloaded--;
    spin_unlock(&table->vol->inodes_lock);
}

void itable_set_going(struct itable *table)
{
    spin_lock(&table->vol->inodes_lock);
    table->going = true;
    spin_unlock(&table->vol->inodes_lock);
    if (list_empty(&table->link))
        list_push_back(&table->vol->going, &table->link);
}

// --- giving back ------------------------------------------------------------------------------

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
        err = tree_cut_some(&table->inodes);
        at.rec->inodes = table->inodes.disk;
    }
    if (!err)
        record_free(vol, &at);
    record_put(&at);
    return err;
}

// The file of the inode that is given back in part, which has a root of its own.
static int seal_partly(struct itable *table)
{
    struct tree tree;
    if (table->partly == PARTLY_NONE)
        return 0;
    struct frame *f = cache_find(&table->inodes.obj, table->partly / INODES_PER_BLOCK);
    if (f == NULL)
        return 0; // it is as on the disk
    struct disk_inode *d = (struct disk_inode *)frame_page(f) + table->partly % INODES_PER_BLOCK;
    tree_init(&tree, table->vol, TREE_FILE, NULL);
    tree.disk = d->data;
    int err = tree_seal(&tree);
    d->data = tree.disk;
    frame_put(f);
    return err;
}

static int seal(struct itable *table)
{
    struct record at;
    int err = seal_partly(table);
    if (!err)
        err = tree_seal(&table->inodes);
    if (!err)
        err = record_get(table->vol, table->id, &at);
    if (err)
        return err;
    at.rec->inodes = table->inodes.disk;
    record_put(&at);
    return 0;
}

// => true: its root is of the open generation
static bool is_changed(const struct itable *table)
{
    const struct blkptr *root = &table->inodes.disk.root;
    return root->block != 0 && root->gen == (uint32)table->vol->generation;
}

int itables_seal(struct volume *vol)
{
    int err = 0;
    list_for_each (item, &vol->going) {
        struct itable *table = container_of(item, struct itable, link);
        if (!err && is_changed(table))
            err = seal(table);
    }
    return err;
}

void itables_clean(struct volume *vol)
{
    list_for_each (item, &vol->going)
        cache_clean(&container_of(item, struct itable, link)->inodes.obj);
}

bool itable_in_use(struct itable *table)
{
    spin_lock(&table->vol->inodes_lock);
    bool used = table->nloaded > 0;
    spin_unlock(&table->vol->inodes_lock);
    return used;
}

// => a table that is going and not in use.  The volume's mutex is held.
static struct itable *unused_table(struct volume *vol)
{
    list_for_each (item, &vol->going) {
        struct itable *table = container_of(item, struct itable, link);
        if (!table->stuck && !itable_in_use(table))
            return table;
    }
    return NULL;
}

// In a transaction.  => -ENOENT: there is none; -EAGAIN: enough for one; -ENOMEM: later
static int bury_one(struct volume *vol)
{
    struct itable *table = unused_table(vol);
    if (table == NULL)
        return -ENOENT;
    int err = give_back(table);
    if (err) {
        table->stuck = err == -EIO;
        return table->stuck ? 0 : err;
    }
    list_remove(&table->link);
    itable_free(table);
    return 0;
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
        tx_hand_over(vol);
    } while (!err || err == -EAGAIN);
}
