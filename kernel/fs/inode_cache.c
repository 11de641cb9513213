// Inodes in memory: finding, counting, forgetting (fs/inode.h).

#include "cache/cache.h"
#include "errno.h"
#include "fs/dir_index.h"
#include "fs/inode.h"
#include "fs/tx.h"
#include "lib/print.h"
#include "mem/audit.h"
#include "mem/slab.h"
#include "task/thread.h"

static struct obj_cache inode_objects =
    OBJ_CACHE_INIT(inode_objects, "inode", sizeof(struct inode));

static void inode_release(struct object *obj);

const struct object_ops inode_object_ops = { .fill = tree_fill,
                                             .fill_ahead = tree_fill_ahead,
                                             .release = inode_release,
                                             .size = inode_bytes,
                                             .allow_store = inode_allow_store,
                                             .sync = inode_sync_object };

// Unused inodes that stay: by the size of memory.
static size_t unused_limit(void)
{
    size_t n = frames_total() / 64;
    return n < 64 ? 64 : n > 4096 ? 4096 : n;
}

static struct inode **bucket(const struct itable *table, uint64 number)
{
    return &table->vol->inode_table[((uint64)table / sizeof *table + number) % INODE_BUCKETS];
}

// => the inode or NULL; the inodes_lock is held
static struct inode *look(const struct itable *table, uint64 number)
{
    struct inode *ino = *bucket(table, number);
    while (ino != NULL && (ino->number != number || ino->table != table))
        ino = ino->hash_next;
    return ino;
}

// One reference more to an inode that is not dying, perhaps the first; the inodes_lock is held.
static void hold(struct inode *ino)
{
    if (__atomic_fetch_add(&ino->data.obj.refs, 1, __ATOMIC_RELAXED) == 0 &&
        !list_empty(&ino->unused_link)) {
        list_remove(&ino->unused_link);
        inode_volume(ino)->nunused--;
    }
}

// Finds it in memory.  => 0; -ENOENT: it is not there; -EIO: it is on its way out
static int find_cached(struct itable *table, uint64 number, struct inode **out)
{
    struct volume *vol = table->vol;
    int err = 0;
    spin_lock(&vol->inodes_lock);
    struct inode *ino = look(table, number);
    if (ino == NULL) {
        err = -ENOENT;
    } else if (ino->dying) {
        err = -EIO;
    } else {
        hold(ino);
    }
    spin_unlock(&vol->inodes_lock);
    if (!err)
        *out = ino;
    return err;
}

int inode_find(struct itable *table, uint64 number, struct inode **out)
{
    int err = find_cached(table, number, out);
    if (err != -ENOENT)
        return err;
    mutex_lock(&table->vol->lock);
    err = inode_find_locked(table, number, out);
    mutex_unlock(&table->vol->lock);
    return err;
}

int inode_find_locked(struct itable *table, uint64 number, struct inode **out)
{
    int err = find_cached(table, number, out);
    if (err != -ENOENT)
        return err;
    struct inode *ino = inode_new(table, number);
    if (ino == NULL)
        return -ENOMEM;
    err = inode_read_table(ino);
    if (err) {
        inode_discard(ino);
        return err;
    }
    inode_enter(ino);
    *out = ino;
    return 0;
}

struct inode *inode_new(struct itable *table, uint64 number)
{
    struct inode *ino = obj_alloc_zeroed(&inode_objects);
    if (ino == NULL)
        return NULL;
    tree_init(&ino->data, table->vol, TREE_FILE, &inode_object_ops);
    ino->table = table;
    ino->number = number;
    mutex_init(&ino->lock, "inode", RANK_INODE);
    mutex_init(&ino->write_lock, "inode write", RANK_WRITE);
    list_init(&ino->dirty_link);
    list_init(&ino->orphan_link);
    list_init(&ino->unused_link);
    return ino;
}

void inode_discard(struct inode *ino)
{
    dir_index_drop(ino);
    obj_free(&inode_objects, ino);
}

// => the inodes_lock is held
static void hash(struct inode *ino)
{
    struct inode **head = bucket(ino->table, ino->number);
    ino->hash_next = *head;
    *head = ino;
    ino->table->nloaded++;
}

