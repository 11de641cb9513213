// Snapshots, inside fs.  What the rest of the kernel may do with them is in fs/fs.h.
//
// A snapshot is one more pointer to the inode table: its record (struct disk_snapshot) names the
// root that the table had at that time.  Nothing else is copied; who changes the live files from
// then on finds blocks with two parents and replaces them, as tree_own() does.
//
// In memory a snapshot that is looked into has a struct itable, which is frozen: inode_own()
// refuses its inodes, so that nothing can be changed in it.  Its files stand under
// /.snapshots/NAME, a directory that exists in memory only and is not listed in the root.
//
// Deleting marks the record as going; what only the snapshot names is given back when none of its
// files is in use any more, at the latest after the next mount.  A rollback makes a snapshot's
// table the live one too, and of the table that was live a snapshot that is going: so what is open
// stays open, and its space comes back with its last user.
#pragma once

#include "fs/inode.h"
#include "fs/itable.h"
#include "fs/name.h"

// At mount: the directory of snapshots; tables that are going.  => 0, -ENOMEM, -EIO
int snapshots_init(struct volume *vol);
void snapshots_destroy(struct volume *vol);
// Gives back what belongs to deleted snapshots that nobody uses.  No lock is held.
void snapshots_bury(struct volume *vol);

// A snapshot of the live files that nobody finds, pinned: it goes when it is unpinned and buried.
// => 0; -ENOSPC, -EROFS, -EIO, -ENOMEM.
int snapshot_hold_still(struct volume *vol, struct itable **out);
// The table of the snapshot with the next higher id than *id, pinned: it is not given back until
// itable_unpin().  => 0, and *id; -ENOENT, -EIO, -ENOMEM.
int snapshot_pin_next(struct volume *vol, uint32 *id, struct itable **out);

static inline bool inode_is_snapshot_dir(const struct inode *ino)
{
    return ino == inode_volume(ino)->snapshot_dir;
}

// => true if the name, in this directory, leads to /.snapshots
bool snapshot_reserves(const struct inode *dir, const struct name *name);
// Steps from one table to another: from the live root to /.snapshots, to a snapshot's root, and
// back by "..".  => 1: the name is an ordinary one; 0, and *out with a reference; negative errno
int snapshot_step(struct inode *dir, const struct name *name, struct inode **out);
// dir_next() in /.snapshots.
int snapshot_dir_next(struct volume *vol, uint64 *pos, struct dir_entry *out);
// The name by which `parent` lists `dir`.  => 1: an ordinary one; 0; negative errno
int snapshot_name_above(struct inode *parent, struct inode *dir, struct dir_entry *out);
