// A mounted volume, inside fs.
//
// Memory holds the *open generation*: the tree as of the last commit plus all changes since.  A
// block that was allocated in the open generation (its pointer's gen says so) is *ours*: no
// committed tree names it, so it may be written to any number of times.  Every other block is never
// written to (F1): who wants to change one *owns* the path to it first, which replaces each block
// on the path by a copy in a block that is ours.  What was replaced is freed, but stays unusable
// until the commit is durable.
//
// A *transaction* (fs/tx.h) is a change that a commit sees whole or not at all.  It is simply what
// happens while the volume's mutex is held: a commit takes the same mutex to close a generation.
// While that is on its way to the disk, the next one is open.
//
// Locks:  vol->lock (mutex, RANK_FS)      all below but what is marked; all trees; all pages of
//                                         metadata
//         vol->commit_lock (mutex, RANK_FS_COMMIT), taken before vol->lock: one commit at a time;
//                                         marked (c), which are changed with both held
//         vol->inodes_lock (RANK_CACHE)   marked (i)
#pragma once

#include "types.h"
#include "cache/object.h"
#include "dev/blk.h"
#include "fs/format.h"
#include "fs/fs.h"
#include "riscv/spinlock.h"
#include "task/mutex.h"

// A file's tree, in memory.  The object's pages are the pages that the tree names.
enum tree_kind {
    TREE_FILE,
    TREE_DIR,
    TREE_INODES, // its pages name the roots of further trees
    TREE_COUNTS,
    TREE_SNAPSHOTS,
};
struct tree {
    struct object obj;
    struct volume *vol;
    enum tree_kind kind;
    struct disk_tree disk; // as it will be written
    uint64 dropped_from;   // while it is cut: no page from this one on is left
};

// An inode table: the live one, or a snapshot's.
//
// A table that is *going* has been deleted, or replaced by another as the live one; nobody finds
// its inodes by a path any more.  When none of them is in memory it is given back, from the end, in
// as many transactions as that takes; between two of them its tree is whole, and is sealed by the
// commit.  It is *stuck* if a part of it cannot be read.
#define PARTLY_NONE (~0UL)
struct itable {
    struct volume *vol;
    uint32 id;   // of its snapshot; 0: the live one
    bool frozen; // it cannot be changed: it is not the live one
    bool going;
    bool replaced; // it was the live one
    bool stuck;    // the next mount tries again to give it back
    uint64 partly; // the inode of which a part has been given back, PARTLY_NONE
    struct tree inodes;
    struct inode *root;  // the root directory, with a reference, or NULL
    struct list orphans; // the live one: struct inode.orphan_link, newest first
    struct list link;    // volume.going, while it is going
    size_t nloaded;      // (i) inodes in memory
};

// A generation on its way to the disk (fs/commit.h).
struct closing {
    bool active;
    uint64 generation;
    struct frame *first, **tail; // linked by frame.write_next; each is held
    size_t npages;
};

struct group; // fs/space.c

struct space {
    uint64 nfree;         // blocks that can be allocated now
    uint64 npending;      // blocks freed in the open generation: free once it is durable
    uint64 nclosing;      // blocks freed in the generation on its way to the disk
    uint64 zone;          // groups at the beginning: fs/space.h
    uint64 cursor;        // where the search goes on
    uint64 counts_cursor; // the same for blocks of the counts, if there is a zone
    uint64 count_blocks;  // blocks of the tree of counts when none is a hole
    struct group ***dir;  // a page of 512 pages of 512 groups
    struct list pending;  // groups with pending or closing blocks
};

#define INODE_BUCKETS 512
#define DROPS_ALL     (~0UL)

struct volume {
    struct blkdev *dev;
    struct mutex lock;
    struct mutex commit_lock;
    struct mutex rename_lock; // RANK_FS_RENAME: removing and moving names
    uint64 generation;        // the open one
    uint64 nblocks;
    uint32 features;
    bool read_only;      // the device is, or the root switch failed half-way
    bool failing;        // (c) the last commit failed; said so on the console
    uint64 dirty_since;  // clock_ns() of the first change since the last commit, 0 if none
    struct itable *live; // the pointer: changed with (i) held too
    struct list going;   // struct itable.link: tables that are going
    struct snapshot_index *snapshot_index;
    struct tree counts;    // the reference counts
    struct tree snapshots; // their records
    struct object meta;    // pointer blocks, by block number
    struct space space;
    uint64 may_drop; // blocks that a cut may still give back in this transaction
    uint64 ninodes;
    uint64 lowest_ino;
    uint64 **inode_map;          // fs/inode_map.h
    uint64 nsnapshots, ngoing;   // as in the superblock
    struct age ages[AGES_MAX];   // the same
    uint32 nages;                // the same
    uint64 nold;                 // sum of nremovals of all ages but the last
    uint64 nshares;              // sum of nshares of all
    struct list dirty_inodes;    // struct inode.dirty_link
    struct closing closing;      // (c)
    struct block_writer *writer; // (c)
    void *super_page;            // (c) the superblock of the closing generation
    struct inode *snapshot_dir;  // /.snapshots: fs/snapshot.h

    struct spinlock asked_lock; // RANK_IO
    struct waitq asked_wait;    // volume_serve() waits for being asked
    bool asked;                 // by asked_lock

    struct spinlock inodes_lock;
    struct inode **inode_table; // (i) a page of INODE_BUCKETS chains
    struct list unused_inodes;  // (i) clean, without references, oldest first
    size_t nunused;             // (i)
    struct list link;           // all volumes; written at mount only
};

// => true: some block has several parents
static inline bool volume_shares(const struct volume *vol)
{
    return vol->nshares > 0;
}

// Prints one line about damage on the volume.  => -EIO, for the caller to return.
int volume_damage(struct volume *vol, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
