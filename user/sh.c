// The shell.
//
//   sh                    reads commands from its input; at the console, with a prompt for each
//   sh FILE ARG...        reads them from the file
//   sh -c TEXT NAME ARG...  does these; NAME is $0
//   sh -s ARG...          reads its input, with these arguments
//
// Its language is that of POSIX.  Options: -e -u -x -f.  The map of its parts is user/sh/shell.h.
#include "kernel/fcntl.h"
#include "user/kine.h"
#include "user/sh/input.h"
#include "user/sh/jobs.h"
#include "user/sh/options.h"
#include "user/sh/program.h"
#include "user/sh/redirect.h"
#include "user/sh/run.h"
#include "user/sh/shell.h"
#include "user/sh/terminal.h"
#include "user/sh/trap.h"
#include "user/sh/vars.h"
#include "user/user.h"

const char usage_text[] =
    "usage: sh [-efux] [-c TEXT [NAME [ARG...]] | FILE [ARG...]]   runs commands\n";

static void run_input(int fd, bool shared)
{
    struct input in;
    struct lexer l;
    input_start(&in, fd, false, shared);
    lex_source(&l, &in.source);
    run_lexer(&l);
}

// An error ends the line that it is in.
static void converse(void)
{
    struct input in;
    struct lexer l;
    shell.interactive = true;
    signals_of_prompt();
    jobs_take_terminal();
    input_start(&in, 0, true, true);
    do {
        lex_source(&l, &in.source);
        shell.leaving = STAYING;
        run_lexer(&l);
    } while (shell.leaving != STAYING);
}

static void refuse(const char *path, const char *why, int status)
{
    fprintf(2, "sh: %s: %s\n", path, why);
    shell.status = status;
}

// FILE [ARG...]
static void run_script(int argc, char **argv)
{
    int fd = open(argv[0], O_RDONLY);
    param_zero = argv[0];
    params_set(argc - 1, argv + 1);
    if (fd < 0)
        refuse(argv[0], strerror(errno), NOT_FOUND);
    else if (!is_text(argv[0]))
        refuse(argv[0], "not a text of commands", CANNOT_RUN);
    else
        run_input(own_fd(fd), false);
}

static int usage(void)
{
    fprintf(2, "%s", usage_text);
    return MISUSED;
}

// -c TEXT [NAME [ARG...]]
static void run_argument(int argc, char **argv)
{
    if (argc > 1) {
        param_zero = argv[1];
        params_set(argc - 2, argv + 2);
    }
    run_text(argv[0], 1);
}

static void run_standard_input(int argc, char **argv)
{
    params_set(argc, argv);
    if (at_terminal())
        converse();
    else
        run_input(0, true);
}

int main(int argc, char **argv)
{
    int first = 1;
    char how = '\0'; // c: from the argument, s: from the input
    stack_starts_here();
    vars_start(argv[0]);
    for (; first < argc && (*argv[first] == '-' || *argv[first] == '+'); first++)
        if (!option_take(argv[first], "cs", &how))
            return usage();
    if (how == 'c' && first == argc)
        return usage();
    if (how == 'c')
        run_argument(argc - first, argv + first);
    else if (how == 's' || first == argc)
        run_standard_input(argc - first, argv + first);
    else
        run_script(argc - first, argv + first);
    shell_exit(shell.status);
}
