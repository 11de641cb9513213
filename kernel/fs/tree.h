// The copy-on-write tree: which block holds page `index` of a file.
//
// The same three verbs as for memory: *look up* changes nothing; *own* makes the path to a page
// ours before it is changed (a block that other pointers name too is copied and its children are
// shared, a block that only we name moves); *cut* drops what lies behind the new end, and the last
// drop of a block frees it.
//
// The volume's mutex is held by all callers.  Every step leaves a whole tree: a call that fails
// half-way has changed nothing that can be read.
//
// Invariants:
//   T1  a pointer block whose pointer has the open generation is in the cache and dirty.
//   T2  a page whose pointer has the open generation is in the object's cache and dirty.
//   T3  behind a pointer of an older generation nothing is dirty.
#pragma once

#include "fs/volume.h"

// An empty tree.  `ops` may be NULL if its pages are not read through the object.
void tree_init(struct tree *tree, struct volume *vol, enum tree_kind kind,
               const struct object_ops *ops);
// Could a tree of this shape stand on the disk?
bool tree_valid(const struct volume *vol, const struct disk_tree *disk);

// => 0, and *out is the pointer to page `index` (block 0: a hole); -EIO, -ENOMEM.
int tree_lookup(struct tree *tree, uint64 index, struct blkptr *out);

// => page `index` with a reference, from the cache or the disk; a hole gives a page of zeros.
//    -EIO, -ENOMEM.  (Without the volume's mutex: object_page().)
int tree_page(struct tree *tree, uint64 index, struct frame **out);

// Adds to *takes the blocks that owning page `index` would take, and to *keeps those of them that
// would not replace others.  => 0, -EIO, -ENOMEM.
int tree_cost(struct tree *tree, uint64 index, uint64 *takes, uint64 *keeps);

// Makes page `index` and the path to it ours, and marks *f, which is that page in the cache, dirty;
// if others hold it (a commit that is under way), *f becomes a copy.
// => 0, -ENOSPC, -EIO, -ENOMEM, -EFBIG.
int tree_own(struct tree *tree, uint64 index, struct frame **f);

// Drops all pages from index `from` on, and what of them is cached.  => 0; -EIO, -ENOMEM: some of
// them are dropped, from the end, and the tree is whole.
int tree_cut(struct tree *tree, uint64 from);

// Drops all pages, but in one transaction only so many blocks that others need not wait for long.
// => as tree_cut(tree, 0); -EAGAIN: some are left, for another transaction
int tree_cut_some(struct tree *tree);
extern uint64 tree_drops_at_once; // tests make it less

// Drops one page: it becomes a hole.
int tree_punch(struct tree *tree, uint64 index);

// Replaces all of dst's content by src's, which both name from then on.  Nothing of src is ours.
// => 0; -EIO, -ENOMEM: a part of dst's content may be gone.
int tree_share(struct tree *dst, const struct tree *src);

// Blocks on the way to a page of a file, 0 without any: what cutting it may copy, because others share
// them (fs/tx.h).
uint64 tree_path(const struct tree *tree);

// Computes the checksums of all that is ours, from the pages up to the root pointer, and notes the
// blocks for the commit.  => 0; -EIO: damage.
int tree_seal(struct tree *tree);

// object_ops.fill and .fill_ahead of every tree's object.  => the volume's mutex is not held.
int tree_fill(struct object *obj, uint64 index, void *page);
void tree_fill_ahead(struct object *obj, uint64 index, uint32 n);
