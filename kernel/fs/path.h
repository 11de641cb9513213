// Walking down a path.
//
// A symbolic link on the way is replaced by its target: the walk goes on along "target/rest", in a
// page of its own.  The last name is not followed unless somebody asks (walk_follow()).
#pragma once

#include "fs/inode.h"
#include "fs/name.h"

#define LINKS_FOLLOWED 40 // in one walk, at the most

struct walk {
    struct inode *dir; // the directory of the last name, with a reference
    struct name last;  // points into the path; its length is 0 if the path has no names ("/")
    bool slash;        // slashes follow it: it must be a directory
    const char *rest;  // these slashes
    char *text;        // the page of "target/rest", NULL without a link
    int links;         // followed
};

// Goes to the directory that holds, or would hold, the last name of the path.
// => as path_lookup(); -EINTR: the process has been killed; if 0, walk_end() is due.
int walk_parent(struct inode *cwd, const char *path, struct walk *out);
// The last name leads to this symbolic link: goes on to what it stands for.
// => as walk_parent(), but walk_end() is due in any case.
int walk_follow(struct walk *w, struct inode *link);
// => as path_step(): what the last name leads to; without one the directory itself
int walk_step(struct walk *w, struct inode **out);
void walk_end(struct walk *w);
// Is the last name one that calls cannot make or remove: none, "." or ".."?
bool walk_ends_in_dots(const struct walk *w);

// => 0, and what the directory's entry leads to; -ENOENT, -ENOTDIR, -EIO, -ENOMEM.  No inode's lock
// is held.
int path_step(struct inode *dir, const struct name *name, struct inode **out);

// Goes up from `dir`.  => 0; *entry: the number of the entry of `above` by which that is reached, 0
// if it is not above; -EIO (also if the way up is a circle), -ENOMEM, -ENOENT (dir was removed),
// -EINTR.
// It means something only while the volume's rename_lock is held.  No inode's lock is held.
int path_entry_above(struct inode *dir, struct inode *above, uint64 *entry);

// Makes the root directory of a volume that has none, in a transaction.  => its inode number is 1
int dir_make_root(struct volume *vol, struct inode **out);
