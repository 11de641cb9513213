// The superblock slots.
#pragma once

#include "fs/volume.h"

// Reads the newest valid superblock into sb, a page.
// => 0; 1: the other slot cannot be read, and may have a newer one; -EINVAL (no volume, or one that
//    is too new: said on the console), -EIO.  `spare`: a page to work with.
int super_read(struct blkdev *dev, struct superblock *sb, void *spare);
uint64 super_first_orphan(struct volume *vol); // => 0: there is none
// The open generation as a superblock.
void super_fill(struct volume *vol, struct superblock *sb);
// Writes it into its slot, between flushes.  => 0, -EIO
int super_write(struct volume *vol, struct superblock *sb);
