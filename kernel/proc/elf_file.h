// An ELF file that is to be mapped: what its headers say.
//
// Its program headers are in memory from elf_open() to elf_close(), so they do not change between a
// check and the mapping that relies on it.
#pragma once

#include "types.h"
#include "elf.h"

struct aspace;
struct program;

struct elf_file {
    const struct program *prog; // open to run meanwhile
    struct elf_header head;
    struct elf_segment *segments; // head.phnum of them, in a page in hand
    uint64 size;                  // of the file
    uint64 low, high;             // page-aligned ends of what is loaded, as the file names them
    uint64 align; // to which a distance must be a multiple: a power of two, a page at least
};

// => 0, and elf_close() is due; -ENOEXEC (no ELF program for this machine; a segment that cannot be
//    mapped), -EIO, -ENOMEM
int elf_open(const struct program *prog, struct elf_file *out);
void elf_close(struct elf_file *elf);

// => the first segment of a type, NULL if there is none
const struct elf_segment *elf_find(const struct elf_file *elf, uint32 type);
// => the address of the program headers in memory, 0 if they are not loaded
uint64 elf_headers(const struct elf_file *elf, uint64 distance);

// Maps what is to be loaded, at a distance (page-aligned) from the addresses that the file names.
// Nothing is read.  => 0; -ENOEXEC (segments overlap, lie outside user space, or are writable code),
//    -ENOMEM
int elf_map(const struct elf_file *elf, struct aspace *as, uint64 distance);
