// Variables: those that programs are given are in environ, the others in a list of the same form.
// $0, $1 ... are the arguments.
#include "user/kine.h"
#include "user/sh/sh.h"
#include "user/user.h"

#define NUMBER 12 // room for the digits of an int

static char **args; // $0 and on
static int nargs;
static int shell_pid; // also in the processes that the shell has forked

static char *none[] = { 0 };
static char **hidden = none; // "NAME=value", ended by NULL, like environ

struct table {
    char ***entries;
    bool ours; // to free; at first it is the kernel's on the stack, or none
};
static struct table programs_see = { &environ, false }, shell_only = { &hidden, false };

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

// => where it is, or where the entries end
static int find(char **entries, const char *name, uint len)
{
    int i = 0;
    while (entries[i] && !is_named(entries[i], name, len))
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
    const char *entry = environ[find(environ, name, len)];
    if (!entry)
        entry = hidden[find(hidden, name, len)];
    return entry ? entry + len + 1 : 0;
}

// Makes the table of n entries one that can be changed and has room for one more.
static void grow(struct table *t, int n)
{
    char **bigger = must_alloc((uint)(n + 2) * sizeof *bigger);
    memcpy(bigger, *t->entries, (uint)(n + 1) * sizeof *bigger);
    bigger[n + 1] = 0;
    if (t->ours)
        free(*t->entries);
    *t->entries = bigger;
    t->ours = true;
}

static void put(struct table *t, char *entry, uint len)
{
    int i = find(*t->entries, entry, len);
    if (!(*t->entries)[i] || !t->ours) {
        int n = i;
        while ((*t->entries)[n])
            n++;
        grow(t, n);
    }
    (*t->entries)[i] = entry; // an old one stays behind: it may lie on the stack
}

// => the entry, or NULL if there is none
static char *take(struct table *t, const char *name, uint len)
{
    int i = find(*t->entries, name, len);
    char *entry = (*t->entries)[i];
    for (; (*t->entries)[i]; i++)
        (*t->entries)[i] = (*t->entries)[i + 1];
    return entry;
}

void var_set(const char *name, uint len, const char *value)
{
    char *entry = must_alloc(len + strlen(value) + 2);
    memcpy(entry, name, len);
    entry[len] = '=';
    strcpy(entry + len + 1, value);
    put(environ[find(environ, name, len)] ? &programs_see : &shell_only, entry, len);
}

void var_export(const char *name, uint len)
{
    char *entry = take(&shell_only, name, len);
    if (entry)
        put(&programs_see, entry, len);
}
