// The state of the shell, and how it says what is wrong.
//
// The parts, in the order in which a command passes through them:
//
//   input.c    where lines come from          edit.c: a terminal, where one is
//   lex.c      cuts them into tokens; word.c reads the parts of a word
//   parse.c    makes a tree of them, or tells a syntax error before anything has been done
//   expand.c   makes arguments of words: values, fields (field.c), patterns (pattern.c, glob.c),
//              arithmetic (arith.c)
//   run.c      walks the tree: call.c calls a command, redirect.c, process.c and jobs.c make its
//              descriptors and its processes, program.c becomes another program
//   builtins.c the table of what the shell does itself, in builtin_*.c
#pragma once

#include "user/kine.h"

// $? of the shell's own failures, and of programs that do not start.
#define FAILED        1
#define MISUSED       2 // also of a syntax error
#define CANNOT_RUN    126
#define NOT_FOUND     127
#define SIGNAL_STATUS 128 // and the signal: of a program that was killed

// Why what runs is being left, besides its end.
enum leaving {
    STAYING,
    BREAKING,   // `break` and `continue`: shell.levels loops, the last one of which
    CONTINUING, // goes on
    RETURNING,  // from a function or a `.` file
    GIVING_UP,  // an error: up to the prompt, or to the shell's end
};

struct shell {
    int status;       // $?
    int background;   // $!: the last process started with `&`; 0: none
    int pid;          // $$: also in the processes that the shell has forked
    bool interactive; // there is a prompt: this process has it, or one that it comes from
    bool in_child;    // a process that the shell has forked
    bool error_exits; // set -e
    bool unset_fails; // set -u
    bool traces;      // set -x
    bool no_globs;    // set -f
    enum leaving leaving;
    int levels;               // of loops still to be left
    int loops;                // around what runs, within this function
    int calls;                // of functions and `.` files around what runs
    uint line;                // of the command that runs
    bool substituted;         // a command substitution has set the status
    struct saved_var *locals; // of the function that runs: what `local` has put aside
};
extern struct shell shell;

// A sentence about what is wrong, with where it is: "sh: " at the prompt, "$0: line N: " otherwise.
void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));
// The same, and what runs is given up with status MISUSED.
void give_up(const char *format, ...) __attribute__((format(printf, 1, 2)));
// Ends the shell, after the command that `trap ... EXIT` has set.
void shell_exit(int status) __attribute__((noreturn));
