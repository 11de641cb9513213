// Processes: what the tree runs beside the shell.
#pragma once

#include "user/kine.h"
#include "user/sh/memory.h"
#include "user/sh/tree.h"

// In a process that has just been forked: it is none that has a prompt, jobs or traps.
void become_child(bool job);
// fork(), after which the child knows that it is one.  => the child's pid, 0 in the child, -1 after
// an error, which has been said
int start_process(void);
// Each of these sets shell.status.
void run_pipeline(const struct node *n);
void run_background(const struct node *n);
void run_subshell(const struct node *n, int how);
// Runs `program` in a child, which ends by it, and waits.
void run_program(void (*program)(void *arg), void *arg, const char *source);
// Appends what the tree prints, without the newlines at its end.
void command_output(const struct node *n, struct buffer *out);
