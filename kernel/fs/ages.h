// Ages of blocks (struct age: fs/format.h): how many blocks the live files may share with snapshots.
//
// A block that was written after the last snapshot was made is in none, and never will be in one
// that exists.  So the blocks that removing files may copy (fs/tx.h) are counted by the time when they
// were written, in ages whose borders are the snapshots.  A snapshot that is made ends the last age.
// When the last one of an age is given back the age becomes one with the next: what was shared with it
// may be shared with younger snapshots only, and if there is none, with nobody.
//
// Of a directory and the inode table each block counts by its own time; a file with its path
// (height + 1) by the time of its first block.  There is room for AGES_MAX ages; with more snapshots the
// two oldest ages are one.
//
// After a rollback it is not known of which earlier ages the snapshot's blocks are: they count as of the
// first.  So of all blocks up to any border, the ages count no fewer than there are, and in
// all as many as there are (mkfs --check recounts both).
//
// The volume's mutex is held by all callers.
#pragma once

#include "fs/volume.h"

void ages_init(struct volume *vol); // one, of nothing
// => 0; -EIO: they are not well-formed
int ages_adopt(struct volume *vol, const struct superblock *sb);
void ages_store(const struct volume *vol, struct superblock *sb);

// Blocks that removals may copy come / go, which were written in generation `gen`.
void ages_add(struct volume *vol, uint32 gen, uint64 n);
void ages_take(struct volume *vol, uint32 gen, uint64 n);
// A pointer to a block that has one already comes / goes.
void ages_share(struct volume *vol, uint32 gen);
void ages_unshare(struct volume *vol, uint32 gen);

// The generation is that of a snapshot that is made, before anything has changed since it / is given back.
void ages_begin_snapshot(struct volume *vol, uint64 generation);
void ages_end_snapshot(struct volume *vol, uint64 generation);
// The live files are what they were in the snapshot.
void ages_roll_back(struct volume *vol, const struct disk_snapshot *rec);

uint32 ages_of(const struct volume *vol, uint64 gen); // => the place of its age
// Is a block that was written in `gen` younger than every snapshot?
bool ages_young(const struct volume *vol, uint32 gen);
// => the age of the blocks that are
const struct age *ages_last(const struct volume *vol);
