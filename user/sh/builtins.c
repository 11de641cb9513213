#include "user/sh/builtins.h"
#include "user/sh/shell.h"
#include "user/user.h"

static const struct builtin builtins[] = {
    { ".", SPECIAL, do_dot, ". FILE: runs the commands of a file in this shell" },
    { ":", SPECIAL, do_true, ": [ARG...]: does nothing" },
    { "[", ORDINARY, do_test, "[ CONDITION ]: as test" },
    { "bg", ORDINARY, do_bg, "bg [%N]: a stopped job goes on beside the shell" },
    { "break", SPECIAL, do_break, "break [N]: leaves N loops" },
    { "cd", ORDINARY, do_cd, "cd [DIR | -]: goes to a directory; none: to $HOME or /" },
    { "command", ORDINARY, do_command, "command [-v] NAME [ARG...]: runs no function; -v: tells" },
    { "continue", SPECIAL, do_break, "continue [N]: goes on with the N-th loop around" },
    { "echo", ORDINARY, do_echo, "echo [-n] [ARG...]: prints; \\n, \\t, \\c ... have a meaning" },
    { "eval", SPECIAL, do_eval, "eval [ARG...]: runs the arguments as commands" },
    { "exec", REPLACES, do_exec, "exec [NAME [ARG...]]: becomes the program; keeps redirections" },
    { "exit", SPECIAL, do_exit, "exit [STATUS]: ends the shell" },
    { "export", ASSIGNS, do_export, "export [NAME[=VALUE]...]: programs get these variables" },
    { "false", ORDINARY, do_false, "false: status 1" },
    { "fg", ORDINARY, do_fg, "fg [%N]: a job goes on in the foreground" },
    { "getopts", ORDINARY, do_getopts, "getopts LETTERS NAME [ARG...]: the next option" },
    { "help", ORDINARY, do_help,
      "help [NAME...]: what builtins and programs do; none: all of them" },
    { "jobs", ORDINARY, do_jobs, "jobs: what runs in the background" },
    { "kill", ORDINARY, do_kill, "kill [-SIGNAL] PID | %N...: sends a signal; kill -l: names" },
    { "local", ASSIGNS, do_local, "local NAME[=VALUE]...: variables of the function" },
    { "printf", ORDINARY, do_printf, "printf FORMAT [ARG...]: prints" },
    { "pwd", ORDINARY, do_pwd, "pwd: the current directory" },
    { "read", ORDINARY, do_read, "read [-r] [NAME...]: a line of the input into variables" },
    { "readonly", ASSIGNS, do_readonly, "readonly [NAME[=VALUE]...]: cannot be changed any more" },
    { "return", SPECIAL, do_return, "return [STATUS]: from a function or a file" },
    { "set", SPECIAL, do_set, "set [-efux] [--] [ARG...]: options and $1 ...; none: variables" },
    { "shift", SPECIAL, do_shift, "shift [N]: drops the first N of $1 ..." },
    { "test", ORDINARY, do_test, "test CONDITION: -e -f -d -r -s -n -z = != -eq -lt ... ! -a -o" },
    { "times", SPECIAL, do_times, "times: the time that the shell and its children have used" },
    { "trap", SPECIAL, do_trap, "trap COMMAND EXIT | SIGNAL...: what is done then" },
    { "true", ORDINARY, do_true, "true: status 0" },
    { "type", ORDINARY, do_type, "type NAME...: what a command is" },
    { "umask", ORDINARY, do_umask, "umask [MODE]: the rights that files are made without" },
    { "unset", SPECIAL, do_unset, "unset [-f] NAME...: forgets variables or functions" },
    { "wait", ORDINARY, do_wait, "wait [PID | %N...]: for what runs in the background" },
};

const struct builtin *builtin_at(uint i)
{
    return i < sizeof builtins / sizeof builtins[0] ? &builtins[i] : 0;
}

const struct builtin *builtin_find(const char *name)
{
    const struct builtin *b;
    for (uint i = 0; (b = builtin_at(i)); i++)
        if (strcmp(b->name, name) == 0)
            return b;
    return 0;
}

int builtin_misused(const struct args *args)
{
    const char *usage = builtin_find(args->v[0])->usage;
    uint n = 0;
    while (usage[n] && !(usage[n] == ':' && usage[n + 1] == ' ' && n > 0))
        n++;
    char *short_form = temp_copy(usage, n);
    fprintf(2, "usage: %s\n", short_form);
    return MISUSED;
}
