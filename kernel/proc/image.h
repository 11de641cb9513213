// A program image: the areas of a new address space.
//
// A program that says how much stack it wants (PT_GNU_STACK with a size: those of user/) is small
// and packed close, so that one leaf table has all of it; where it lies is fixed.  Any other is
// given what Linux programs expect: 8 MiB of stack at the top, maps from there downwards, the heap
// behind the program, all at random places.
//
//     the size is said                          it is not
//
//     TRAPFRAME  +-----------------+            +-----------------+ TRAPFRAME
//                | maps downwards  |            | (random)        |
//                |                 |            | stack, 8 MiB    | filled as it is touched
//                |                 |            | guard, (random) |
//                |                 |            | interpreter     | first of the maps, which go on
//                |                 |            | maps downwards  | below it
//                | heap upwards    |            | heap upwards    |
//                | program         |            | (random)        |
//                | guard           |            | program         | ET_EXEC: where it says; ET_DYN:
//                | stack           |            |                 | half-way up, and (random)
//                | guard           |            |                 |
//                +-----------------+            +-----------------+
//
// personality(ADDR_NO_RANDOMIZE), or places=fixed among the boot arguments: nothing is random.
#pragma once

#include "types.h"

struct aspace;
struct program;

struct image {
    uint64 entry; // the program's
    uint64 begin; // where it begins to run: there, or in its interpreter
    uint64 base; // the distance of the interpreter from the addresses that its file names; 0: there
                 // is none
    uint64 phdr; // address of the program headers in memory, 0 if they are not loaded
    uint64 phnum;
    uint64 stack_size; // bytes, whole pages
    uint64 stack_top;
    bool classic; // linked with the library of the classic API: what it writes to a pipe that
                  // nobody reads fails, and does not end it
    uint64 path_longest; // bytes of a path in its system calls, the NUL included
};

struct image_wish {
    uint64 stack;  // bytes for a program that says nothing of it
    bool anywhere; // at random places
};

// Maps the program, and its interpreter if it asks for one, into the empty address space, with a
// stack and an empty heap. Nothing is read but headers: pages come when they are touched.
// => 0; -ENOEXEC (not a program for us: a sentence on why is not ours to give), -ELIBBAD (its
//    interpreter is not), or why that cannot be opened; -EIO, -ENOMEM
int image_map(const struct program *prog, const struct image_wish *wish, struct aspace *as,
              struct image *out);
