// Transactions and the room they need (fs/tx.h).

#include "fs/tx.h"
#include "cache/cache.h"
#include "errno.h"
#include "fs/space.h"
#include "mem/frame.h"
#include "task/clock.h"

// Changes may fill 1/8 of memory; while they fill less than 1/64 they are not worth a commit even
// if memory is short.
#define DIRTY_MOST   8
#define DIRTY_LITTLE 64

static bool memory_full_of_changes(void)
{
    size_t dirty = cache_dirty_pages(), total = frames_total();
    if (dirty <= total / DIRTY_LITTLE)
        return false;
    return dirty > total / DIRTY_MOST || frames_free() < dirty / 2;
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

int tx_room(struct volume *vol, uint64 takes, uint64 keeps)
{
    uint64 reserve = space_commit_reserve(vol), free = vol->space.nfree;
    bool room = free >= reserve + takes;
    if (keeps > 0 && free < reserve + TX_WORK_RESERVE + keeps)
        room = false;
    if (room)
        return 0;
    if (vol->space.npending == 0)
        return -ENOSPC;
    int err = commit(vol);
    return err ? err : -EAGAIN;
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
    uint64 free = vol->space.nfree + vol->space.npending;
    uint64 reserve = space_commit_reserve(vol) + TX_WORK_RESERVE;
    return free > reserve ? free - reserve : 0;
}
