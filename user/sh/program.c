// A program without a slash in its name is looked for in the directories of $PATH; where that is
// not set, in the current directory and then in the root.
#include "user/sh/program.h"
#include "kernel/fcntl.h"
#include "user/sh/glob.h"
#include "user/sh/shell.h"
#include "user/sh/vars.h"
#include "user/user.h"

#define LOOK         256 // bytes by which text is told from other things
#define DEFAULT_PATH ":/"

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

static const char *end_of_directory(const char *p)
{
    while (*p && *p != ':')
        p++;
    return p;
}

// => DIRECTORY/NAME for the directory that the list begins with
static char *in_directory(const char *list, const char *name)
{
    uint len = (uint)(end_of_directory(list) - list);
    char *path = temp_alloc(len + strlen(name) + 2);
    memcpy(path, list, len);
    if (len > 0 && path[len - 1] != '/')
        path[len++] = '/';
    strcpy(path + len, name);
    return path;
}

char *program_path(const char *name)
{
    struct linux_stat st;
    const char *list = strchr(name, '/') ? "" : path_list();
    for (;; list++) {
        char *path = in_directory(list, name);
        if (status_of(path, &st, 0) == 0 && (st.st_mode & S_IFMT) == S_IFREG)
            return path;
        list = end_of_directory(list);
        if (*list == '\0')
            return 0;
    }
}

void each_program(void (*each)(const char *name, void *arg), void *arg)
{
    const char *list = path_list();
    for (;; list++) {
        char *directory = in_directory(list, "");
        each_name(*directory ? directory : ".", each, arg);
        list = end_of_directory(list);
        if (*list == '\0')
            return;
    }
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
    char **environment = var_environment();
    const char *list = strchr(name, '/') ? "" : path_list();
    errno = ENOENT;
    for (;; list++) {
        if (*name)
            try(in_directory(list, name), args, environment);
        list = end_of_directory(list);
        if ((errno != ENOENT && errno != ENOTDIR) || *list == '\0')
            return;
    }
}

int become_program(struct args *args)
{
    const char *name = args->v[0];
    try_all(name, args);
    int status = errno == ENOENT || errno == ENOTDIR ? NOT_FOUND : CANNOT_RUN;
    fprintf(2, "exec %s failed: %s\n", name, strerror(errno));
    return status;
}
