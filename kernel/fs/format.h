// What is on the disk.  docs/file-system.md draws it.
//
// A volume is an array of blocks of 4,096 bytes.  Numbers are little-endian.  Blocks 0 and 1 are
// the two superblock slots; every other block is free, or is named by exactly as many pointers as
// its reference count says (invariant F2).
//
// A pointer tells where a block is, what its bytes must add up to, and in which generation it was
// written.  A tree of height h names the pages of one file: at height 0 the root pointer names page
// 0 itself, at height h the root names a pointer block of 256 pointers to trees of height h - 1.  A
// pointer whose block is 0 is a hole: all that lies under it reads as zeros.
//
// Three trees hang in the superblock: the inode table, a file of inodes, 16 to a page, whose trees
// in turn name the pages of files and directories; the reference counts, a file of 32-bit counts,
// one for each block of the volume; and the snapshots, a file of records, 16 to a page, each of
// which names the inode table of an earlier time.
#pragma once

#include "types.h"

#define FS_BLOCK   4096
#define FS_MAGIC   "KINE-COW"
#define FS_VERSION 4

// Features: a kernel that does not know all the bits that are set refuses the volume.
#define FS_CLASSIC        1u // V6's habits (fs/classic.h)
#define FS_FEATURES_KNOWN FS_CLASSIC

#define FS_ROOT_INO    1            // the root directory
#define FS_FIRST_BLOCK 2            // blocks below are the superblock slots
#define FS_BLOCKS_MIN  96           // smaller volumes have no room beside the reserve
#define FS_BLOCKS_MAX  (1UL << 28)  // 1 TiB
#define FS_GEN_LAST    0xffffffffUL // pointers hold 32 bits of it
#define FS_SIZE_MAX    (1UL << 48)  // bytes in a file
#define FS_INODES_MAX  (1UL << 32)  // numbers are below
#define FS_LINKS_MAX   65000
#define FS_TIME_LAST   (~0UL - 2) // in nanoseconds: in the year 2554

struct blkptr {
    uint64 block; // 0: a hole
    uint32 crc;   // CRC-32C of the block it names
    uint32 gen;   // the generation in which that block was written
};

#define PTRS_PER_BLOCK  256
#define PTRS_SHIFT      8
#define TREE_HEIGHT_MAX 5 // 2^40 pages

struct disk_tree {
    struct blkptr root;
    uint32 height;
    uint32 born;    // the generation in which it got its first block; no block of it is older
    uint64 nblocks; // pages and pointer blocks under root
};

// Blocks by age: which of the live files' may be shared.  Blocks that are younger than every snapshot
// are in none.  An age is the generations up to `last` that no earlier age has; `last` is that of a
// snapshot, but in the last age, which has no end (FS_GEN_LAST).  fs/ages.h
struct age {
    uint64 last;
    uint64 nsnapshots; // with generations of this age
    uint64 nremovals;  // blocks of this age that removing all live files may copy: fs/tx.h
    uint64 nshares;    // pointers to blocks of this age beyond the first to each: count - 1
};
#define AGES_MAX 64

struct superblock {
    char magic[8];
    uint32 version;
    uint32 features;
    uint64 generation; // its slot is generation % 2
    uint64 nblocks;    // of the volume
    uint64 nfree;      // blocks whose count is 0
    uint64 ninodes;    // in use
    uint64 lowest_ino; // no number below is free
    uint64 orphans;    // first of the inodes without names, 0 if there is none
    uint64 next_block; // where the search for free blocks goes on
    uint64 nsnapshots;
    uint64 ngoing; // snapshots with SNAPSHOT_GOING
    uint64 nages;  // of the ages, from 1
    struct disk_tree inodes;
    struct disk_tree counts;
    struct disk_tree snapshots;
    struct age ages[AGES_MAX]; // oldest first
    uchar
        spare[FS_BLOCK - 12 * 8 - 3 * sizeof(struct disk_tree) - AGES_MAX * sizeof(struct age) - 4];
    uint32 crc; // of all the bytes before
};
_Static_assert(sizeof(struct superblock) == FS_BLOCK, "a superblock is a block");

#define COUNTS_PER_BLOCK 1024 // uint32 each

// The type in the bits of a mode from 12 on.
#define MODE_TYPE(mode) ((mode) >> 12 & 017)
#define TYPE_CHR        002
#define TYPE_DIR        004
#define TYPE_REG        010
#define TYPE_LNK        012

struct disk_inode {
    uint32 mode; // S_IF* | permissions; 0: free
    uint32 nlink;
    uint64 size; // bytes
    uint64 rdev;
    uint64 mtime_ns, ctime_ns; // Unix time
    struct disk_tree data;
    uint64 next_orphan; // on the list that begins in the superblock, while nlink is 0
    uchar spare[176];
};
#define INODES_PER_BLOCK 16
_Static_assert(sizeof(struct disk_inode) * INODES_PER_BLOCK == FS_BLOCK, "16 inodes in a block");

// A snapshot, at page id / 16 of the file of snapshots.  Ids begin at 1; the lowest free is taken.
#define SNAPSHOT_NAME_LONGEST 63
struct disk_snapshot {
    uint32 id;    // 0: no snapshot
    uint32 flags; // SNAPSHOT_*
    uint64 generation;
    uint64 time_ns;                      // Unix time
    uint64 ninodes, lowest_ino, orphans; // as in the superblock at that time
    uint64 nremovals, nyoung;            // of all ages at that time; of the last
    struct disk_tree inodes;
    char name[SNAPSHOT_NAME_LONGEST + 1]; // NUL-terminated
    uchar spare[96];
};
#define SNAPSHOTS_PER_BLOCK 16
#define SNAPSHOTS_MAX       65536
#define SNAPSHOT_GOING      1u // deleted; the next mount goes on giving it back
_Static_assert(sizeof(struct disk_snapshot) * SNAPSHOTS_PER_BLOCK == FS_BLOCK, "16 in a block");

// A directory is a file of records; the records of each page fill it without a gap.  The first two
// are "." and "..".  On a classic volume every record is CLASSIC_RECORD bytes long.
struct dir_record {
    uint64 ino;    // 0: free
    uint16 length; // of the record, a multiple of 8
    uint8 namelen;
    uint8 type;  // TYPE_*
    uint32 hash; // of the name: fs/name.h
    char name[]; // namelen bytes, no NUL
};
#define CLASSIC_RECORD 32

// docs/disk-format.md gives these offsets.
_Static_assert(offsetof(struct superblock, next_block) == 64, "as documented");
_Static_assert(offsetof(struct superblock, inodes) == 96, "as documented");
_Static_assert(offsetof(struct superblock, crc) == 4092, "as documented");
_Static_assert(offsetof(struct disk_inode, data) == 40, "as documented");
_Static_assert(offsetof(struct superblock, ages) == 192, "as documented");
_Static_assert(offsetof(struct disk_snapshot, inodes) == 64, "as documented");
_Static_assert(offsetof(struct disk_snapshot, name) == 96, "as documented");
_Static_assert(offsetof(struct dir_record, name) == 16, "as documented");
