// Shared by the files that say what is in an image.
#pragma once

#include "mkfs/paths.h"

// Everything: the superblocks, the live files, the snapshots.
void dump_volume(struct image *img);
// All inodes of a table.
void dump_table(struct image *img, const struct disk_tree *tree);

// "height 1, 5 blocks, root block 17 of generation 2, checksum 0a1b2c3d", or "empty".
void print_tree(const struct disk_tree *t);
// "2026-11-21 11:09:22.123456789", in UTC.
void print_time(uint64 ns);
// The `trouble` of walks: a line.
void print_trouble(struct image_walk *w, const struct blkptr *p, const char *why);

// A line about the inode and one about its tree; then the records of a directory, or where the
// pages of a file are.  `paths` may be NULL.
void dump_inode(struct image *img, uint64 number, const struct disk_inode *d,
                const struct paths *paths);
