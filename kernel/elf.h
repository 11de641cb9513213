// ELF-64 for RISC-V: what exec reads of a program file, and what makes one (System V ABI, chapters
// 4 and 5).
#pragma once

#include "types.h"

struct elf_header {
    uint8 ident[16]; // "\177ELF", class, byte order, version, ...
    uint16 type, machine;
    uint32 version;
    uint64 entry, phoff, shoff;
    uint32 flags;
    uint16 ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
};

struct elf_segment {
    uint32 type, flags;
    uint64 offset, vaddr, paddr, filesz, memsz, align;
};

#define ELF_CLASS_64      2
#define ELF_LITTLE_ENDIAN 1
#define ELF_VERSION       1
#define ELF_EXEC          2 // at the addresses that it names
#define ELF_DYN           3 // at any distance from them
#define ELF_RISCV         243

#define SEGMENT_LOAD   1
#define SEGMENT_INTERP 3          // PT_INTERP: another program that is to load this one
#define SEGMENT_STACK  0x6474e551 // PT_GNU_STACK: memsz is the stack that the program wants
#define SEGMENT_PATHS  0x6b696e65 // kine's own: memsz is the longest path it names, its NUL included

#define SEGMENT_X 1
#define SEGMENT_W 2
#define SEGMENT_R 4
