// Walking the tree.
#pragma once

#include "user/kine.h"
#include "user/sh/lex.h"

// How something is run.
#define TESTED 1 // its status is looked at: `set -e` does not mind
#define LAST   2 // it is the last thing that this process does

// Sets shell.status and, if what runs is to be left, shell.leaving.
void run(const struct node *n, int how);
// Reads, parses and runs commands to the end.  Errors of syntax are told; they end it but at the
// prompt.
void run_lexer(struct lexer *l);
void run_text(const char *text, uint line);

// Functions.
struct function;
struct function *function_find(const char *name); // NULL if there is none
void function_call(struct function *f, int argc, char **argv, int how);
bool function_unset(const char *name);
