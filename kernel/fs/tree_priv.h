// Shared by the files of the tree only.
#pragma once

#include "cache/cache.h"
#include "fs/tree.h"

// Pages under a tree of height `level`.
static inline uint64 tree_span(uint32 level)
{
    return 1UL << (PTRS_SHIFT * level);
}

// Which of the 256 pointers of a block at `level` (1: its pointers name pages) leads to page
// `index`.
static inline uint32 tree_slot(uint64 index, uint32 level)
{
    return index >> (PTRS_SHIFT * (level - 1)) & (PTRS_PER_BLOCK - 1);
}

// A zeroed pointer block that is ours; f->index is its number.  => 0, and a reference; -ENOSPC, ...
int tree_new_block(struct tree *tree, struct frame **out);

// Makes the pointer block that *p names ours.  p lies in the root or in a block that is ours.
// => 0, and its page with a reference; as tree_own()
int tree_own_block(struct tree *tree, struct blkptr *p, struct frame **out);

// Makes the page that *p names, which f is in the cache, ours.  *p lies as above.  => as tree_own()
int tree_own_page(struct tree *tree, struct blkptr *p, struct frame *f);

// One block more, which is ours / one fewer, which was written in `gen`.
void tree_got_block(struct tree *tree);
void tree_lost_block(struct tree *tree, uint32 gen);
// Is it one of the live files' of which removals may copy each block?
bool tree_is_copied(const struct tree *tree);
// The tree's path, which was `path` with the first block of generation `born`, has changed.
void tree_path_changed(struct tree *tree, uint64 path, uint32 born);
