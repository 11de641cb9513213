// The state of a mounted volume as a number.
#pragma once

#include "fs/fs.h"

// => 0 and a number over all names, modes, link counts, sizes and contents below `root` and in all
// snapshots; equal states have equal numbers.  An errno: something could not be read.
int state_digest(struct volume *vol, struct inode *root, uint64 *digest);
