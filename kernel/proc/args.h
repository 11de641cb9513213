// A new program's first stack: arguments, environment, auxiliary vector.
#pragma once

#include "types.h"

struct aspace;
struct image;

// What exec is given.  args_end() is due.
struct args {
    const char *path;  // of the file, as the caller names it
    uint64 argv, envp; // user addresses of vectors of strings; 0: empty
    char *page,
        *before; // of scripts: the strings from `before` to the end of the page (in hand), and
                 // behind them the path, stand in place of argv[0]; NULL: none
};

// Puts a string before all arguments that are there; it is short (proc/program.h).  => 0, -ENOMEM
int args_prepend(struct args *args, const char *string);
void args_end(struct args *args);

// Copies argv and envp, which are in `from`, to the top of the stack in `to`, in the layout of the
// System V ABI for RISC-V:
//
//     sp: argc | argv[0] ... 0 | envp[0] ... 0 | auxv ... 0, 0      sp is a multiple of 16
//         16 random bytes | strings of argv, of envp, the path | 0  up to the top of the stack
//
// No argument at all becomes one, the empty string.
// => 0 and *sp; -E2BIG (strings and pointers are more than a quarter of the stack), -EFAULT,
//    -ENOMEM, -EINTR (killed meanwhile)
int args_copy(const struct args *args, struct aspace *from, struct aspace *to,
              const struct image *image, uint64 *sp);
