// What `trap` has set: commands for the shell's end and for signals.
#pragma once

#include "user/kine.h"
#include "user/sh/expand.h"

// The builtin.  => its status
int trap_command(struct args *args);
// Runs what is set for the signals that have come.
void traps_run(void);
// => one of them; 0: none has come
int signal_that_came(void);
// A shell with a prompt is not ended or stopped by keys; Ctrl-C breaks off what it does.
void signals_of_prompt(void);
// What runs beside a shell without job control is not ended by keys.
void signals_of_background(void);
// What runs is given up, as by Ctrl-C.
void break_off(void);
// Runs, once, what is set for the end.
void traps_run_exit(void);
// In a process that has just been forked: none is set.
void traps_drop(void);
