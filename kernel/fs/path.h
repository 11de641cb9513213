// Walking down a path.
#pragma once

#include "fs/inode.h"
#include "fs/name.h"

struct walk {
    struct inode *dir; // the directory of the last name, with a reference
    struct name last;  // points into the path; its length is 0 if the path has no names ("/")
    bool slash;        // slashes follow it: it must be a directory
};

// Goes to the directory that holds, or would hold, the last name of the path.  => as path_lookup()
int walk_parent(struct inode *cwd, const char *path, struct walk *out);

// Makes the root directory of a volume that has none, in a transaction.  => its inode number is 1
int dir_make_root(struct volume *vol, struct inode **out);
