// Which pages of the live inode table are full: a bit for each that has been seen so, so that the
// search for the lowest free number does not look at them again.  In memory only; without memory
// for it the search is longer.
//
// The volume's mutex is held throughout.
#pragma once

#include "fs/volume.h"

// => the first page from `page` on that is not known to be full
uint64 inode_map_next(const struct volume *vol, uint64 page);
void inode_map_set_full(struct volume *vol, uint64 page);
void inode_map_clear(struct volume *vol, uint64 page);
void inode_map_destroy(struct volume *vol); // nothing is known any more
void inode_map_audit(const struct volume *vol);
