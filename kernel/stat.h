// File status as classic programs see it.  The kernel's own answer is Linux's structure
// (kernel/abi.h); user/lib turns the one into the other.
#pragma once

#include "types.h"

#define T_DIR    1 // directory
#define T_FILE   2 // regular file
#define T_DEVICE 3 // device, or a pipe: bytes that come and go
#define T_LINK   4 // symbolic link

struct stat {
    int dev;     // file system's device
    uint ino;    // inode number
    short type;  // T_*
    short nlink; // names of it
    uint64 size; // bytes
};