void inode_enter(struct inode *ino)
{
    struct volume *vol = inode_volume(ino);
    spin_lock(&vol->inodes_lock);
    hash(ino);
    spin_unlock(&vol->inodes_lock);
}

// => nobody finds it any more; the inodes_lock is held
static void unhash(struct inode *ino)
{
    struct inode **at = bucket(ino->table, ino->number);
    while (*at != ino)
        at = &(*at)->hash_next;
    *at = ino->hash_next;
    ino->table->nloaded--;
}

// => the inodes_lock is held; it has no references and is clean
static void push_unused(struct inode *ino)
{
    list_push_back(&inode_volume(ino)->unused_inodes, &ino->unused_link);
    inode_volume(ino)->nunused++;
}

// Frees an inode that nobody finds any more.
static void forget(struct inode *ino)
{
    cache_drop(&ino->data.obj, 0);
    inode_discard(ino);
}

static void forget_dying(struct inode *ino)
{
    struct volume *vol = inode_volume(ino);
    spin_lock(&vol->inodes_lock);
    unhash(ino);
    spin_unlock(&vol->inodes_lock);
    forget(ino);
}

// Gives a dying inode back.  If that cannot be done now it stays, for inodes_bury() to try again,
// or for the next mount.
static int bury(struct inode *ino)
{
    int kept = thread_use_kept(KEPT_WORK);
    int err = inode_destroy(ino);
    thread_use_kept_end(kept);
    if (err && !ino->table->frozen) // what a snapshot names goes with the snapshot
        return err;
    forget_dying(ino);
    return 0;
}

// The list of orphans ends here, before its end.  => 0, -ENOMEM
static int lose_orphans(struct itable *table, uint64 number, int err)
{
    if (err == -ENOMEM)
        return err;
    volume_damage(table->vol, "the list of orphans ends at inode %lu, which is none", number);
    return 0;
}

// *number: of an orphan, then of the next; 0: there is none, or it leads astray.  => 0, -ENOMEM
static int load_orphan(struct itable *table, uint64 *number)
{
    struct inode *ino;
    uint64 this = *number;
    int err = inode_find_locked(table, this, &ino);
    *number = 0;
    if (err)
        return lose_orphans(table, this, err);
    err = inode_next_orphan(ino, number);
    if (err || ino->nlink != 0) {
        *number = 0;
        inode_put(ino);
        return lose_orphans(table, this, err);
    }
    spin_lock(&table->vol->inodes_lock);
    ino->data.obj.refs = 0;
    ino->dying = ino->unburied = true;
    spin_unlock(&table->vol->inodes_lock);
    list_push_back(&table->orphans, &ino->orphan_link);
    return 0;
}

int inodes_load_orphans(struct itable *table, uint64 number)
{
    int err = 0;
    while (number != 0 && !err) {
        err = load_orphan(table, &number);
        thread_breathe();
    }
    return err;
}

void inodes_forget_orphans(struct itable *table)
{
    list_for_each_safe (item, &table->orphans) {
        struct inode *ino = container_of(item, struct inode, orphan_link);
        list_remove(item);
        if (ino->unburied)
            forget_dying(ino);
    }
}

// => an orphan that nobody holds, NULL if there is none
static struct inode *find_unburied(struct volume *vol)
{
    struct inode *found = NULL;
    mutex_lock(&vol->lock);
    list_for_each (item, &vol->live->orphans) {
        struct inode *ino = container_of(item, struct inode, orphan_link);
        if (ino->unburied) {
            found = ino;
            break;
        }
        thread_breathe();
    }
    if (found != NULL)
        found->unburied = false; // ours
    mutex_unlock(&vol->lock);
    return found;
}

static bool bury_or_keep(struct inode *ino)
{
    struct volume *vol = inode_volume(ino);
    if (bury(ino) == 0)
        return true;
    mutex_lock(&vol->lock);
    bool kept = !ino->table->frozen; // a rollback has come in between
    ino->unburied = kept;
    mutex_unlock(&vol->lock);
    if (!kept)
        forget_dying(ino);
    return !kept;
}

