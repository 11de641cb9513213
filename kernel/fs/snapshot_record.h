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

void record_put(struct record *at);

// => 0; -ENOENT, -EIO, -ENOMEM: nothing is held.
int record_get(struct volume *vol, uint32 id, struct record *out);
int record_find(struct volume *vol, const char *name, struct record *out); // not one that is going
int record_next(struct volume *vol, uint32 id, struct record *out); // from id on; as record_find()
int record_next_going(struct volume *vol, uint32 id, struct record *out);

// In a transaction: makes the record's page ours, so that it can be changed.  => 0; -ENOSPC, -EIO,
// -ENOMEM: the page is still held.
int record_own(struct volume *vol, struct record *at);
// A record with the lowest free id, owned, and zero but for that.  => 0; -ENOSPC (there are too
// many, or no room), -EIO, -ENOMEM: nothing is held.
int record_new(struct volume *vol, struct record *out);
// Frees an owned record.
void record_free(struct volume *vol, struct record *at);
