// A file that is to run: an ELF program, its interpreter, or a script.
#pragma once

#include "types.h"

struct args;
struct inode;

#define PROGRAM_HEAD 256 // bytes of its beginning that are read at once, as in Linux

struct program {
    struct inode *ino; // with a reference, and open to run: nobody writes to it meanwhile
    size_t n;          // bytes in head
    char head[PROGRAM_HEAD];
};

// => 0, and program_close() is due; -ENOENT and its kin, -EACCES (no regular file), -ETXTBSY, -EIO,
//    -ENOMEM
int program_open(const char *path, struct program *out);
void program_close(struct program *prog);

// Opens the program that `path` leads to.  A file that begins with #! stands for the program that
// its first line names, which is given the line's one argument, if there is one, and the file's
// path before the arguments that are here already (proc/args.h).
// => also -ELOOP (scripts of scripts of scripts ...), -ENOEXEC (a first line without a program)
int program_find(const char *path, struct program *out, struct args *args);
