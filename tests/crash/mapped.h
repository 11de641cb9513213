// A map of a file, for the workloads: what vm does with page tables, done with an array.
//
// The rule is vm's: a page may be stored to for nothing while it has W, it gets W only while it is
// dirty, and a commit takes all W away (docs/memory.md, "Maps of files").
#pragma once

#include "tests/crash/cut.h"

#define MAPPED_PAGES 8

// Maps the first pages of the file, shared.
void mapped_begin(const char *path);
void mapped_end(void); // nothing, if nothing is mapped
bool mapped(void);
// Stores n bytes within a page, and notes the state.  The disk may be full.
void mapped_store(uint64 off, const void *from, size_t n);
