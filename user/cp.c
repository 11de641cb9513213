// cp FROM TO: copies a file, with its permission bits; not onto itself, which would empty it first.
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

// => the permission bits of the file
static uint mode_of(const char *path)
{
    struct linux_stat st;
    return status_of(path, &st, 0) == 0 ? st.st_mode & 0777 : 0666;
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
    int to = open_mode(argv[2], O_WRONLY | O_CREATE | O_TRUNC, mode_of(argv[1]));
    if (to < 0)
        return complain(argv[2]);
    while ((n = read(from, buf, sizeof buf)) > 0)
        if (write(to, buf, n) != n)
            return complain(argv[2]);
    return n < 0 ? complain(argv[1]) : 0;
}
