// The model: what a file system is, in the simplest way, beside the real one.
//
// A step does one random operation on both and compares what they say; model_compare() compares all
// names and all bytes.
#pragma once

#include "fs_test.h"

// Starts with an empty model; `classic`: the volume under test is one.
void model_begin(uint64 seed, bool classic);
// One operation.
void model_step(void);
// Everything that the model has is on the volume, and nothing else.
void model_compare(void);
void model_remount(void); // closes what is open; the image is checked
void model_clear(void);   // closes and removes everything
void model_close(void);   // closes what is open
void model_end(void);     // the same, and frees the model
// Makes a file, chosen at random, the clone of another.
void model_step_clone(void);

// The choices are made by these bytes instead of at random; they are zeros when the bytes are used
// up, and the model is hungry.  NULL: at random again.
void model_feed(const unsigned char *bytes, size_t n);
bool model_hungry(void);
uint64 pick(uint64 n); // the next choice of 0 to n - 1

// The model as it is now, without what only open files have; for snapshots.
struct model_copy *model_copy(void);
void model_drop(struct model_copy *copy);
void model_restore(const struct model_copy *copy);                  // closes what is open
void model_compare_copy(struct model_copy *copy, const char *path); // what is below the path
extern uint64 model_seed;
extern size_t model_file_max; // no file gets longer; 150,000 at the most