void inodes_bury(struct volume *vol)
{
    struct inode *ino;
    do
        ino = find_unburied(vol);
    while (ino != NULL && bury_or_keep(ino));
}

static bool is_dying(struct inode *ino)
{
    struct volume *vol = inode_volume(ino);
    spin_lock(&vol->inodes_lock);
    bool dying = ino->dying;
    spin_unlock(&vol->inodes_lock);
    return dying;
}

// => an orphan that somebody is giving back, NULL if there is none.  The volume's mutex is held: as
// long as it stands on the list it stays.
static struct inode *find_in_burial(struct volume *vol)
{
    list_for_each (item, &vol->live->orphans) {
        struct inode *ino = container_of(item, struct inode, orphan_link);
        if (!ino->unburied && is_dying(ino))
            return ino;
        thread_breathe();
    }
    return NULL;
}

// In a transaction.  => -ENOENT: there is none; as inode_destroy_some()
static int help_bury_one(struct volume *vol)
{
    struct inode *ino = find_in_burial(vol);
    return ino != NULL ? inode_destroy_some(ino) : -ENOENT;
}

void inodes_help_bury(struct volume *vol)
{
    int kept = thread_use_kept(KEPT_WORK), err;
    while ((err = tx_begin_names(vol, 0)) == 0) {
        err = help_bury_one(vol);
        tx_hand_over(vol);
        if (err && err != -EAGAIN)
            break;
    }
    thread_use_kept_end(kept);
}

// What seems to be the last reference goes.
static void inode_release(struct object *obj)
{
    struct inode *ino = inode_of(obj);
    struct volume *vol = inode_volume(ino);
    uint64 number = ino->number;
    spin_lock(&vol->inodes_lock);
    bool last = __atomic_sub_fetch(&obj->refs, 1, __ATOMIC_ACQ_REL) == 0;
    bool going = last && ino->table->going;
    bool dies = last && !going && ino->nlink == 0;
    if (going)
        unhash(ino);
    else if (dies)
        ino->dying = true;
    else if (last && !ino->dirty)
        push_unused(ino);
    bool full = vol->nunused > unused_limit();
    spin_unlock(&vol->inodes_lock);
    if (going)
        forget(ino);
    if (dies)
        dir_index_drop(ino); // nobody finds it: the audit neither
    if (dies && !bury_or_keep(ino))
        printk("fs: %s: inode %lu cannot be given back now\n", vol->dev->name, number);
    if (full)
        inodes_trim(vol, unused_limit());
}

void inodes_clean(struct volume *vol)
{
    struct list *item;
    while ((item = list_pop_front(&vol->dirty_inodes)) != NULL) {
        struct inode *ino = container_of(item, struct inode, dirty_link);
        cache_clean(&ino->data.obj);
        inode_stores_committed(ino);
        spin_lock(&vol->inodes_lock);
        ino->dirty = false;
        if (ino->data.obj.refs == 0 && !ino->dying)
            push_unused(ino);
        spin_unlock(&vol->inodes_lock);
        thread_breathe();
    }
}

static struct inode *take_oldest(struct volume *vol, size_t keep)
{
    struct inode *ino = NULL;
    spin_lock(&vol->inodes_lock);
    if (vol->nunused > keep) {
        ino = container_of(list_pop_front(&vol->unused_inodes), struct inode, unused_link);
        vol->nunused--;
        unhash(ino);
    }
    spin_unlock(&vol->inodes_lock);
    return ino;
}

size_t inodes_trim(struct volume *vol, size_t keep)
{
    size_t gone = 0;
    struct inode *ino;
    for (; (ino = take_oldest(vol, keep)) != NULL; gone++)
        forget(ino);
    return gone;
}

// Takes an unused inode of the table out of the chain.  => it; NULL: there is none
static struct inode *take_unused(struct itable *table, size_t chain)
{
    struct volume *vol = table->vol;
    spin_lock(&vol->inodes_lock);
    struct inode *ino = vol->inode_table[chain];
    while (ino != NULL && (ino->table != table || list_empty(&ino->unused_link)))
        ino = ino->hash_next;
    if (ino != NULL) {
        list_remove(&ino->unused_link);
        vol->nunused--;
        unhash(ino);
    }
    spin_unlock(&vol->inodes_lock);
    return ino;
}

