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
// happens while the volume's mutex is held: a commit takes the same mutex.
//
// Locks:  vol->lock (mutex, RANK_FS)      all below but what is marked; all trees; all metadata
// pages
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
struct tree {
    struct object obj;
    struct volume *vol;
    struct disk_tree disk; // as it will be written
};

struct group; // fs/space.c

struct space {
    uint64 nfree;        // blocks that can be allocated now
    uint64 npending;     // blocks freed in this generation: free once it is durable
    uint64 cursor;       // where the search goes on
    uint64 count_blocks; // blocks of the tree of counts when none is a hole
    struct group ***dir; // a page of 512 pages of 512 groups
    struct list pending; // groups with pending blocks
};

#define INODE_BUCKETS 512

struct volume {
    struct blkdev *dev;
    struct mutex lock;
    struct mutex rename_lock; // RANK_FS_RENAME: removing and moving names
    uint64 generation;        // the open one
    uint64 nblocks;
    uint32 features;
    bool read_only;     // the device is, or the root switch failed half-way
    bool failing;       // the last commit failed; said so on the console
    uint64 dirty_since; // clock_ns() of the first change since the last commit, 0 if none
    struct tree inodes; // the inode table
    struct tree counts; // the reference counts
    struct object meta; // pointer blocks, by block number
    struct space space;
    uint64 ninodes;
    uint64 lowest_ino;
    struct list orphans;      // struct inode.orphan_link, newest first
    struct list dirty_inodes; // struct inode.dirty_link
    struct block_writer *writer;
    void *super_page; // for building superblocks
    struct inode *root;

    struct spinlock inodes_lock;
    struct inode **inode_table; // (i) a page of INODE_BUCKETS chains
    struct list unused_inodes;  // (i) clean, without references, oldest first
    size_t nunused;             // (i)
    struct list link;           // all volumes; written at mount only
};

// Prints one line about damage on the volume.  => -EIO, for the caller to return.
int volume_damage(struct volume *vol, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
