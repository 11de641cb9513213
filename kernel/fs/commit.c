// Commit: the open generation becomes the volume's state on the disk, at one stroke.
//
//     1  files and directories    checksums from pages to roots; blocks handed to the writer
//     2  the inode table          takes the roots; sealed like a file
//     3  the reference counts     settled, then sealed
//     4  wait, FLUSH              all of the above is on stable storage, and nobody knows of it yet
//     5  the other superblock slot, FLUSH
//     6  in memory: dirty pages are clean, freed blocks are free, the next generation is open
//
// A cut before the slot of step 5 is whole on the disk leaves the old generation; its blocks
// have not been written to.  A cut after leaves the new one.  A slot that is torn does not add up
// and counts as not written.
//
// Failure.  Up to step 4 nothing has happened that a later try could not do again: the generation
// stays open, its blocks stay ours.  If step 5 fails nobody can tell which root the disk has;
// writing to blocks of either would break F1, so the volume is read-only until it is mounted again.

#include "cache/cache.h"
#include "errno.h"
#include "fs/inode.h"
#include "fs/space.h"
#include "fs/super.h"
#include "fs/tree.h"
#include "fs/tx.h"
#include "fs/writer.h"
#include "lib/print.h"

static int seal_files(struct volume *vol)
{
    list_for_each (item, &vol->dirty_inodes) {
        struct inode *ino = container_of(item, struct inode, dirty_link);
        int err = tree_seal(&ino->data, vol->writer);
        if (!err)
            err = inode_store(ino);
        if (err)
            return err;
    }
    return 0;
}

// Makes each changed page of the counts ours.  That takes blocks and frees blocks, which
// changes counts, perhaps on pages that were as on the disk.  Those go to the end of the list
// that we are walking down, so we come to them too.  A page moves but once in a generation: what
// is ours already costs nothing.  So the walk ends, after all the pages of counts at the latest,
// and as the allocator goes on where it was, after a few pages as a rule.
static int settle_counts(struct volume *vol)
{
    list_for_each (item, &vol->counts.obj.dirty) {
        struct frame *f = container_of(item, struct frame, link);
        int err = tree_own(&vol->counts, f->index, f);
        if (err)
            return err;
    }
    return 0;
}

static int write_trees(struct volume *vol)
{
    int err = seal_files(vol);
    if (!err)
        err = tree_seal(&vol->inodes, vol->writer);
    if (!err)
        err = settle_counts(vol);
    if (!err)
        err = tree_seal(&vol->counts, vol->writer);
    int io = writer_wait(vol->writer);
    if (!err)
        err = io;
    return err ? err : blk_flush(vol->dev);
}

static void next_generation(struct volume *vol)
{
    inodes_clean(vol);
    cache_clean(&vol->inodes.obj);
    cache_clean(&vol->counts.obj);
    cache_clean(&vol->meta);
    space_release_pending(vol);
    vol->generation++;
    vol->dirty_since = 0;
}

static bool nothing_changed(const struct volume *vol)
{
    return list_empty(&vol->dirty_inodes) && list_empty(&vol->inodes.obj.dirty) &&
           list_empty(&vol->counts.obj.dirty) && list_empty(&vol->meta.dirty);
}

static int switch_root(struct volume *vol)
{
    super_fill(vol, vol->super_page);
    int err = super_write(vol, vol->super_page);
    if (err) {
        vol->read_only = true;
        printk("fs: %s: the superblock could not be written: read-only from here on\n",
               vol->dev->name);
    }
    return err;
}

int commit(struct volume *vol)
{
    if (vol->read_only)
        return -EROFS;
    if (nothing_changed(vol)) {
        vol->dirty_since = 0;
        return 0;
    }
    if (vol->generation >= FS_GEN_LAST) {
        vol->read_only = true;
        printk("fs: %s: no generation is left: read-only\n", vol->dev->name);
        return -EROFS;
    }
    int err = write_trees(vol);
    if (err && !vol->failing)
        printk("fs: %s: generation %lu could not be written (error %d): it stays in memory\n",
               vol->dev->name, vol->generation, -err);
    vol->failing = err != 0;
    if (!err)
        err = switch_root(vol);
    if (!err)
        next_generation(vol);
    return err;
}
