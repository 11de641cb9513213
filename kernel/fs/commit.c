// Commit: the open generation becomes the volume's state on the disk, at one stroke.
//
// Closing it, with the volume's mutex held and without waiting for the disk:
//
//     0  maps                     no program stores to a page of a dirty file any more (mapped.c)
//     1  the reference counts     settled: from here on no block is taken or given back
//     2  files and directories    checksums from pages to roots; each page is noted to be written
//     3  the inode table          takes the roots; sealed like a file; then what is left of tables
//                                 that are being given back, snapshots, and counts
//     4  in memory                noted pages count as clean, but are held; the next one opens
//
// Writing it, without the mutex, so that the next generation fills meanwhile:
//
//     5  the noted pages, FLUSH   all is on stable storage, and nobody knows of it yet
//     6  the other superblock slot, FLUSH
//     7  with the mutex again     pages are let go of, freed blocks are free
//
// A page that is being written to the disk is held, and whoever wants to change it gets a copy of
// it first (cache_claim, cache_unshare), as with any page that somebody holds.  So the bytes that
// go to the disk are those that the checksums were made of.
//
// A cut before the slot of step 6 is whole on the disk leaves the old generation; its blocks
// have not been written to.  A cut after leaves the new one.  A slot that is torn does not add up
// and counts as not written.
//
// Failure.  If closing fails nothing has been closed, and the next try begins anew.  If step 5
// fails the generation stays closed and its pages held; the next commit writes them again before it
// closes another.  If step 6 fails nobody can tell which root the disk has; writing to blocks of
// either would break F1, so the volume is read-only until it is mounted again.

#include "cache/cache.h"
#include "errno.h"
#include "fs/commit.h"
#include "fs/inode.h"
#include "fs/itable.h"
#include "fs/space.h"
#include "fs/super.h"
#include "fs/tree.h"
#include "fs/tx.h"
#include "fs/writer.h"
#include "lib/print.h"
#include "task/thread.h"

#define FLIGHT_PIECE 1024 // pages in flight that are looked at in one breath

// --- the pages that are to be written ---------------------------------------------------------

void commit_add(struct volume *vol, struct frame *f, uint64 block)
{
    struct closing *c = &vol->closing;
    frame_get(f);
    f->block = block;
    f->write_next = NULL;
    *c->tail = f;
    c->tail = &f->write_next;
    c->npages++;
}

// Lets go of all of them.
static void let_go(struct closing *c)
{
    struct frame *f = c->first, *next;
    for (; f != NULL; f = next) {
        next = f->write_next;
        f->block = 0;
        frame_put(f);
        thread_breathe();
    }
    commit_init(c);
}

void commit_init(struct closing *c)
{
    *c = (struct closing){ .tail = &c->first };
}

void commit_abandon(struct volume *vol)
{
    let_go(&vol->closing);
}

struct frame *commit_in_flight(const struct volume *vol, const struct blkptr *p)
{
    const struct closing *c = &vol->closing;
    if (!c->active || p->gen != c->generation)
        return NULL;
    struct frame *f = c->first;
    for (uint64 n = 1; f != NULL && f->block != p->block; n++) {
        f = f->write_next;
        if (n % FLIGHT_PIECE == 0)
            thread_breathe(); // the list stays: the mutex is held
    }
    return f;
}

// --- closing ----------------------------------------------------------------------------------

// Makes each changed page of the counts ours.  That takes blocks and frees blocks, which
// changes counts, perhaps on pages that were as on the disk.  Those go to the end of the list
// that we are walking down, so we come to them too.  A page moves but once in a generation: what
// is ours already costs nothing.  So the walk ends, after all the pages of counts at the latest,
// and as the counts have a zone of their own (fs/space.h) after those that tell of the zone, as a
// rule.
static int settle_counts(struct volume *vol)
{
    list_for_each (item, &vol->counts.obj.dirty) {
        struct frame *f = container_of(item, struct frame, link);
        int err = tree_own(&vol->counts, f->index, &f); // dirty: it stays this frame
        if (err)
            return err;
        thread_breathe();
    }
    return 0;
}

static int seal_files(struct volume *vol)
{
    list_for_each (item, &vol->dirty_inodes) {
        struct inode *ino = container_of(item, struct inode, dirty_link);
        int err = tree_seal(&ino->data);
        if (!err)
            err = inode_store(ino);
        if (err)
            return err;
        thread_breathe();
    }
    return 0;
}

