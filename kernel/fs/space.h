// Which blocks are free: reference counts, allocation, and the blocks that wait for the commit.
//
// The truth is the tree of counts.  It is cut into *groups*, the 1,024 counts of one page; a
// group's bitmap of used blocks is made from its page when the group is first looked at, so that a
// mount reads none of them.
//
// The *zone*, the first groups of all but small volumes, is left to the tree of counts as long as
// there is room elsewhere.  To write a page of counts anew changes the counts of its old block and of
// its new one; as both lie in the zone, that changes pages that the zone has, and no further ones,
// however large the volume is.
//
// The volume's mutex is held by all callers.
//
// Invariants:
//   S1  a block with count > 0 is used.
//   S2  a block that was freed in the open generation but written in an earlier one is used and
//       pending; it is used and closing while the generation in which it was freed is on its way to
//       the disk.
//   S3  nfree = blocks that are not used.
#pragma once

#include "fs/volume.h"

// => 0, -ENOMEM
int space_init(struct volume *vol, uint64 nfree, uint64 next_block);
void space_destroy(struct volume *vol);

// Takes the blocks of the superblock slots, on a volume that has no blocks in use.
int space_claim_slots(struct volume *vol);
// Takes a free block for the tree and gives it the count 1.  => 0, -ENOSPC, -EIO, -ENOMEM.
int space_alloc(const struct tree *tree, uint64 *block);
// One more / one fewer pointer names the block; a block that none names is freed.  => 0; -EIO,
// -ENOMEM: its count cannot be got at, nothing has changed.
int space_share(struct volume *vol, const struct blkptr *p);
int space_put(struct volume *vol, const struct blkptr *p, uint32 *count_left);
// After this the block's count can be changed in this transaction without failing.  => 0, -EIO,
// -ENOMEM
int space_touch(struct volume *vol, const struct blkptr *p);
// => how many pointers name the block; negative errno.
int64 space_count(struct volume *vol, const struct blkptr *p);

// The open generation is closed: what was freed in it waits for that to be durable.  Nothing waits
// for an earlier one.
void space_close_pending(struct volume *vol);
// It is durable: what waited for it becomes free.
void space_release_closing(struct volume *vol);

// Blocks that a commit may need, at the worst, to write the counts anew.
uint64 space_commit_reserve(const struct volume *vol);

void space_audit(struct volume *vol);
