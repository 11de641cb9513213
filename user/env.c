// env [NAME=VALUE...] [PROGRAM [ARG...]]: runs a program with these variables, or shows all.
#include "kernel/types.h"
#include "user/lib/lines.h"
#include "user/user.h"

const char usage_text[] =
    "usage: env [-i] [NAME=VALUE...] [PROGRAM [ARG...]]   runs it with these variables\n"
    "  without a program: shows them   -i: only these\n";

static bool names_same(const char *entry, const char *other)
{
    while (*entry && *entry != '=' && *entry == *other)
        entry++, other++;
    return *entry == '=' && *other == '=';
}

// => false: no memory
static bool add(char *entry)
{
    int n = 0, place = -1;
    for (; environ[n]; n++)
        if (names_same(environ[n], entry))
            place = n;
    if (place >= 0) {
        environ[place] = entry;
        return true;
    }
    char **bigger = malloc(((uint)n + 2) * sizeof *bigger);
    if (!bigger)
        return false;
    memcpy(bigger, environ, (uint)n * sizeof *bigger);
    bigger[n] = entry;
    bigger[n + 1] = 0;
    environ = bigger;
    return true;
}

int main(int argc, char **argv)
{
    int i = 1;
    static char *none[] = { 0 };
    if (argc > 1 && strcmp(argv[1], "-i") == 0) {
        environ = none;
        i++;
    }
    for (; i < argc && strchr(argv[i], '='); i++)
        if (!add(argv[i])) {
            errno = ENOMEM;
            return complain_of("env", argv[i]);
        }
    if (i < argc) {
        execvp(argv[i], argv + i);
        int missing = errno == ENOENT;
        complain_of("env", argv[i]);
        return missing ? 127 : 126;
    }
    for (char **entry = environ; *entry; entry++)
        printf("%s\n", *entry);
    return 0;
}