static int seal_all(struct volume *vol)
{
    int err = settle_counts(vol);
    if (!err)
        err = seal_files(vol);
    if (!err)
        err = tree_seal(&vol->live->inodes);
    if (!err)
        err = itables_seal(vol);
    if (!err)
        err = tree_seal(&vol->snapshots);
    if (!err)
        err = tree_seal(&vol->counts);
    return err;
}

static void open_next(struct volume *vol)
{
    super_fill(vol, vol->super_page);
    inodes_clean(vol);
    cache_clean(&vol->live->inodes.obj);
    itables_clean(vol);
    cache_clean(&vol->snapshots.obj);
    cache_clean(&vol->counts.obj);
    cache_clean(&vol->meta);
    space_close_pending(vol);
    vol->closing.generation = vol->generation++;
    vol->closing.active = true;
    vol->dirty_since = 0;
}

static bool nothing_changed(const struct volume *vol)
{
    return list_empty(&vol->dirty_inodes) && list_empty(&vol->live->inodes.obj.dirty) &&
           list_empty(&vol->snapshots.obj.dirty) && list_empty(&vol->counts.obj.dirty) &&
           list_empty(&vol->meta.dirty);
}

// Says it once, until a commit works again.
static void say_failed(struct volume *vol, uint64 generation, int err)
{
    if (!vol->failing)
        printk("fs: %s: generation %lu could not be written (error %d): it stays in memory\n",
               vol->dev->name, generation, -err);
    vol->failing = true;
}

// => 0: the open generation is closed, or nothing has changed in it.  The mutex and the commit lock
// are held, and no generation is being written.
static int close_generation(struct volume *vol)
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
    inodes_refuse_stores(vol);
    int err = seal_all(vol);
    if (err) {
        inodes_admit_stores(vol);
        let_go(&vol->closing);
        say_failed(vol, vol->generation, err);
        return err;
    }
    open_next(vol);
    return 0;
}

// --- writing ----------------------------------------------------------------------------------

static int write_pages(struct volume *vol)
{
    for (struct frame *f = vol->closing.first; f != NULL; f = f->write_next) {
        writer_put(vol->writer, f->block, frame_page(f));
        thread_breathe();
    }
    int err = writer_wait(vol->writer);
    return err ? err : blk_flush(vol->dev);
}

static int switch_root(struct volume *vol)
{
    int err = super_write(vol, vol->super_page);
    if (err) {
        mutex_lock(&vol->lock);
        vol->read_only = true;
        mutex_unlock(&vol->lock);
        printk("fs: %s: the superblock could not be written: read-only from here on\n",
               vol->dev->name);
    }
    return err;
}

// Writes the generation that is closed, if there is one.  The commit lock is held.
static int write_generation(struct volume *vol)
{
    if (!vol->closing.active)
        return 0;
    if (vol->read_only)
        return -EROFS;
    int err = write_pages(vol);
    if (err)
        say_failed(vol, vol->closing.generation, err);
    else
        err = switch_root(vol);
    if (err)
        return err;
    vol->failing = false;
    mutex_lock(&vol->lock);
    let_go(&vol->closing);
    space_release_closing(vol);
    mutex_unlock(&vol->lock);
    return 0;
}

int commit_and(struct volume *vol, commit_fn *fn, void *arg)
{
    int kept = thread_use_kept(KEPT_ALL);
    mutex_lock(&vol->commit_lock);
    int err = write_generation(vol);
    if (!err) {
        mutex_lock(&vol->lock);
        err = close_generation(vol);
        if (!err && fn != NULL) {
            tx_changes(vol);
            err = fn(vol, arg);
        }
        mutex_unlock(&vol->lock);
    }
    int io = write_generation(vol);
    mutex_unlock(&vol->commit_lock);
    thread_use_kept_end(kept);
    return err ? err : io;
}

void commit_ask(struct volume *vol)
{
    spin_lock(&vol->asked_lock);
    if (!vol->asked)
        wake_one(&vol->asked_wait);
    vol->asked = true;
    spin_unlock(&vol->asked_lock);
}

int commit(struct volume *vol)
{
    return commit_and(vol, NULL, NULL);
}
