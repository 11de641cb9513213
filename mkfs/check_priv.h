// Shared by the files of the checker only.
#pragma once

#include "fs/format.h"
#include "mkfs/check.h"

struct check {
    struct blkdev *dev;
    struct check_result *out;
    struct superblock sb;
    uint32 *found; // for each block: pointers that name it
    uint32 *told;  // and what its count on the disk says
};

// A walk through one tree.
struct tree_walk {
    const char *what; // for messages
    // For each page that is there, with its checksum right.
    void (*page)(struct check *c, struct tree_walk *w, uint64 index, const void *page);
    void *arg;
    uint64 nblocks; // found by the walk
};

void complain(struct check *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void walk_tree(struct check *c, struct tree_walk *w, const struct disk_tree *tree);
// Goes through all inodes, files and directories.
void check_inodes(struct check *c);
