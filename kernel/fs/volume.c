// Mounting, unmounting, formatting, and what is asked of a volume as a whole (fs/fs.h).

#include "fs/volume.h"
#include "cache/cache.h"
#include "errno.h"
#include "fs/ages.h"
#include "fs/classic.h"
#include "fs/commit.h"
#include "fs/inode.h"
#include "fs/inode_map.h"
#include "fs/path.h"
#include "fs/snapshot.h"
#include "fs/snapshot_index.h"
#include "fs/shrink.h"
#include "fs/space.h"
#include "fs/super.h"
#include "fs/tx.h"
#include "fs/writer.h"
#include "lib/print.h"
#include "lib/string.h"
#include "mem/audit.h"
#include "mem/reclaim.h"
#include "mem/slab.h"
#include "task/clock.h"
#include "task/thread.h"

// Changes wait this long before they are committed, unless there are many.
#define COMMIT_AGE_NS 3000000000UL

// With less than this part of memory free, inodes that nobody uses are let go of.
#define MEMORY_SHORT 16

static struct list volumes = LIST_INIT(volumes);

int volume_damage(struct volume *vol, const char *fmt, ...)
{
    char text[160];
    va_list ap;
    va_start(ap, fmt);
    vformat(text, sizeof text, fmt, ap);
    va_end(ap);
    printk("fs: %s: %s\n", vol->dev->name, text);
    return -EIO;
}

// What is counted under the volume's locks; the directories have their own.
static void audit_volume(struct volume *vol)
{
    mutex_lock(&vol->commit_lock);
    mutex_lock(&vol->lock);
    kmalloc_audit(vol);
    audit_count(frame_of_page(vol->super_page));
    audit_count(frame_of_page(vol->inode_table));
    audit_count(writer_frame(vol->writer));
    for (struct frame *f = vol->closing.first; f != NULL; f = f->write_next) {
        audit_count(f);
        thread_breathe();
    }
    space_audit(vol);
    inode_map_audit(vol);
    snapshot_index_audit(vol);
    inodes_audit(vol);
    mutex_unlock(&vol->lock);
    mutex_unlock(&vol->commit_lock);
    inodes_audit_directories(vol);
}

static void audit(void)
{
    list_for_each (item, &volumes)
        audit_volume(container_of(item, struct volume, link));
}

static size_t shrink(void)
{
    size_t got = 0;
    list_for_each (item, &volumes)
        got += volume_shrink(container_of(item, struct volume, link));
    return got;
}

// --- making and unmaking the structure in memory ----------------------------------------------

static const struct object_ops metadata_ops = { .fill = tree_fill };

// All inodes, and the tables they are in.
static void forget_inodes(struct volume *vol)
{
    inodes_destroy(vol);
    snapshots_destroy(vol);
}

static void volume_free(struct volume *vol)
{
    commit_abandon(vol);
    if (vol->live != NULL)
        itable_free(vol->live);
    inode_map_destroy(vol);
    cache_drop(&vol->snapshots.obj, 0);
    cache_drop(&vol->counts.obj, 0);
    cache_drop(&vol->meta, 0);
    space_destroy(vol);
    if (vol->writer != NULL)
        writer_destroy(vol->writer);
    if (vol->inode_table != NULL)
        kfree(vol->inode_table);
    if (vol->super_page != NULL)
        kfree(vol->super_page);
    kmfree(vol);
}

static int allocate_parts(struct volume *vol)
{
    vol->live = itable_new(vol, 0, NULL);
    vol->writer = writer_new(vol->dev);
    vol->inode_table = kalloc_zeroed(FRAME_CACHE);
    vol->super_page = kalloc_zeroed(FRAME_CACHE);
    if (vol->live == NULL || vol->writer == NULL || vol->inode_table == NULL ||
        vol->super_page == NULL)
        return -ENOMEM;
    return 0;
}

