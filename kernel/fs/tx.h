// Transactions and the room they need.
//
//     err = tx_begin(vol);                    // takes the volume's mutex
//     err = tx_room(vol, takes, keeps);       // before anything is changed
//     ... own, then change ...
//     tx_end(vol);
//
// Room.  A copy-on-write file system needs free blocks even to delete.  So some are kept back:
//
//     free blocks   |<-- commit reserve -->|<-- working reserve -->|<--- to be kept --->|
//
// The commit reserve lets a commit write the counts anew at any time.  From the working reserve a
// transaction takes the blocks that replace others: overwriting, removing and cutting take nothing
// else. What was replaced comes back with the next commit, so when the working reserve runs low a
// commit fills it again, however full the volume is.  Only what a transaction *keeps*, because the
// volume then holds more than before, comes out of the rest; and it learns that there is none
// before it has changed anything. So a full volume says so at the write, never at the commit.
//
// Nobody is told that there is no room while some is being given back: files without names and deleted
// snapshots, which go by pieces.  Who finds no room gives back what is left of them, also of what
// somebody else is at, and has a commit made.
//
// Blocks with several parents.  When a snapshot or a clone shares blocks, replacing one of them
// does not free it.  Then even removing files keeps blocks: the copies of directories, of pointer
// blocks above a new end and of its page, and of pages of the inode table.  Each of these is copied
// once at the most and is ours alone from then on, so their number is bounded by the number of such
// blocks that are as old as a snapshot: `nremovals` of all ages but the last (fs/ages.h).  Each that
// is copied is one less to be kept back, and when the last snapshot is given back all are young.
//
// What is younger than every snapshot is shared by clones only, and so only contents of files.  A file
// that is cut keeps at most one copy of
// each block on the way to its new end, TREE_HEIGHT_MAX + 1, for a later cut frees the copies of
// an earlier one; a file that is removed keeps none.  And few files share: let k files hang together
// by n blocks with e pointers to them.  As they hang together, e >= n + k - 1; so k - 1 is no more
// than e - n, the sum of count - 1 over these blocks, and k no more than twice that.  Over all it
// is `nshares` of the last age, which follows each count as it changes.  When the last share ends it
// is 0.
//
// As many free blocks are kept back; a snapshot or a clone that would not leave them is refused.
// What is written into a clone raises nshares, but not the number of files that share: what is kept
// back then is more than is needed, and never less.
#pragma once

#include "fs/commit.h"

// Blocks that a change of the directory tree takes at the most: with four levels of pointer blocks
// (more a volume cannot fill) a page of a directory, a page cut off it, and three inodes.
#define TX_NAMES_TAKE 36
// And of these it keeps, when a name is added, at the most: a page and a new branch of pointer
// blocks in the directory and in the inode table, and a directory's first page.
#define TX_NAMES_KEEP   11
#define TX_WORK_RESERVE 64

// A rename takes, with four levels of pointer blocks: in the directories a page of each, the first
// pages of two directories that change places, and a page cut off (5 blocks for a page and what is
// above it: 25), and the places of four inodes (20).
#define TX_RENAME_TAKE 45
// And keeps, if the name needs a page that the directory does not have: that and a new branch.
#define TX_RENAME_KEEP 5

// => 0 with the volume's mutex held; -EROFS, or -EIO when memory is full of changes that cannot be
//    written, without.
int tx_begin(struct volume *vol);
void tx_end(struct volume *vol);
// The same for one of the many transactions of a long work: who waits for the volume is next.
void tx_hand_over(struct volume *vol);
// Something is about to change: from now on the age of what is not committed counts.
void tx_changes(struct volume *vol);

// => 0: `takes` blocks can be allocated, of which `keeps` are kept.  -EAGAIN: a commit was made, for
//    which the mutex was let go; what was known about costs is void: ask again.  -ENOSPC; -EIO.
//    Nothing has been changed, and no page been claimed, in this transaction yet.
int tx_room(struct volume *vol, uint64 takes, uint64 keeps);
// commit_and(), whose fn asks for room by tx_has_room(): if it says -ENOSPC, room is made as above and
// it runs again.
int tx_as_first(struct volume *vol, commit_fn *fn, void *arg);
// The same as a question; nothing is done about it.
bool tx_has_room(const struct volume *vol, uint64 takes, uint64 keeps);
// Blocks that removing everything may copy for good, if all of it is shared / as it is / as it will be
// with a clone of `src`.
uint64 tx_removals_most(const struct volume *vol);
uint64 tx_removals(const struct volume *vol);
uint64 tx_removals_with_clone(const struct volume *vol, const struct tree *src);
// tx_begin() and room for a change of the directory tree, with `keeps` 0 or TX_NAMES_KEEP.
int tx_begin_names(struct volume *vol, uint64 keeps);
// The same for a rename, with `keeps` 0 or TX_RENAME_KEEP.
int tx_begin_rename(struct volume *vol, uint64 keeps);

// Blocks that can still be given to growing files.
uint64 tx_blocks_left(const struct volume *vol);
