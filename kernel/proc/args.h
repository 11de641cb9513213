// A new program's first stack: arguments, environment, auxiliary vector.
#pragma once

#include "types.h"

struct aspace;
struct image;

// Copies the string vectors argv and envp (user addresses in `from`; 0: empty) to the top of the
// stack in `to`, in the layout of the System V ABI for RISC-V:
//
//     sp: argc | argv[0] ... 0 | envp[0] ... 0 | auxv ... 0 | strings      (sp a multiple of 16)
//
// No argument at all becomes one, the empty string.
// => 0 and *sp; -E2BIG (more than a quarter of the stack), -EFAULT, -ENOMEM.
int args_copy(struct aspace *from, uint64 argv, uint64 envp, struct aspace *to,
              const struct image *image, uint64 *sp);
