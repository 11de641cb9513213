// A program without a slash in its name is looked for in the directories of $PATH; where that is
// not set, in the current directory and then in the root.
#include "user/sh/program.h"
#include "kernel/fcntl.h"
#include "user/lib/search.h"
#include "user/sh/glob.h"
#include "user/sh/shell.h"
#include "user/sh/vars.h"
#include "user/user.h"

#define LOOK 256 // bytes by which text is told from other things

bool is_text(const char *path)
{
    uchar buf[LOOK];
    int fd = open(path, O_RDONLY);
    int n = fd < 0 ? -1 : read(fd, buf, sizeof buf);
    close(fd);
    for (int i = 0; i < n; i++)
        if (buf[i] < ' ' && (buf[i] < '\t' || buf[i] > '\r'))
            return false;
    return n >= 0;
}

// --- the path ---------------------------------------------------------------------------------

static const char *path_list(void)
{
    const char *path = var_get("PATH");
    return path ? path : DEFAULT_PATH;
}

char *program_path(const char *name)
{
    struct search s;
    char *path;
    search_start(&s, path_list(), name);
    while ((path = search_next(&s, temp_alloc)) && !is_file(path))
        ;
    return path;
}

void each_program(void (*each)(const char *name, void *arg), void *arg)
{
    struct search s;
    char *directory;
    search_start(&s, path_list(), "");
    while ((directory = search_next(&s, temp_alloc)))
        each_name(*directory ? directory : ".", each, arg);
}

// --- becoming one -----------------------------------------------------------------------------

static void become_script(const char *path, struct args *args, char **environment)
{
    struct args call = { 0 };
    args_add(&call, "sh");
    args_add(&call, (char *)path);
    for (int i = 1; i < args->n; i++)
        args_add(&call, args->v[i]);
    execve("/sh", call.v, environment);
}

// Comes back only to fail, with errno.
static void try(const char *path, struct args *args, char **environment)
{
    execve(path, args->v, environment);
    if (errno != ENOEXEC)
        return;
    if (is_text(path))
        become_script(path, args, environment);
    errno = ENOEXEC;
}

static void try_all(const char *name, struct args *args)
{
    char **environment = var_environment(), *path;
    struct search s;
    search_start(&s, path_list(), name);
    errno = ENOENT;
    while ((errno == ENOENT || errno == ENOTDIR) && *name && (path = search_next(&s, temp_alloc)))
        try(path, args, environment);
}

int become_program(struct args *args)
{
    const char *name = args->v[0];
    try_all(name, args);
    int status = errno == ENOENT || errno == ENOTDIR ? NOT_FOUND : CANNOT_RUN;
    fprintf(2, "exec %s failed: %s\n", name, strerror(errno));
    return status;
}
