// What the file system gives back when memory is short and the caller may wait (mem/reclaim.h):
// everything that it can read again.
//
// A commit makes the dirty pages clean, so that kalloc's own reclaimer can have them.  Then go the
// inodes that nobody uses, the tables of snapshots that nobody looks into, and the indexes of
// directories that are in use.

#include "cache/cache.h"
#include "fs/commit.h"
#include "fs/dir_index.h"
#include "fs/inode.h"
#include "fs/shrink.h"
#include "fs/snapshot_index.h"

// => how many pages are clean that were not
static size_t write_back(struct volume *vol)
{
    size_t dirty = cache_dirty_pages() + vol->closing.npages;
    return dirty > 0 && commit(vol) == 0 ? dirty : 0;
}

// => the inodes_lock is held: it goes to no other use meanwhile
static bool dir_in_use(const struct inode *ino)
{
    return inode_is_dir(ino) && !ino->dying &&
           __atomic_load_n(&ino->data.obj.refs, __ATOMIC_RELAXED) > 0;
}

// => the nth directory in use of this chain, with a reference; NULL: there are fewer
static struct inode *nth_in_use(struct volume *vol, size_t chain, size_t n)
{
    spin_lock(&vol->inodes_lock);
    struct inode *ino = vol->inode_table[chain];
    while (ino != NULL && (!dir_in_use(ino) || n-- > 0))
        ino = ino->hash_next;
    if (ino != NULL)
        inode_get(ino);
    spin_unlock(&vol->inodes_lock);
    return ino;
}

static size_t drop_index(struct inode *dir)
{
    mutex_lock(&dir->lock);
    size_t had = dir_index_pages(dir);
    dir_index_drop(dir);
    mutex_unlock(&dir->lock);
    return had;
}

static size_t drop_indexes(struct volume *vol)
{
    size_t dropped = 0;
    struct inode *dir;
    for (size_t chain = 0; chain < INODE_BUCKETS; chain++)
        for (size_t n = 0; (dir = nth_in_use(vol, chain, n)) != NULL; n++) {
            dropped += drop_index(dir);
            inode_put(dir);
        }
    return dropped;
}

size_t volume_shrink(struct volume *vol)
{
    size_t got = write_back(vol);
    got += inodes_trim(vol, 0);
    mutex_lock(&vol->lock);
    got += snapshot_index_trim(vol);
    mutex_unlock(&vol->lock);
    return got + drop_indexes(vol);
}
