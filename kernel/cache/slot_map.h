// Which slots of swap space have the pages of an object, by index (cache/memory_object.h): a tree of
// pages of 512 words, as deep as the highest index asks for.  Its owner's lock guards it.
#pragma once

#include "types.h"

struct slot_map {
    uint64 *root; // NULL: it is empty
    int level;    // of the root; 0: its words are slots
};

#define SLOT_MAP_END (~0UL)

// => the slot for the page; 0: none
uint64 slot_map_get(const struct slot_map *m, uint64 index);
// Makes room for an index.  => 0, -ENOMEM
int slot_map_reserve(struct slot_map *m, uint64 index);
// => there is room for it
void slot_map_set(struct slot_map *m, uint64 index, uint64 slot);
// => the first index from `from` on that has a slot; SLOT_MAP_END: none
uint64 slot_map_next(const struct slot_map *m, uint64 from);
// Gives the tree back.  => nothing is in it
void slot_map_free(struct slot_map *m);
// For the audit: names the pages of the tree, and the slots in it.
void slot_map_audit(const struct slot_map *m);
