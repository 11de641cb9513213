// Variables and positional parameters.
#pragma once

#include "user/kine.h"

// The shell's name, and the environment that came in.
void vars_start(const char *name);

// => NULL if it is not set.  What is returned is good until the variable changes.
const char *var_get(const char *name);
// => false, having said so, if it is read-only
bool var_set(const char *name, const char *value);
void var_set_number(const char *name, int64 value);
bool var_unset(const char *name);
void var_export(const char *name);
void var_protect(const char *name); // from now on it is read-only

// Calls `each` for every variable that is set, or exported or read-only without a value, in the
// order of the names.  value: NULL for the latter
struct var_view {
    const char *name, *value;
    bool exported, read_only;
};
void var_each(void (*each)(const struct var_view *v));
// => the environment for a program, in temporary memory
char **var_environment(void);

// Between save and restore a variable may be changed; it then gets back what it had.
struct saved_var;
struct saved_var *var_save(const char *name, struct saved_var *before);
void var_restore(struct saved_var *all);

// --- positional parameters --------------------------------------------------------------------

struct params {
    char **v; // $1 and on, ended by NULL
    int n;
    char **owned; // what `set` has made, and all its texts: one piece; NULL if it is another's
};
extern struct params params;
extern const char *param_zero; // $0
// Copies the arguments to be the parameters.
void params_set(int n, char **v);
void params_shift(int n); // n <= params.n
void params_free(struct params *p);
