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
// Between hold and release signals, and news of children, come only during await, which returns then:
// so what is found before it is found in time.
void signals_hold(void);
void signals_await(void);
void signals_release(void);
// A shell with a prompt is not ended or stopped by keys; Ctrl-C breaks off what it does.
void signals_of_prompt(void);
// What runs beside a shell without job control is not ended by keys.
void signals_of_background(void);
// The shell becomes a program, or tries to: it does as it did before it had a prompt.
void signals_of_program(void);
// What runs is given up, up to the prompt, with this status.
void break_off(int status);
// Runs, once, what is set for the end.
void traps_run_exit(void);
// In a process that has just been forked: none is set.  stops: it is a job, which can be stopped; who
// waits for one that is none would wait for ever
void traps_drop(bool stops);
