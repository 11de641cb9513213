// The exec family: arguments as a list or an array, the caller's environment or another, a path or a name
// that is looked for.
#include <stdarg.h>
#include "user/kine.h"
#include "user/lib/lines.h"
#include "user/user.h"

// Takes the arguments up to the NULL, into argv unless that is NULL.  => how many, the NULL included
static int gather(const char *first, va_list *ap, char **argv)
{
    int n = 0;
    for (const char *arg = first;; arg = va_arg(*ap, const char *)) {
        if (argv)
            argv[n] = (char *)arg;
        n++;
        if (!arg)
            return n;
    }
}

typedef int execute(const char *what, char **argv);

// Runs fn on the arguments as an array; without fn, execve with the environment that follows them.
static int with_array(execute *fn, const char *what, const char *first, va_list *ap)
{
    va_list again;
    va_copy(again, *ap);
    char *argv[gather(first, &again, 0)];
    va_end(again);
    gather(first, ap, argv);
    return fn ? fn(what, argv) : execve(what, argv, va_arg(*ap, char **));
}

int execl(const char *path, const char *arg, ...)
{
    va_list ap;
    va_start(ap, arg);
    int failed = with_array(execv, path, arg, &ap);
    va_end(ap);
    return failed;
}

int execlp(const char *name, const char *arg, ...)
{
    va_list ap;
    va_start(ap, arg);
    int failed = with_array(execvp, name, arg, &ap);
    va_end(ap);
    return failed;
}

int execle(const char *path, const char *arg, ...)
{
    va_list ap;
    va_start(ap, arg);
    int failed = with_array(0, path, arg, &ap);
    va_end(ap);
    return failed;
}

int execv(const char *path, char **argv)
{
    return execve(path, argv, environ);
}

// What is no program may be a text for the shell, which says so if it is not.
static void become_script(const char *path, char **argv)
{
    int n = 0;
    while (argv[n])
        n++;
    char *call[n + 2];
    call[0] = "sh";
    call[1] = (char *)path;
    for (int i = 1; i <= n; i++)
        call[i + 1] = argv[i];
    execv("/sh", call);
}

int execvp(const char *name, char **argv)
{
    char *path = program_named(name);
    if (!path) {
        errno = ENOENT;
        return -1;
    }
    execv(path, argv);
    if (errno == ENOEXEC) {
        become_script(path, argv);
        errno = ENOEXEC;
    }
    free(path);
    return -1;
}
