// What the shell does itself.
#pragma once

#include "user/sh/expand.h"

enum builtin_kind {
    ORDINARY,
    SPECIAL,  // an assignment before it stays, a wrong redirection ends what runs
    ASSIGNS,  // the same, and an argument NAME=value is not cut into fields
    REPLACES, // the same, and its redirections stay
};

struct builtin {
    const char *name;
    enum builtin_kind kind;
    int (*run)(struct args *args); // => its status; args->v[0] is its name
    const char *usage;             // for `help`
};

const struct builtin *builtin_find(const char *name); // NULL if there is none
// => the i-th; NULL behind the last
const struct builtin *builtin_at(uint i);
// Says how the builtin is used.  => MISUSED
int builtin_misused(const struct args *args);

// builtin_flow.c
int do_true(struct args *), do_false(struct args *), do_break(struct args *);
int do_return(struct args *), do_exit(struct args *), do_eval(struct args *);
int do_exec(struct args *), do_dot(struct args *), do_command(struct args *);
int do_type(struct args *), do_trap(struct args *);
// builtin_help.c
int do_help(struct args *);
// builtin_vars.c
int do_export(struct args *), do_readonly(struct args *), do_unset(struct args *);
int do_local(struct args *), do_set(struct args *), do_shift(struct args *);
int do_getopts(struct args *), do_read(struct args *);
// builtin_print.c
int do_echo(struct args *), do_printf(struct args *);
// builtin_test.c
int do_test(struct args *);
// builtin_system.c
int do_cd(struct args *), do_pwd(struct args *), do_umask(struct args *);
int do_times(struct args *);
// builtin_jobs.c
int do_fg(struct args *), do_bg(struct args *);
int do_wait(struct args *), do_jobs(struct args *), do_kill(struct args *);
