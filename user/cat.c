// cat [FILE...]: copies files, or its input, to its output; `-` among the files is the input.
#include "kernel/types.h"
#include "kernel/fcntl.h"
#include "user/kine.h"
#include "user/user.h"

const char usage_text[] =
    "usage: cat [FILE...]   writes files, or the input, one after the other; -: the input\n";

static char buf[4096];

static int complain(const char *what)
{
    fprintf(2, "cat: %s: %s\n", what, strerror(errno));
    return 1;
}

// write() may take less than it is given.
static bool write_all(const char *from, int n)
{
    for (int done = 0, k; done < n; done += k)
        if ((k = write(1, from + done, n - done)) <= 0)
            return false;
    return true;
}

static int copy(int fd, const char *name)
{
    int n;
    if (feeds_itself(fd, 1)) {
        fprintf(2, "cat: %s: input file is output file\n", name);
        return 1;
    }
    while ((n = read(fd, buf, sizeof buf)) > 0)
        if (!write_all(buf, n))
            return complain("output");
    return n < 0 ? complain(name) : 0;
}

static int cat_file(const char *name)
{
    if (strcmp(name, "-") == 0)
        return copy(0, "input");
    int fd = open(name, O_RDONLY);
    if (fd < 0)
        return complain(name);
    int status = copy(fd, name);
    close(fd);
    return status;
}

int main(int argc, char **argv)
{
    if (argc < 2)
        return copy(0, "input");
    int status = 0;
    for (int i = 1; i < argc; i++)
        status |= cat_file(argv[i]);
    return status;
}
