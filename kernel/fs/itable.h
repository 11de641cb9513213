// Inode tables in memory (struct itable: fs/volume.h).
#pragma once

#include "fs/volume.h"

// => NULL: no memory
struct itable *itable_new(struct volume *vol, uint32 id, const struct disk_tree *disk);
void itable_free(struct itable *table); // what of it is cached goes

// The table of the record's snapshot.  The volume's mutex is held.  => 0, -ENOMEM, -EIO
int itable_load(struct volume *vol, const struct disk_snapshot *rec, struct itable **out);
// A pinned table looks as if an inode of it were in memory: it is not given back.
void itable_pin(struct itable *table);
void itable_unpin(struct itable *table);
// In a commit: tables of which a part has been given back, sealed, and their roots in their records.
// => 0; -EIO: damage
int itables_seal(struct volume *vol);
void itables_clean(struct volume *vol); // what has been sealed is clean
// From now on it is given back when nothing of it is in use.
void itable_set_going(struct itable *table);
// At mount: deleted snapshots that a cut, or an unmount, left behind.  The volume's mutex is held.
int snapshots_load_going(struct volume *vol);