void inodes_forget(struct itable *table)
{
    struct inode *ino;
    for (size_t chain = 0; chain < INODE_BUCKETS; chain++) {
        while ((ino = take_unused(table, chain)) != NULL)
            forget(ino);
        thread_breathe();
    }
}

static void carry_over(struct inode *ino, struct itable *to)
{
    struct volume *vol = to->vol;
    if (ino->data.obj.refs == 0 || ino->nlink == 0 || look(to, ino->number) != NULL ||
        !inode_same_in(ino, to))
        return;
    spin_lock(&vol->inodes_lock);
    unhash(ino);
    ino->table = to;
    hash(ino);
    spin_unlock(&vol->inodes_lock);
}

// At rest nobody but us finds or forgets any.
void inodes_carry_over(struct itable *from, struct itable *to)
{
    for (size_t i = 0; i < INODE_BUCKETS; i++)
        for (struct inode *ino = from->vol->inode_table[i], *next; ino != NULL; ino = next) {
            next = ino->hash_next;
            if (ino->table == from)
                carry_over(ino, to);
        }
}

void inodes_destroy(struct volume *vol)
{
    for (size_t i = 0; i < INODE_BUCKETS; i++) {
        struct inode *ino;
        while ((ino = vol->inode_table[i]) != NULL) {
            vol->inode_table[i] = ino->hash_next;
            forget(ino);
        }
    }
}

static void audit_inode(const struct inode *ino)
{
    if (!list_empty(&ino->unused_link) && (ino->data.obj.refs != 0 || ino->dirty))
        audit_error("fs: inode %lu is listed as unused but is not", ino->number);
    if (ino->dirty == list_empty(&ino->dirty_link))
        audit_error("fs: inode %lu: dirty and its list disagree", ino->number);
    // A volume that cannot be written to lists none.
    bool listed = !ino->table->frozen && !inode_volume(ino)->read_only;
    if (listed && (ino->nlink == 0) == list_empty(&ino->orphan_link))
        audit_error("fs: inode %lu: %u names, and the list of orphans disagrees", ino->number,
                    ino->nlink);
}

void inodes_audit(struct volume *vol)
{
    for (size_t i = 0; i < INODE_BUCKETS; i++) {
        spin_lock(&vol->inodes_lock);
        for (struct inode *ino = vol->inode_table[i]; ino != NULL; ino = ino->hash_next)
            audit_inode(ino);
        spin_unlock(&vol->inodes_lock);
        thread_breathe();
    }
}

// => the next directory in the chain from `ino` on, with a reference; NULL: there is none
static struct inode *hold_directory(struct inode *ino)
{
    while (ino != NULL && (ino->dying || !inode_is_dir(ino)))
        ino = ino->hash_next;
    if (ino != NULL)
        hold(ino);
    return ino;
}

// Gives a reference back as inode_put() does, if nothing has to be freed for that: what the audit
// has counted stays.  The inodes_lock is held.  => false: inode_put() has to do it
static bool put_and_keep(struct inode *ino)
{
    if (ino->table->going || ino->nlink == 0)
        return false;
    if (__atomic_sub_fetch(&ino->data.obj.refs, 1, __ATOMIC_ACQ_REL) == 0 && !ino->dirty)
        push_unused(ino);
    return true;
}

// An inode that is held stays in its chain, so the walk goes on from it.
static struct inode *next_directory(struct volume *vol, size_t chain, struct inode *last)
{
    spin_lock(&vol->inodes_lock);
    struct inode *next = hold_directory(last != NULL ? last->hash_next : vol->inode_table[chain]);
    bool put = last == NULL || put_and_keep(last);
    spin_unlock(&vol->inodes_lock);
    if (!put)
        inode_put(last);
    return next;
}

void inodes_audit_directories(struct volume *vol)
{
    for (size_t i = 0; i < INODE_BUCKETS; i++) {
        struct inode *dir = NULL;
        while ((dir = next_directory(vol, i, dir)) != NULL) {
            mutex_lock(&dir->lock);
            dir_index_audit(dir);
            mutex_unlock(&dir->lock);
        }
        thread_breathe();
    }
}
