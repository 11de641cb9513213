// head [-N | -n N] [FILE...]: the first N lines (10) of each file, or of its input.  Where it can, it
// leaves its input at the end of what it took, for those who share it.
#include "kernel/types.h"
#include "kernel/fcntl.h"
#include "user/kine.h"
#include "user/user.h"

const char usage_text[] = "usage: head [-N | -n N] [FILE...]   writes the first N lines (10)\n";

#define LINES 10

static char buf[4096];

// => how many of the n bytes at p belong to the first *lines lines; *lines becomes what is still
// wanted
static int first_lines(const char *p, int n, int *lines)
{
    int i = 0;
    while (*lines > 0 && i < n)
        *lines -= p[i++] == '\n';
    return i;
}

static int head(int fd, const char *name, int lines)
{
    int n = 0;
    if (feeds_itself(fd, 1)) {
        fprintf(2, "head: %s: input file is output file\n", name);
        return 1;
    }
    while (lines > 0 && (n = read(fd, buf, sizeof buf)) > 0) {
        int keep = first_lines(buf, n, &lines);
        lseek(fd, keep - n, SEEK_CUR);
        if (write(1, buf, keep) != keep) {
            fprintf(2, "head: output: %s\n", strerror(errno));
            return 1;
        }
    }
    if (n < 0)
        fprintf(2, "head: %s: %s\n", name, strerror(errno));
    return n < 0;
}

int main(int argc, char **argv)
{
    int lines = LINES, first = 1, status = 0;
    if (argc > 1 && strcmp(argv[1], "-n") == 0) {
        lines = argc > 2 ? parse_number(argv[2]) : -1;
        first = 3;
    } else if (argc > 1 && argv[1][0] == '-') {
        lines = parse_number(argv[first++] + 1);
    }
    if (lines < 0)
        misused();
    if (first == argc)
        return head(0, "input", lines);
    for (int i = first; i < argc; i++) {
        int fd = open(argv[i], O_RDONLY);
        if (fd < 0) {
            fprintf(2, "head: %s: %s\n", argv[i], strerror(errno));
            status = 1;
            continue;
        }
        status |= head(fd, argv[i], lines);
        close(fd);
    }
    return status;
}
