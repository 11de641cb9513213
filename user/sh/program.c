// From the shell to another program.
#include "kernel/fcntl.h"
#include "user/kine.h"
#include "user/sh/sh.h"
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

static void become_script(const char *path, struct args *args)
{
    struct args call = { .v = line_alloc((uint)(args->n + 2) * sizeof(char *)) };
    call.v[0] = "sh";
    call.v[1] = (char *)path;
    for (int i = 1; i < args->n; i++)
        call.v[i + 1] = args->v[i];
    exec("/sh", call.v);
}

// Comes back only to fail, with errno.
static void try(const char *path, struct args *args)
{
    exec(path, args->v);
    if (errno != ENOEXEC)
        return;
    if (is_text(path))
        become_script(path, args);
    errno = ENOEXEC;
}

int become_program(struct args *args)
{
    const char *name = args->v[0];
    try(name, args);
    if (errno == ENOENT && !strchr(name, '/')) {
        char *path = line_alloc(strlen(name) + 2);
        path[0] = '/';
        strcpy(path + 1, name);
        try(path, args);
    }
    int status = errno == ENOENT ? NOT_FOUND : CANNOT_RUN;
    fprintf(2, "exec %s failed: %s\n", name, strerror(errno));
    return status;
}
