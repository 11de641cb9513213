// Shared by the files that make images.
#pragma once

#include <sys/types.h>

#include "fs/fs.h"

#define PROGRAM_MODE 0755u // of a file that is named by itself

struct making {
    struct volume *vol;
    struct inode *root;
    bool classic, progress, terminal;
    bool shown; // a line of progress
    uint64 bytes, files;
    dev_t draft_dev; // the image itself, which must not go into itself
    ino_t draft_ino;
};

void show_progress(struct making *m, uint64 bytes);
_Noreturn void fail_to_add(const struct making *m, const char *path, int64 err);

// Adds the file `path` of the host to the directory, under the name, with permission bits.
void add_file(struct making *m, struct inode *dir, const char *path, const char *name, uint32 bits);
// Adds all that is in the folder `path` of the host; `inside` is the directory's path in the image,
// without a slash at its end.
void add_folder(struct making *m, struct inode *dir, const char *path, const char *inside);
