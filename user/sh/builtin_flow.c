// Builtins that say what runs next.
#include "kernel/fcntl.h"
#include "user/sh/builtins.h"
#include "user/sh/call.h"
#include "user/sh/input.h"
#include "user/sh/output.h"
#include "user/sh/program.h"
#include "user/sh/redirect.h"
#include "user/sh/run.h"
#include "user/sh/shell.h"
#include "user/sh/text.h"
#include "user/sh/trap.h"
#include "user/sh/vars.h"
#include "user/user.h"

int do_true(struct args *args)
{
    return 0;
}

int do_false(struct args *args)
{
    return FAILED;
}

// break and continue
int do_break(struct args *args)
{
    int64 levels = 1;
    if (args->n > 2 || (args->n == 2 && (!number_of(args->v[1], &levels) || levels < 1)))
        return builtin_misused(args);
    if (shell.loops > 0) {
        shell.levels = levels < shell.loops ? (int)levels : shell.loops;
        shell.leaving = args->v[0][0] == 'b' ? BREAKING : CONTINUING;
    }
    return 0;
}

int do_return(struct args *args)
{
    int64 status = shell.status;
    if (args->n > 2 || (args->n == 2 && !number_of(args->v[1], &status)))
        return builtin_misused(args);
    if (shell.calls == 0)
        shell_exit((int)status);
    shell.leaving = RETURNING;
    return (int)status;
}

// A status may be negative.
int do_exit(struct args *args)
{
    int64 status = shell.status;
    if (args->n > 2 || (args->n == 2 && !number_of(args->v[1], &status)))
        return builtin_misused(args);
    shell_exit((int)status);
}

int do_eval(struct args *args)
{
    struct buffer text = { 0 };
    for (int i = 1; i < args->n; i++) {
        buffer_put_text(&text, args->v[i]);
        buffer_put(&text, ' ');
    }
    shell.status = 0;
    if (text.text)
        run_text(text.text, shell.line);
    buffer_free(&text);
    return shell.status;
}

int do_exec(struct args *args)
{
    struct args program = { args->v + 1, args->n - 1, 0 };
    if (program.n == 0)
        return 0;
    signals_of_program();
    int status = become_program(&program);
    if (!shell.interactive || shell.in_child)
        shell_exit(status);
    signals_of_prompt();
    return status;
}

// The file's commands are read from a descriptor of the shell's own.
int do_dot(struct args *args)
{
    struct input in;
    struct lexer l;
    if (args->n < 2)
        return builtin_misused(args);
    const char *path = program_path(args->v[1]);
    int fd = path ? open(path, O_RDONLY) : -1;
    fd = fd < 0 ? fd : own_fd(fd);
    if (fd < 0) {
        give_up(".: %s: %s", args->v[1], strerror(errno));
        return MISUSED;
    }
    uint line = shell.line;
    shell.status = 0;
    shell.calls++;
    input_start(&in, fd, false, false);
    lex_source(&l, &in.source);
    run_lexer(&l);
    shell.calls--;
    shell.line = line;
    close(fd);
    if (shell.leaving == RETURNING)
        shell.leaving = STAYING;
    return shell.status;
}

// --- what a command is ------------------------------------------------------------------------

// => false: there is no such command.  in_words: a sentence, instead of what would be called
static bool tell(const char *name, bool in_words)
{
    const char *path = 0;
    const struct builtin *b = builtin_find(name);
    bool function = function_find(name);
    if (!b && !function && !(path = program_path(name)))
        return false;
    if (in_words)
        out_format("%s is %s%s\n", name,
                   function ? "a function"
                   : b      ? "a builtin"
                            : "",
                   function || b ? "" : path);
    else
        out_format("%s\n", function || b ? name : path);
    return true;
}

int do_type(struct args *args)
{
    int status = 0;
    for (int i = 1; i < args->n; i++)
        if (!tell(args->v[i], true)) {
            out_format("%s: not found\n", args->v[i]);
            status = NOT_FOUND;
        }
    return status;
}

int do_command(struct args *args)
{
    bool tells = args->n > 1 && (strcmp(args->v[1], "-v") == 0 || strcmp(args->v[1], "-V") == 0);
    if (tells) {
        int status = 0;
        for (int i = 2; i < args->n; i++)
            if (!tell(args->v[i], args->v[1][1] == 'V'))
                status = NOT_FOUND;
        return status;
    }
    int first = args->n > 1 && strcmp(args->v[1], "--") == 0 ? 2 : 1;
    struct args called = { args->v + first, args->n - first, 0 };
    return called.n > 0 ? call_words(&called) : 0;
}

int do_trap(struct args *args)
{
    return trap_command(args);
}
