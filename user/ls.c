// ls [PATH...]: one line for each file: name, type (T_*), inode number, size.
#include "kernel/types.h"
#include "kernel/fcntl.h"
#include "kernel/fs.h"
#include "kernel/stat.h"
#include "user/kine.h"
#include "user/user.h"

#define PATH_MAX 4096

static char path[PATH_MAX]; // the directory, a slash, and the entry's name
static char entries[2048];

static int complain(const char *what)
{
    fprintf(2, "ls: %s: %s\n", what, strerror(errno));
    return 1;
}

static void show(const char *name, const struct stat *st)
{
    printf("%-14s %d %d %ld\n", name, st->type, (int)st->ino, st->size);
}

// `at` is where in `path` the name goes.
static int list_entry(char *at, const char *name)
{
    struct stat st;
    if (at - path + strlen(name) >= PATH_MAX) {
        errno = ENAMETOOLONG;
        return complain(name);
    }
    strcpy(at, name);
    if (stat(path, &st) < 0)
        return complain(path);
    show(name, &st);
    return 0;
}

static int list_directory(int fd, const char *name)
{
    if (strlen(name) + 2 > PATH_MAX) {
        errno = ENAMETOOLONG;
        return complain(name);
    }
    strcpy(path, name);
    char *at = path + strlen(path);
    *at++ = '/';
    int n, status = 0;
    while ((n = getdents(fd, entries, sizeof entries)) > 0)
        for (int i = 0; i < n;) {
            const struct linux_dirent64 *d = (const void *)(entries + i);
            status |= list_entry(at, d->d_name);
            i += d->d_reclen;
        }
    return n < 0 ? complain(name) : status;
}

static const char *last_part(const char *name)
{
    const char *part = name;
    for (const char *p = name; *p; p++)
        if (*p == '/' && p[1] != '\0')
            part = p + 1;
    return part;
}

static int list(const char *name)
{
    struct stat st;
    int fd = open(name, O_RDONLY), status = 0;
    if (fd < 0)
        return complain(name);
    if (fstat(fd, &st) < 0)
        status = complain(name);
    else if (st.type == T_DIR)
        status = list_directory(fd, name);
    else
        show(last_part(name), &st);
    close(fd);
    return status;
}

int main(int argc, char **argv)
{
    if (argc < 2)
        return list(".");
    int status = 0;
    for (int i = 1; i < argc; i++)
        status |= list(argv[i]);
    return status;
}