// => a volume without content; NULL if there is no memory
static struct volume *volume_new(struct blkdev *dev)
{
    struct volume *vol = kmalloc_zeroed(sizeof *vol);
    if (vol == NULL || cache_init() != 0) {
        kmfree(vol);
        return NULL;
    }
    vol->dev = dev;
    vol->read_only = dev->read_only;
    mutex_init(&vol->lock, "volume", RANK_FS);
    mutex_init(&vol->commit_lock, "commit", RANK_FS_COMMIT);
    mutex_init(&vol->rename_lock, "rename", RANK_FS_RENAME);
    spin_init(&vol->asked_lock, "commit asked", RANK_IO);
    waitq_init(&vol->asked_wait, "commit asked");
    spin_init(&vol->inodes_lock, "inodes", RANK_CACHE);
    commit_init(&vol->closing);
    vol->may_drop = DROPS_ALL;
    list_init(&vol->going);
    list_init(&vol->dirty_inodes);
    list_init(&vol->unused_inodes);
    tree_init(&vol->counts, vol, TREE_COUNTS, &metadata_ops);
    tree_init(&vol->snapshots, vol, TREE_SNAPSHOTS, &metadata_ops);
    object_init(&vol->meta, &metadata_ops);
    if (allocate_parts(vol) != 0) {
        volume_free(vol);
        return NULL;
    }
    return vol;
}

// --- mounting ---------------------------------------------------------------------------------

// Takes over what the superblock says.
static int adopt(struct volume *vol, const struct superblock *sb)
{
    vol->generation = sb->generation + 1;
    vol->nblocks = sb->nblocks;
    vol->features = sb->features;
    vol->ninodes = sb->ninodes;
    vol->lowest_ino = sb->lowest_ino > FS_ROOT_INO ? sb->lowest_ino : FS_ROOT_INO;
    vol->nsnapshots = sb->nsnapshots;
    vol->ngoing = sb->ngoing;
    if (ages_adopt(vol, sb) != 0)
        return volume_damage(vol, "the superblock's ages of blocks are not well-formed");
    if (!tree_valid(vol, &sb->inodes) || !tree_valid(vol, &sb->counts) ||
        !tree_valid(vol, &sb->snapshots))
        return volume_damage(vol, "the superblock's trees are not well-formed");
    vol->live->inodes.disk = sb->inodes;
    vol->counts.disk = sb->counts;
    vol->snapshots.disk = sb->snapshots;
    return space_init(vol, sb->nfree, sb->next_block);
}

// Gives back the inodes without names that a cut left behind.
static int bury_orphans(struct volume *vol, uint64 first)
{
    mutex_lock(&vol->lock);
    int err = inodes_load_orphans(vol->live, first);
    mutex_unlock(&vol->lock);
    if (!err)
        inodes_bury(vol);
    return err;
}

static int find_root(struct volume *vol)
{
    struct inode *root;
    int err = inode_find(vol->live, FS_ROOT_INO, &root);
    if (err)
        return err;
    vol->live->root = root;
    if (inode_is_dir(root) && root->nlink > 0)
        return 0;
    inode_put(root);
    return volume_damage(vol, "the root is no directory");
}

static int mount_on(struct volume *vol)
{
    void *spare = kalloc(FRAME_CACHE);
    if (spare == NULL)
        return -ENOMEM;
    struct superblock *sb = vol->super_page;
    int err = super_read(vol->dev, sb, spare);
    kfree(spare);
    if (err > 0) { // to write would be to destroy what is newer
        printk("fs: %s: what was written last may be missing: read-only\n", vol->dev->name);
        vol->read_only = true;
        err = 0;
    }
    if (!err)
        err = adopt(vol, sb);
    if (!err)
        err = find_root(vol);
    if (!err)
        err = snapshots_init(vol);
    if (!err && !vol->read_only)
        err = bury_orphans(vol, sb->orphans);
    return err;
}

int volume_mount(struct blkdev *dev, struct volume **out)
{
    static bool registered;
    struct volume *vol = volume_new(dev);
    if (vol == NULL)
        return -ENOMEM;
    int err = mount_on(vol);
    if (err) {
        forget_inodes(vol);
        volume_free(vol);
        return err;
    }
    list_push_back(&volumes, &vol->link);
    if (!registered) {
        audit_register("fs", audit);
        reclaim_wait_register(shrink);
    }
    registered = true;
    *out = vol;
    return 0;
}

