#pragma once

#include "fs/volume.h"

// Gives back what memory of the volume can be read again; commits.  => frames, more or less.  The
// caller may hold locks below RANK_INODE.
size_t volume_shrink(struct volume *vol);
