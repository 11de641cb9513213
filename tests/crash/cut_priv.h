// Shared by the files of the cutter (tests/crash/cut.h).
#pragma once

#include "tests/crash/cut.h"

// What a cut at a moment may and must leave.
struct limits {
    size_t oldest, newest; // noted states
    uint64 generation;     // at least
};

struct entry {
    uint64 block;
    unsigned char *data;  // NULL: a flush
    struct limits before; // of a cut just before it
};

// The log, and the states that were noted while it was written.
struct recording {
    struct entry *entries;
    size_t nentries, entries_room;
    uint64 *states; // digests, in their order
    size_t nstates, states_room;
};
extern struct recording recording;

// An array with room for n + 1 elements.
void *grow(void *array, size_t n, size_t *room, size_t size);

// Begins a recording of what the mounted volume's disk is written, with its state now.
void record_begin(const struct workload *w, uint64 seed);
// Ends it: the last entry is a flush.
void record_end(void);
void record_forget(void);
// => true if the digest is one of the noted states that the limits allow
bool record_allows(const struct limits *l, uint64 digest);
// => true if the generation was committed in the midst of a step of several transactions
bool record_midstep(uint64 generation);
