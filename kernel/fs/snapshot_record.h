// The records of snapshots, in the pages of the volume's file of snapshots (fs/format.h).
//
// The volume's mutex is held throughout.  Functions that give a record hold its page for the
// caller, who ends with record_put().
#pragma once

#include "fs/volume.h"

struct record {
    struct disk_snapshot *rec; // in the page
    struct frame *page;
};

// At mount: makes the index of all records (fs/snapshot_index.h), and loads the tables that are
// going.  A record that cannot be read stays as it is.  => 0, -ENOMEM
int records_load(struct volume *vol);

void record_put(struct record *at);

// => 0; -ENOENT, -EIO, -ENOMEM: nothing is held.
int record_get(struct volume *vol, uint32 id, struct record *out);
int record_find(struct volume *vol, const char *name, struct record *out); // not one that is going
int record_next(struct volume *vol, uint32 id, struct record *out); // from id on; as record_find()

// In a transaction: makes the record's page ours, so that it can be changed.  => 0; -ENOSPC, -EIO,
// -ENOMEM: the page is still held.
int record_own(struct volume *vol, struct record *at);
// A record with the lowest free id, owned, and zero but for that and its name; without one (NULL) it
// is going.  => 0; -ENOSPC (there are too many, or no room), -EIO, -ENOMEM: nothing is held.
int record_new(struct volume *vol, const char *name, struct record *out);
// The snapshot of an owned record is deleted.
void record_set_going(struct volume *vol, struct record *at);
// Frees an owned record of a snapshot that is going.
void record_free(struct volume *vol, struct record *at);
