// What the library's parts use of each other.
#pragma once

#include "user/kine.h"

// Whether the n > 0 bytes at p can be written, so that a wrapper can fail where a store of its own
// would end the program.
bool can_store(const void *p, uint64 n) KINE(can_store);

// What `kill [-SIGNAL] PID...` does, as a program and in the shell: when no process is to be had for the
// program, the shell can still end others.  => the command's status
int kill_command(int argc, char **argv) KINE(kill_command);
