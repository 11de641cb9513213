// A path that a user names: its text, and the directory from which it is followed.
#pragma once

#include "types.h"
#include "proc/fs_context.h"

struct inode;
struct file;

#define USER_PATH_SHORT 128 // bytes with the NUL, for which no memory need be had

struct user_path {
    char *text; // here if it is short, else a page of its own
    char here[USER_PATH_SHORT];
    struct inode *base; // borrowed from `dir` or `cwd`
    struct file *dir;   // holds base; NULL: the current directory does
    struct cwd_use cwd; // that one, if dir is NULL
};

// Fetches the path at uaddr, relative to the directory that dirfd names (AT_FDCWD: the current
// one).  How long it may be is a property of the program (user/user.ld): MAXPATH bytes, the NUL
// included, in programs for the classic API alone; PATH_LONGEST in others.
// => 0, and user_path_put() is due; -EFAULT, -ENAMETOOLONG, -EBADF, -ENOMEM.
int user_path_get(int dirfd, uint64 uaddr, struct user_path *out);
// Two of them, as renameat2 is given them: dirfd and address of each.  Whoever fetches a text may
// rest, and the current directory may then be another: the directories are found when both texts
// are there.
int user_paths_get(const uint64 *arg, struct user_path *from, struct user_path *to);
void user_path_put(struct user_path *path);
