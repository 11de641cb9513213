// cp [--reflink] FROM TO: copies a file, with its permission bits; not onto itself, which would
// empty it first.
//
// With --reflink TO becomes a clone: both share all blocks until one of them is written to.
#include "kernel/types.h"
#include "kernel/fcntl.h"
#include "kernel/stat.h"
#include "user/kine.h"
#include "user/user.h"

const char usage_text[] = "usage: cp [--reflink] FROM TO   copies a file\n"
                          "  --reflink: the copy shares the blocks until one is changed\n";

static char buf[4096];

static int complain(const char *what)
{
    fprintf(2, "cp: %s: %s\n", what, strerror(errno));
    return 1;
}

static bool same_file(int fd, const char *path)
{
    struct stat a, b;
    return fstat(fd, &a) == 0 && stat(path, &b) == 0 && a.dev == b.dev && a.ino == b.ino;
}

// => the permission bits of the file
static uint mode_of(const char *path)
{
    struct linux_stat st;
    return status_of(path, &st, 0) == 0 ? st.st_mode & 0777 : 0666;
}

static bool is_directory(int fd)
{
    struct stat st;
    return fstat(fd, &st) == 0 && st.type == T_DIR;
}

static int copy(int from, int to, char **names)
{
    int n;
    while ((n = read(from, buf, sizeof buf)) > 0)
        if (write(to, buf, n) != n)
            return complain(names[1]);
    return n < 0 ? complain(names[0]) : 0;
}

int main(int argc, char **argv)
{
    bool reflink = argc > 1 && strcmp(argv[1], "--reflink") == 0;
    char **names = argv + 1 + reflink;
    if (argc - reflink != 3)
        misused();
    int from = open(names[0], O_RDONLY);
    if (from < 0)
        return complain(names[0]);
    if (is_directory(from)) {
        errno = EISDIR;
        return complain(names[0]);
    }
    if (same_file(from, names[1])) {
        fprintf(2, "cp: %s and %s are the same file\n", names[0], names[1]);
        return 1;
    }
    int to = open_mode(names[1], O_WRONLY | O_CREATE | O_TRUNC, mode_of(names[0]));
    if (to < 0)
        return complain(names[1]);
    if (reflink)
        return ficlone(to, from) < 0 ? complain(names[1]) : 0;
    return copy(from, to, names);
}
