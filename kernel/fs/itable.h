// Inode tables in memory (struct itable: fs/volume.h).
#pragma once

#include "fs/volume.h"

// => NULL: no memory
struct itable *itable_new(struct volume *vol, uint32 id, const struct disk_tree *disk);
void itable_free(struct itable *table); // what of it is cached goes

// The table of the record's snapshot.  The volume's mutex is held.  => 0, -ENOMEM, -EIO
int itable_load(struct volume *vol, const struct disk_snapshot *rec, struct itable **out);
// A snapshot's table is in memory from here on.  The volume's mutex is held.
void itable_enter(struct itable *table);
// A pinned table looks as if an inode of it were in memory: it is not given back.
void itable_pin(struct itable *table);
void itable_unpin(struct itable *table);
// => true: an inode of it is in memory, or it is pinned
bool itable_in_use(struct itable *table);
// In a commit: tables that are going, of which a part has been given back, sealed, and their roots
// in their records.
// => 0; -EIO: damage
int itables_seal(struct volume *vol);
void itables_clean(struct volume *vol); // what has been sealed is clean
// From now on it is given back when nothing of it is in use.  The volume's mutex is held.
void itable_set_going(struct itable *table);
