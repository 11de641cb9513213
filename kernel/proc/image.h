// A program image: the areas that an ELF file asks for.
#pragma once

#include "types.h"

struct aspace;
struct inode;

struct image {
    uint64 entry;     // where it begins to run
    uint64 low, high; // page-aligned ends of its segments
    uint64 phdr;      // address of the program headers in memory, 0 if they are not loaded
    uint64 phnum;
    uint64 stack_size; // bytes, whole pages
    uint64 stack_top;
    bool classic; // linked with the library of the classic API: what it writes to a pipe that
                  // nobody reads fails, and does not end it
    uint64 path_longest; // bytes of a path in its system calls, the NUL included
};

// Maps the program in `ino` into the empty address space, with its stack and an empty heap. Nothing
// is read but the headers: pages come when they are touched.
// => 0; -ENOEXEC (not a program for us: a sentence on why is not ours to give), -EIO, -ENOMEM.
int image_map(struct inode *ino, struct aspace *as, struct image *out);
