// uniq [-cd] [FILE]: of lines that are equal and follow each other, the first.
#include "kernel/types.h"
#include "kernel/fcntl.h"
#include "user/lib/lines.h"
#include "user/user.h"

const char usage_text[] = "usage: uniq [-cd] [FILE]   of equal lines in a row writes one\n"
                          "  -c with their number   -d only where there are several\n";

static bool flags[2]; // -c -d
static char *last;
static int times;

static void write_last(void)
{
    if (times == 0 || (flags[1] && times == 1))
        return;
    if (flags[0])
        printf("%7d ", times);
    printf("%s\n", last);
}

static int run(int fd, const char *name)
{
    static struct line_reader r;
    lines_start(&r, fd);
    while (lines_next(&r)) {
        if (times > 0 && strcmp(last, r.line) == 0) {
            times++;
            continue;
        }
        write_last();
        free(last);
        last = malloc((uint)r.len + 1);
        if (!last) {
            errno = ENOMEM;
            return complain_of("uniq", name);
        }
        strcpy(last, r.line);
        times = 1;
    }
    write_last();
    return r.failed ? complain_of("uniq", name) : 0;
}

int main(int argc, char **argv)
{
    int first = take_flags(argc, argv, "cd", flags);
    if (first < 0 || argc > first + 1)
        misused();
    if (first == argc)
        return run(0, "input");
    int fd = open(argv[first], O_RDONLY);
    return fd < 0 ? complain_of("uniq", argv[first]) : run(fd, argv[first]);
}
