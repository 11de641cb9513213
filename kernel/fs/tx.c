// Transactions and the room they need (fs/tx.h).

#include "fs/tx.h"
#include "cache/cache.h"
#include "errno.h"
#include "fs/ages.h"
#include "fs/commit.h"
#include "fs/inode.h"
#include "fs/snapshot.h"
#include "fs/space.h"
#include "mem/frame.h"
#include "task/clock.h"

// Changes may fill 1/8 of memory, those counted that are on their way to the disk; a commit is
// asked for when those that are not fill 1/32.  While they fill less than 1/64 they are not worth a
// commit even if memory is short; unless it is so short that frames that are kept are in use.
#define DIRTY_MOST   8
#define DIRTY_MANY   32
#define DIRTY_LITTLE 64

// Two files to each pointer that shares (fs/tx.h), each with as many blocks on the way to its end.
#define COPIES_PER_SHARE (2 * (TREE_HEIGHT_MAX + 1))

// => true: there must be a commit before more is changed
static bool memory_full_of_changes(struct volume *vol)
{
    size_t open = cache_dirty_pages(), dirty = open + vol->closing.npages, total = frames_total();
    if (frames_kept_used() && dirty > FRAMES_KEPT / 4)
        return true;
    if (dirty <= total / DIRTY_LITTLE)
        return false;
    if (open > total / DIRTY_MANY && !vol->closing.active)
        commit_ask(vol);
    return dirty > total / DIRTY_MOST || frames_free() < dirty / 2;
}

// A commit in the middle of a transaction that has not changed anything yet.
static int commit_unlocked(struct volume *vol)
{
    mutex_unlock(&vol->lock);
    int err = commit(vol);
    mutex_lock(&vol->lock);
    return err;
}

int tx_begin(struct volume *vol)
{
    int err = 0;
    mutex_lock(&vol->lock);
    if (memory_full_of_changes(vol))
        err = commit_unlocked(vol);
    if (vol->read_only)
        err = -EROFS;
    if (err) {
        mutex_unlock(&vol->lock);
        return err;
    }
    tx_changes(vol);
    return 0;
}

void tx_changes(struct volume *vol)
{
    if (vol->dirty_since == 0)
        vol->dirty_since = clock_ns() | 1;
}

void tx_end(struct volume *vol)
{
    mutex_unlock(&vol->lock);
}

void tx_hand_over(struct volume *vol)
{
    mutex_hand_over(&vol->lock);
}

uint64 tx_removals_most(const struct volume *vol)
{
    return vol->nold + ages_last(vol)->nremovals;
}

// Of the files that are younger than every snapshot only some share.
static uint64 young_removals(uint64 shares, uint64 most)
{
    return shares < most / COPIES_PER_SHARE ? shares * COPIES_PER_SHARE : most;
}

uint64 tx_removals(const struct volume *vol)
{
    const struct age *young = ages_last(vol);
    if (vol->nshares == 0)
        return 0;
    return vol->nold + young_removals(young->nshares, young->nremovals);
}

uint64 tx_removals_with_clone(const struct volume *vol, const struct tree *src)
{
    const struct age *young = ages_last(vol);
    uint64 copies = tree_path(src);
    bool root_young = ages_young(vol, src->disk.root.gen),
         all_young = ages_young(vol, src->disk.born);
    return vol->nold + (all_young ? 0 : copies) +
           young_removals(young->nshares + root_young, young->nremovals + (all_young ? copies : 0));
}

// What only commits, and transactions that keep nothing, may take.
static uint64 reserve(const struct volume *vol)
{
    return space_commit_reserve(vol) + TX_WORK_RESERVE + tx_removals(vol);
}

bool tx_has_room(const struct volume *vol, uint64 takes, uint64 keeps)
{
    uint64 free = vol->space.nfree;
    if (keeps > 0 && free < reserve(vol) + keeps)
        return false;
    return free >= space_commit_reserve(vol) + takes;
}

// Gives back all that has no name any more and is not in use.
static void give_back(struct volume *vol)
{
    inodes_bury(vol);
    inodes_help_bury(vol);
    snapshots_bury(vol);
}

// Blocks that the next commits free.
static uint64 waiting(const struct volume *vol)
{
    return vol->space.npending + vol->space.nclosing;
}

// => true: some blocks came of it.  The mutex is let go of meanwhile.
static bool give_back_unlocked(struct volume *vol)
{
    uint64 before = vol->space.nfree;
    mutex_unlock(&vol->lock);
    give_back(vol);
    mutex_lock(&vol->lock);
    return waiting(vol) > 0 || vol->space.nfree > before;
}

// What takes only from the working reserve needs a commit at the most; giving back is of that kind.
int tx_room(struct volume *vol, uint64 takes, uint64 keeps)
{
    if (tx_has_room(vol, takes, keeps))
        return 0;
    if (waiting(vol) == 0)
        return keeps > 0 && give_back_unlocked(vol) ? -EAGAIN : -ENOSPC;
    int err = commit_unlocked(vol);
    return err ? err : -EAGAIN;
}

// A generation that is being written may hold the blocks that are missing, too.
int tx_as_first(struct volume *vol, commit_fn *fn, void *arg)
{
    int err = commit_and(vol, fn, arg);
    if (err != -ENOSPC)
        return err;
    give_back(vol);
    err = commit(vol);
    return err ? err : commit_and(vol, fn, arg);
}

static int begin_with(struct volume *vol, uint64 takes, uint64 keeps)
{
    int err = tx_begin(vol);
    if (err)
        return err;
    do
        err = tx_room(vol, takes, keeps);
    while (err == -EAGAIN);
    if (err)
        tx_end(vol);
    return err;
}

int tx_begin_names(struct volume *vol, uint64 keeps)
{
    return begin_with(vol, TX_NAMES_TAKE, keeps);
}

int tx_begin_rename(struct volume *vol, uint64 keeps)
{
    return begin_with(vol, TX_RENAME_TAKE, keeps);
}

uint64 tx_blocks_left(const struct volume *vol)
{
    uint64 free = vol->space.nfree + waiting(vol);
    return free > reserve(vol) ? free - reserve(vol) : 0;
}
