#include "user/sh/trap.h"
#include "user/sh/memory.h"
#include "user/sh/output.h"
#include "user/sh/run.h"
#include "user/sh/shell.h"
#include "user/user.h"

#define AT_EXIT 0 // in the place of a signal's number

static char *commands[NSIG + 1]; // "": ignored; NULL: as it is by default

static void set(int number, const char *command)
{
    char *old = commands[number];
    commands[number] = command ? must_copy(command) : 0;
    free(old);
}

static int list(void)
{
    for (int i = 0; i <= NSIG; i++)
        if (commands[i] && signal_name(i)) {
            out_text("trap -- ");
            out_quoted(commands[i]);
            out_format(" %s\n", signal_name(i));
        }
    return 0;
}

int trap_command(struct args *args)
{
    int i = 1, status = 0;
    if (i < args->n && strcmp(args->v[i], "--") == 0)
        i++;
    if (i == args->n)
        return list();
    const char *command = args->v[i];
    if (strcmp(command, "-") == 0)
        command = 0;
    else if (args->n == i + 1 && signal_number(command) >= 0)
        command = 0, i--; // only a signal: as it is by default
    while (++i < args->n) {
        int number = signal_number(args->v[i]);
        if (number >= 0)
            set(number, command);
        else
            complain("trap: %s: no such signal", args->v[i]);
        status |= number < 0;
    }
    return status;
}

void traps_run(void)
{
}

void traps_run_exit(void)
{
    char *command = commands[AT_EXIT];
    int status = shell.status;
    if (!command)
        return;
    commands[AT_EXIT] = 0;
    shell.leaving = STAYING;
    run_text(command, shell.line);
    free(command);
    shell.status = status;
}

void traps_drop(void)
{
    for (int i = 0; i <= NSIG; i++)
        set(i, 0);
}
