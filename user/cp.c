// cp FROM TO: copies a file; not onto itself, which would empty it first.
#include "kernel/types.h"
#include "kernel/fcntl.h"
#include "kernel/stat.h"
#include "user/kine.h"
#include "user/user.h"

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

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(2, "usage: cp FROM TO\n");
        return 2;
    }
    int from = open(argv[1], O_RDONLY), n;
    if (from < 0)
        return complain(argv[1]);
    if (same_file(from, argv[2])) {
        fprintf(2, "cp: %s and %s are the same file\n", argv[1], argv[2]);
        return 1;
    }
    int to = open(argv[2], O_WRONLY | O_CREATE | O_TRUNC);
    if (to < 0)
        return complain(argv[2]);
    while ((n = read(from, buf, sizeof buf)) > 0)
        if (write(to, buf, n) != n)
            return complain(argv[2]);
    return n < 0 ? complain(argv[1]) : 0;
}
