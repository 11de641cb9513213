// What the library's parts use of each other.
#pragma once

#include "user/kine.h"

// Whether the n > 0 bytes at p can be written, so that a wrapper can fail where a store of its own
// would end the program.
bool can_store(const void *p, uint64 n) KINE(can_store);

// Before main: if the program has a usage text and its only argument is --help, writes that and ends.
void answer_help(int argc, char **argv) KINE(answer_help);

#define KILL_USAGE                                                                                 \
    "usage: kill [-SIGNAL | -s SIGNAL] PID...   sends a signal, SIGTERM if none is named\n"        \
    "  -1: every process but init and the shell   kill -l: the signals' names\n"
// What `kill [-SIGNAL] PID...` does, as a program and in the shell: when no process is to be had for the
// program, the shell can still end others.  => the command's status
int kill_command(int argc, char **argv) KINE(kill_command);
