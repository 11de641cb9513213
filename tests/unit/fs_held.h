// Inodes that somebody holds: a call that forgets to put one is seen by its count only, for a
// volume that is unmounted forgets all of them.
#pragma once

#include "fs/fs.h"

// => references to inodes of the volume but the volume's own
uint64 inodes_held(struct volume *vol);
