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
void model_end(void);     // closes what is open, frees the model
extern uint64 model_seed;
extern size_t model_file_max; // no file gets longer; 150,000 at the most
