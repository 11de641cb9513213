// Shared by the files that take files out of an image.
#pragma once

#include "mkfs/image.h"

#define PERMISSIONS 0777u // of its mode a file keeps on the host

struct extraction {
    struct image img;
    struct image_table table;
    int top;         // the new folder
    char **made;     // at an inode's place in the table: its first path from there, or NULL
    uint64 *folders; // numbers of the directories that were made, the ones above first
    uint64 nfolders, files, devices;
    uint64 errors;
};

// Something is wrong with the image, or cannot be made: a line; the rest goes on.
void extract_complain(struct extraction *x, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

// Make what the inode is under a path from the new folder, where nothing is yet.  => false, and a
// line about it, if nothing was made
bool extract_file(struct extraction *x, const struct disk_inode *d, const char *path);
bool extract_symlink(struct extraction *x, const struct disk_inode *d, const char *path);
