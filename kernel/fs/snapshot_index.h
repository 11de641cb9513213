// What is in memory of the volume's snapshots: which ids are in use, which id has a name, and the
// inode table of each that has been looked into (struct itable).
//
// It is made at mount from the records, and whoever changes a record keeps it in step, so that no
// call goes through all records: a name is found by a hash under the key that directories have
// (fs/name.h), and the lowest free id, and the next one that is listed, by counts for each 256 ids.
//
// The volume's mutex is held throughout.  There is no id 0: it stands for "none".
#pragma once

#include "fs/volume.h"

int snapshot_index_make(struct volume *vol);     // => 0, -ENOMEM
void snapshot_index_destroy(struct volume *vol); // with the tables
void snapshot_index_audit(const struct volume *vol);

// After this the id can be added without failing.  => 0, -ENOMEM
int snapshot_index_reserve(struct volume *vol, uint32 id);
// The id is in use; with a name it is listed, else (NULL) it is deleted, or not to be made out.
void snapshot_index_add(struct volume *vol, uint32 id, const char *name);
void snapshot_index_hide(struct volume *vol, uint32 id); // it is listed no more
void snapshot_index_remove(struct volume *vol,
                           uint32 id); // it is not listed, and free from here on
// Records could not be read: there may be names that the index does not know.
void snapshot_index_set_incomplete(struct volume *vol);
// => -ENOENT; -EIO: it is incomplete
int snapshot_index_none(const struct volume *vol);

uint32 snapshot_index_lowest_free(const struct volume *vol);
uint32 snapshot_index_listed(const struct volume *vol, uint32 from); // the lowest from there on
// Goes through the listed ids that may have the name; `after` is 0 to begin, then the last one.
uint32 snapshot_index_find(const struct volume *vol, const char *name, uint32 after);

// Lets go of tables that are not in use, nor going.  => how many
size_t snapshot_index_trim(struct volume *vol);

// => where the table of an id in use is noted; NULL there: it is not in memory
struct itable **snapshot_index_table(struct volume *vol, uint32 id);
