// Transactions and the room they need (fs/tx.h).

#include "fs/tx.h"
#include "cache/cache.h"
#include "errno.h"
#include "fs/space.h"
#include "mem/frame.h"
#include "task/clock.h"

// Changes may fill one eighth of memory, or any part while memory is plentiful enough for it.
#define DIRTY_SHARE  8
#define DIRTY_ALWAYS 64 // pages that are not worth a commit even when memory is short

static bool memory_full_of_changes(void)
{
    size_t dirty = cache_dirty_pages();
    if (dirty <= DIRTY_ALWAYS)
        return false;
    return dirty > frames_total() / DIRTY_SHARE || frames_free() < dirty / 2;
}

int tx_begin(struct volume *vol)
{
    int err = 0;
    mutex_lock(&vol->lock);
    if (vol->read_only)
        err = -EROFS;
    else if (memory_full_of_changes())
        err = commit(vol);
    if (err) {
        mutex_unlock(&vol->lock);
        return err;
    }
    if (vol->dirty_since == 0)
        vol->dirty_since = clock_ns() | 1;
    return 0;
}

void tx_end(struct volume *vol)
{
    mutex_unlock(&vol->lock);
}

static uint64 kept_back(const struct volume *vol, enum tx_kind kind)
{
    return space_commit_reserve(vol) + (kind == TX_GROW ? TX_RESERVE : 0);
}

int tx_room(struct volume *vol, enum tx_kind kind, uint64 blocks)
{
    if (vol->space.nfree >= blocks + kept_back(vol, kind))
        return 0;
    if (vol->space.npending == 0)
        return -ENOSPC;
    int err = commit(vol);
    return err ? err : -EAGAIN;
}

int tx_begin_names(struct volume *vol, enum tx_kind kind)
{
    int err = tx_begin(vol);
    if (err)
        return err;
    do
        err = tx_room(vol, kind, TX_NAMESPACE_BLOCKS);
    while (err == -EAGAIN);
    if (err)
        tx_end(vol);
    return err;
}

uint64 tx_blocks_left(const struct volume *vol)
{
    uint64 free = vol->space.nfree + vol->space.npending, kept = kept_back(vol, TX_GROW);
    return free > kept ? free - kept : 0;
}
