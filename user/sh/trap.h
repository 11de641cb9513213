// What `trap` has set: commands for the shell's end and for signals.
#pragma once

#include "user/kine.h"
#include "user/sh/expand.h"

// The builtin.  => its status
int trap_command(struct args *args);
// Runs what is set for the signals that have come.
void traps_run(void);
// Runs, once, what is set for the end.
void traps_run_exit(void);
// In a process that has just been forked: none is set.
void traps_drop(void);
