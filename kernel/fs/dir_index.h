// The index of a directory, in memory: from the hash of a name to the places of records with that
// hash, so that finding a name, or finding that it is not there, does not depend on how many there
// are; and which pages have room, for making a name.
//
// It is made by going through the whole directory, once the directory has been searched a few
// times; it is kept in step by whoever changes records; it is thrown away when it is full (and made
// anew, larger) or when the inode goes. Without one, for want of memory or because the directory is
// damaged, a search goes through the records.
//
// The directory's lock is held by all callers.
#pragma once

#include "fs/dir.h"

// => true if there is an index
bool dir_index_ready(struct inode *dir);
// Goes through the places where a record of the name may be.  => false: there is none left
struct index_search {
    uint64 hash, at; // its own
};
bool dir_index_first(struct inode *dir, const struct name *name, struct index_search *s,
                     struct dir_place *where);
bool dir_index_next(struct inode *dir, struct index_search *s, struct dir_place *where);

// A record with that name is there / this record is about to go.  Without an index these do nothing.
void dir_index_add(struct inode *dir, const struct name *name, const struct dir_place *where);
void dir_index_remove(struct inode *dir, const struct dir_record *r, const struct dir_place *where);

// At boot: the key of the hash.
void dir_index_seed(const uint64 key[2]);

// Where to look for room for a record of `bytes`: the first pages that may have it (fs/room_map.h).
// There is an index.  => false: no page has
bool dir_index_find_room(struct inode *dir, uint32 bytes, uint64 *first, uint64 *npages);
// These pages were looked through: they have room for `bytes` at the most.
void dir_index_set_room(struct inode *dir, uint64 first, uint32 bytes);
// A record in the page has room for `bytes` now.  Without an index this does nothing.
void dir_index_room_made(struct inode *dir, uint64 page, uint32 bytes);

void dir_index_drop(struct inode *dir);
size_t dir_index_pages(const struct inode *dir); // of its hash table, 0 without an index
void dir_index_audit(struct inode *dir);
