// Blocks of a volume by number, checked against the pointer that names them; and the cache of
// pointer blocks.  The volume's mutex is held throughout, but for block_read().
#pragma once

#include "fs/volume.h"

// Reads the block that p names into a page and checks it.  => 0; -EIO: the device failed; -EINVAL:
// its bytes are not what the pointer promises.  Silently; block_damage() has the words for it.
int block_read(struct volume *vol, const struct blkptr *p, void *page);
// Says which block of which file it is, what its bytes add up to and what was expected.
// `what` and `index`: its place in the tree.  => -EIO
int block_damage(const struct tree *tree, const char *what, uint64 index, const struct blkptr *p,
                 int err, const void *page);
// The tree's file in words: "inode 17".
void tree_describe(const struct tree *tree, char *buf, size_t size);
// The block may be on its way to the disk: then that is not asked.  => true: it was, here it is.
// The mutex is held.
bool block_from_flight(struct volume *vol, const struct blkptr *p, void *page);

// A pointer as it may stand on the disk: a hole, or inside the volume and of a closed generation.
bool blkptr_valid(const struct volume *vol, const struct blkptr *p);

// => the pointer block of the tree that p names, with a reference; -EIO (said on the console),
// -ENOMEM.
int meta_get(const struct tree *tree, const struct blkptr *p, struct frame **out);
// A zeroed pointer block for block number `block`, dirty.  => 0, -ENOMEM.
int meta_new(struct volume *vol, uint64 block, struct frame **out);
// The block is free: its page goes.
void meta_drop(struct volume *vol, uint64 block);

static inline struct blkptr *meta_ptrs(const struct frame *f)
{
    return frame_page(f);
}