int volume_unmount(struct volume *vol)
{
    inode_put(vol->live->root);
    int err = volume_sync(vol);
    list_remove(&vol->link);
    forget_inodes(vol);
    volume_free(vol);
    return err;
}

// --- formatting -------------------------------------------------------------------------------

static int write_first(struct volume *vol)
{
    mutex_lock(&vol->lock);
    int err = space_claim_slots(vol);
    if (!err)
        err = dir_make_root(vol, &vol->live->root);
    mutex_unlock(&vol->lock);
    return err ? err : commit(vol);
}

// Neither slot is valid from here on.
static int wipe_slots(struct volume *vol)
{
    int err = 0;
    for (uint32 i = 0; i < FS_FIRST_BLOCK && !err; i++)
        err = blk_write(vol->dev, i, vol->super_page);
    return err ? err : blk_flush(vol->dev);
}

int volume_format(struct blkdev *dev, uint64 nblocks, bool classic)
{
    if (nblocks < FS_BLOCKS_MIN || nblocks > FS_BLOCKS_MAX || nblocks > dev->nblocks)
        return -EINVAL;
    struct volume *vol = volume_new(dev);
    if (vol == NULL)
        return -ENOMEM;
    vol->generation = 1;
    vol->nblocks = nblocks;
    vol->features = classic ? FS_CLASSIC : 0;
    vol->lowest_ino = FS_ROOT_INO;
    ages_init(vol);
    int err = space_init(vol, nblocks, FS_FIRST_BLOCK);
    if (!err)
        err = wipe_slots(vol);
    if (!err)
        err = write_first(vol);
    forget_inodes(vol);
    volume_free(vol);
    return err;
}

// --- the volume as a whole --------------------------------------------------------------------

int volume_sync(struct volume *vol)
{
    inodes_bury(vol);
    snapshots_bury(vol);
    mutex_lock(&vol->lock);
    bool durable = vol->read_only && vol->dirty_since == 0 && !vol->closing.active;
    mutex_unlock(&vol->lock);
    return durable ? 0 : commit(vol);
}

void volume_tick(struct volume *vol)
{
    uint64 now = clock_ns();
    inodes_bury(vol);
    snapshots_bury(vol);
    mutex_lock(&vol->lock);
    bool due = vol->closing.active || // a commit that has failed, or another's
               (vol->dirty_since != 0 && now - vol->dirty_since >= COMMIT_AGE_NS);
    due = due && !vol->read_only;
    mutex_unlock(&vol->lock);
    if (due)
        commit(vol);
    if (frames_free() < frames_total() / MEMORY_SHORT)
        inodes_trim(vol, 0);
}

static void wait_asked(struct volume *vol)
{
    spin_lock(&vol->asked_lock);
    while (!vol->asked)
        wait_at_rest(&vol->asked_wait, &vol->asked_lock);
    vol->asked = false;
    spin_unlock(&vol->asked_lock);
}

_Noreturn void volume_serve(struct volume *vol)
{
    for (;;) {
        wait_asked(vol);
        commit(vol);
    }
}

void volume_info(struct volume *vol, struct volume_info *out)
{
    mutex_lock(&vol->lock);
    *out = (struct volume_info){
        .blocks = vol->nblocks,
        .free_blocks = tx_blocks_left(vol),
        .inodes = vol->ninodes,
        .inodes_max = volume_is_classic(vol) ? CLASSIC_INODES : FS_INODES_MAX,
        .name_longest = volume_is_classic(vol) ? DIRSIZ : NAME_LONGEST,
        .generation = vol->generation - 1,
        .classic = volume_is_classic(vol),
    };
    mutex_unlock(&vol->lock);
}

struct inode *volume_root(struct volume *vol)
{
    spin_lock(&vol->inodes_lock);
    struct inode *root = vol->live->root;
    inode_get(root);
    spin_unlock(&vol->inodes_lock);
    return root;
}
