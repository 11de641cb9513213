// What classic programs know of the file system: the sizes they reckon in and the
// records that read() on a directory of a classic volume yields.  The format on the disk
// is kernel/fs/format.h.
#pragma once

#include "types.h"

#define ROOTINO 1    // inode number of the root directory
#define BSIZE   1024 // the unit classic programs write in, whatever the disk uses
#define MAXFILE 268  // BSIZE units in the longest file that classic tests write
#define DIRSIZ  14   // longest name on a classic volume

struct dirent {
    ushort inum; // 0: an empty record
    char name[DIRSIZ];
};
