// Transactions and the room they need.
//
//     err = tx_begin(vol, TX_GROW);         // takes the volume's mutex
//     err = tx_room(vol, kind, blocks);     // before anything is changed
//     ... own, then change ...
//     tx_end(vol);
//
// Room.  A copy-on-write file system needs free blocks even to delete.  So some are kept back:
//
//     free blocks   |<-- commit reserve -->|<-- operations reserve -->|<--- for anybody --->|
//
// The commit reserve lets a commit write the counts anew at any time.  The operations reserve is
// for transactions that in the end hold no more blocks than before (TX_KEEP: overwriting, removing,
// cutting): what they take they give back with the next commit, so if it runs low a commit fills it
// again, however full the volume is.  A transaction that grows (TX_GROW) takes from what is left,
// and learns that there is none before it has changed anything: a commit never runs out of space.
#pragma once

#include "fs/volume.h"

enum tx_kind { TX_GROW, TX_KEEP };

// Blocks that one change of the directory tree owns at the most: two pages of a directory, four
// inodes, each with its path.
#define TX_NAMESPACE_BLOCKS 36
#define TX_RESERVE          64

// => 0 with the volume's mutex held; -EROFS, or -EIO when memory is full of changes that cannot be
//    written, without.
int tx_begin(struct volume *vol);
void tx_end(struct volume *vol);

// => 0: `blocks` can be allocated.  -EAGAIN: after a commit they may be, what was known about
//    costs is void: ask again.  -ENOSPC; -EIO.  Nothing has been changed in this transaction yet.
int tx_room(struct volume *vol, enum tx_kind kind, uint64 blocks);
// tx_begin() and room for a change of the directory tree.
int tx_begin_names(struct volume *vol, enum tx_kind kind);

// Blocks that can still be given to growing files.
uint64 tx_blocks_left(const struct volume *vol);

// Writes the open generation and opens the next.  => 0, -EIO, -ENOMEM, -EROFS; then the open
// generation goes on, and the next commit tries again.  The volume's mutex is held.
int commit(struct volume *vol);
