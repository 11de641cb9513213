// Which pages of a directory have room for a name: for each page, or for each group of pages if
// there are more than a million, an upper bound of the room that the roomiest record has.
//
// The bounds are leaves of a tree whose inner nodes hold the larger of the two below, so that the
// first page with room is found without looking at the others.  A page that turns out to have less
// room than its bound gets a lower one; so it is looked at once for each time that room is made in
// it.
#pragma once

#include "types.h"

struct room_map {
    uint32 leaves; // a power of two
    uint32 shift;  // a leaf stands for 2^shift pages
    uint8 **most;  // pages of nodes: node 1 is the root, `leaves` the first leaf; units of 8 bytes
};

// For a directory of `pages`, of which nothing is known, with as many again to come.  => false: no
// memory
bool room_map_make(struct room_map *m, uint64 pages);
void room_map_free(struct room_map *m);
bool room_map_holds(const struct room_map *m, uint64 page);
// => true: the first group of pages that may have room for `bytes`
bool room_map_find(const struct room_map *m, uint32 bytes, uint64 *first, uint64 *npages);
// The group of the page has room for at most `bytes` / has got a record with so much.
void room_map_set(struct room_map *m, uint64 page, uint32 bytes);
void room_map_raise(struct room_map *m, uint64 page, uint32 bytes);
void room_map_audit(const struct room_map *m);
