// Variables.  All of them are in the environment; $0, $1 ... are the arguments.
#include "user/kine.h"
#include "user/sh/sh.h"
#include "user/user.h"

#define NUMBER 12 // room for the digits of an int

static char **args; // $0 and on
static int nargs;
static int shell_pid;    // also in the processes that the shell has forked
static bool own_environ; // environ is ours to free, not the kernel's on the stack

void vars_start(int argc, char **argv)
{
    args = argv;
    nargs = argc;
    shell_pid = getpid();
}

char *const *var_args(void)
{
    return args + 1;
}

static const char *number(int v)
{
    char *end = (char *)line_alloc(NUMBER) + NUMBER - 1;
    uint n = v < 0 ? -(uint)v : (uint)v;
    do
        *--end = (char)('0' + n % 10);
    while ((n /= 10) != 0);
    if (v < 0)
        *--end = '-';
    return end;
}

static bool is_named(const char *entry, const char *name, uint len)
{
    return strlen(entry) > len && memcmp(entry, name, len) == 0 && entry[len] == '=';
}

static int find(const char *name, uint len)
{
    int i = 0;
    while (environ[i] && !is_named(environ[i], name, len))
        i++;
    return i;
}

const char *var_get(const char *name, uint len)
{
    switch (name[0]) {
    case '?': return number(shell.status);
    case '$': return number(shell_pid);
    case '!': return shell.background ? number(shell.background) : 0;
    case '#': return number(nargs - 1);
    }
    if (name[0] >= '0' && name[0] <= '9') {
        int i = atoi(name);
        return i < nargs ? args[i] : 0;
    }
    const char *entry = environ[find(name, len)];
    return entry ? entry + len + 1 : 0;
}

// Makes the environment one that can be changed and has room for one more.
static void grow_environ(int n)
{
    char **bigger = must_alloc((uint)(n + 2) * sizeof *bigger);
    memcpy(bigger, environ, (uint)(n + 1) * sizeof *bigger);
    bigger[n + 1] = 0;
    if (own_environ)
        free(environ);
    environ = bigger;
    own_environ = true;
}

void var_set(const char *name, uint len, const char *value)
{
    int i = find(name, len);
    if (!environ[i] || !own_environ) {
        int n = i;
        while (environ[n])
            n++;
        grow_environ(n);
    }
    // An old entry stays behind: it may lie on the stack, or be the value at hand.
    char *entry = must_alloc(len + strlen(value) + 2);
    memcpy(entry, name, len);
    entry[len] = '=';
    strcpy(entry + len + 1, value);
    environ[i] = entry;
}
