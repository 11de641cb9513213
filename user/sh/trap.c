#include "user/sh/trap.h"
#include "user/sh/memory.h"
#include "user/sh/output.h"
#include "user/sh/run.h"
#include "user/sh/shell.h"
#include "user/user.h"

#define AT_EXIT 0 // in the place of a signal's number

static char *commands[NSIG + 1];    // "": ignored; NULL: as it is by default
static bool ignored_here[NSIG + 1]; // by a shell with a prompt, unless a trap says otherwise
static volatile bool came[NSIG + 1], any_came;
static uint64 let_through; // the mask while signals are held

// --- signals ----------------------------------------------------------------------------------

static void note(int signal)
{
    came[signal] = true;
    any_came = true;
}

// A call that waits ends by it: the shell looks at what came, and waits again.
static void act(int signal, uint64 handler)
{
    struct sigaction action = { .sa_handler = handler };
    sigaction(signal, &action, 0);
}

static void act_on(int signal)
{
    const char *command = commands[signal];
    if (signal == AT_EXIT)
        return;
    bool breaks =
        signal == SIGINT && ignored_here[signal] && !command; // what the shell itself does
    if ((command && *command) || breaks)
        act(signal, (uint64)note);
    else
        act(signal, command || ignored_here[signal] ? SIG_IGN : SIG_DFL);
}

static void set(int number, const char *command)
{
    char *old = commands[number];
    commands[number] = command ? must_copy(command) : 0;
    free(old);
    act_on(number);
}

void signals_of_background(void)
{
    act(SIGINT, SIG_IGN);
    act(SIGQUIT, SIG_IGN);
}

void signals_of_prompt(void)
{
    static const int keys[] = { SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGTTIN, SIGTTOU };
    for (uint i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        ignored_here[keys[i]] = true;
        act_on(keys[i]);
    }
}

// Keys that stop, and what stops a background job that uses the terminal.
static bool is_stop(int signal)
{
    return signal == SIGTSTP || signal == SIGTTIN || signal == SIGTTOU;
}

// A trap stays; else it is as the shell found it.
static void heed(int signal)
{
    if (ignored_here[signal]) {
        ignored_here[signal] = false;
        act_on(signal);
    }
}

void signals_of_program(void)
{
    for (int i = 1; i <= NSIG; i++)
        heed(i);
}

int signal_that_came(void)
{
    for (int i = 1; any_came && i <= NSIG; i++)
        if (came[i])
            return i;
    return 0;
}

// --- waiting for one ---------------------------------------------------------------------------

static void wake(int signal)
{
}

void signals_hold(void)
{
    uint64 all = ~0UL;
    sigprocmask(SIG_SETMASK, &all, &let_through);
    if (!commands[SIGCHLD] || !*commands[SIGCHLD])
        act(SIGCHLD, (uint64)wake);
}

void signals_await(void)
{
    sigsuspend(&let_through);
}

void signals_release(void)
{
    act_on(SIGCHLD);
    sigprocmask(SIG_SETMASK, &let_through, 0);
}

// --- the builtin ------------------------------------------------------------------------------

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

// --- running them -----------------------------------------------------------------------------

static void run_command(int number)
{
    char *command = must_copy(commands[number]); // which may change it
    int status = shell.status;
    enum leaving leaving = shell.leaving;
    shell.leaving = STAYING;
    run_text(command, shell.line);
    if (shell.leaving == STAYING) {
        shell.status = status;
        shell.leaving = leaving;
    }
    free(command);
}

static void take(int signal)
{
    came[signal] = false;
    if (commands[signal] && *commands[signal])
        run_command(signal);
    else if (!commands[signal] && ignored_here[signal])
        break_off(SIGNAL_STATUS + SIGINT);
}

void traps_run(void)
{
    while (any_came) {
        any_came = false;
        for (int i = 1; i <= NSIG; i++)
            if (came[i])
                take(i);
    }
}

void break_off(int status)
{
    shell.status = status;
    shell.leaving = GIVING_UP;
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

// What a trap ignores stays so.
void traps_drop(bool stops)
{
    for (int i = 0; i <= NSIG; i++) {
        came[i] = false;
        if (stops || !is_stop(i))
            heed(i);
        if (commands[i] && *commands[i])
            set(i, 0);
    }
}
