// ls [-l] [PATH...]: one line for each file: name, type (T_*), inode number, size; with -l mode,
// links, size, time of the last change, name.
#include "kernel/types.h"
#include "kernel/fcntl.h"
#include "kernel/stat.h"
#include "user/kine.h"
#include "user/ls/long.h"
#include "user/user.h"

const char usage_text[] = "usage: ls [-l] [PATH...]   files: name, type, inode, size\n"
                          "  -l: mode, links, size, time, name\n";

#define PATH_MAX 4096

static char path[PATH_MAX]; // the directory, a slash, and the entry's name
static char entries[2048];
static bool in_long;

static int complain(const char *what)
{
    fprintf(2, "ls: %s: %s\n", what, strerror(errno));
    return 1;
}

static int type_of(uint mode)
{
    switch (mode & S_IFMT) {
    case S_IFDIR: return T_DIR;
    case S_IFCHR: return T_DEVICE;
    case S_IFLNK: return T_LINK;
    default: return T_FILE;
    }
}

static void show(const char *name, const char *at, const struct linux_stat *st)
{
    if (in_long)
        show_long(name, at, st);
    else
        printf("%-14s %d %d %ld\n", name, type_of(st->st_mode), (int)st->st_ino, st->st_size);
}

// `at` is where in `path` the name goes.
static int list_entry(char *at, const char *name)
{
    struct linux_stat st;
    if (at - path + strlen(name) >= PATH_MAX) {
        errno = ENAMETOOLONG;
        return complain(name);
    }
    strcpy(at, name);
    if (status_of(path, &st, AT_SYMLINK_NOFOLLOW) < 0)
        return complain(path);
    show(name, path, &st);
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
    struct linux_stat st;
    // What a link stands for, but the link itself in the long form, or if it leads nowhere.
    if (status_of(name, &st, in_long ? AT_SYMLINK_NOFOLLOW : 0) < 0 &&
        status_of(name, &st, AT_SYMLINK_NOFOLLOW) < 0)
        return complain(name);
    if ((st.st_mode & S_IFMT) != S_IFDIR) {
        show(last_part(name), name, &st);
        return 0;
    }
    int fd = open(name, O_RDONLY);
    if (fd < 0)
        return complain(name);
    int status = list_directory(fd, name);
    close(fd);
    return status;
}

int main(int argc, char **argv)
{
    int status = 0, i = 1;
    if (argc > 1 && strcmp(argv[1], "-l") == 0) {
        in_long = true;
        i = 2;
    }
    if (i == argc)
        return list(".");
    for (; i < argc; i++)
        status |= list(argv[i]);
    return status;
}
