// What the shell must do itself.
#include "user/kine.h"
#include "user/lib/lib.h"
#include "user/sh/sh.h"
#include "user/user.h"

static int do_cd(struct args *args)
{
    const char *where = args->n > 1 ? args->v[1] : "/";
    if (args->n > 2) {
        fprintf(2, "usage: cd [DIR]\n");
        return 2;
    }
    if (chdir(where) == 0)
        return 0;
    fprintf(2, "sh: cd: %s: %s\n", where, strerror(errno));
    return 1;
}

// A status may be negative.
static int do_exit(struct args *args)
{
    const char *word = args->n > 1 ? args->v[1] : "0";
    if (args->n > 2 || parse_number(word + (*word == '-')) < 0) {
        fprintf(2, "usage: exit [STATUS]\n");
        return 2;
    }
    exit(args->n > 1 ? atoi(word) : shell.status);
}

static int do_wait(struct args *args)
{
    while (wait(0) >= 0)
        ;
    return 0;
}

static int do_kill(struct args *args)
{
    return kill_command(args->n, args->v);
}

static int do_export(struct args *args)
{
    for (int i = 1; i < args->n; i++) {
        const char *word = args->v[i];
        uint len = name_length(word);
        if (len == 0 || (word[len] != '=' && word[len] != '\0')) {
            fprintf(2, "sh: export: %s: not a name\n", word);
            return 1;
        }
        if (word[len] == '=')
            var_set(word, len, word + len + 1);
        var_export(word, len);
    }
    return 0;
}

static const struct {
    const char *name;
    builtin run;
} builtins[] = {
    { "cd", do_cd },     { "exit", do_exit },     { "wait", do_wait },
    { "kill", do_kill }, { "export", do_export },
};

builtin find_builtin(const char *name)
{
    for (uint i = 0; i < sizeof builtins / sizeof builtins[0]; i++)
        if (strcmp(builtins[i].name, name) == 0)
            return builtins[i].run;
    return 0;
}
