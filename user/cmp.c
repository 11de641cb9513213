// cmp [-s] FILE FILE: whether two files are the same.
#include "kernel/types.h"
#include "kernel/fcntl.h"
#include "user/lib/lines.h"
#include "user/user.h"

#define TROUBLE 2

const char usage_text[] =
    "usage: cmp [-s] FILE FILE   where two files differ first; status 0: nowhere, 1, 2: trouble\n"
    "  -s says nothing\n";

struct side {
    const char *name;
    int fd, at, n;
    char buf[2048];
};
static struct side sides[2];

// => the next byte; -1 at the end, -2 after an error
static int next(struct side *s)
{
    if (s->at == s->n) {
        s->at = 0;
        s->n = read(s->fd, s->buf, sizeof s->buf);
        if (s->n <= 0) {
            int none = s->n < 0 ? -2 : -1;
            s->n = 0;
            return none;
        }
    }
    return (uchar)s->buf[s->at++];
}

static int differ(bool quiet, int a, int b, long byte, long line)
{
    if (!quiet && (a == -1 || b == -1))
        fprintf(2, "cmp: EOF on %s\n", sides[a == -1 ? 0 : 1].name);
    else if (!quiet)
        printf("%s %s differ: byte %ld, line %ld\n", sides[0].name, sides[1].name, byte, line);
    return 1;
}

static int compare(bool quiet)
{
    for (long byte = 1, line = 1;; byte++) {
        int a = next(&sides[0]), b = next(&sides[1]);
        if (a == -2 || b == -2) {
            complain_of("cmp", sides[a == -2 ? 0 : 1].name);
            return TROUBLE;
        }
        if (a != b)
            return differ(quiet, a, b, byte, line);
        if (a == -1)
            return 0;
        line += a == '\n';
    }
}

int main(int argc, char **argv)
{
    bool quiet = false;
    int first = take_flags(argc, argv, "s", &quiet);
    if (first < 0 || argc != first + 2) {
        fprintf(2, "%s", usage_text);
        return TROUBLE;
    }
    for (int i = 0; i < 2; i++) {
        sides[i].name = argv[first + i];
        sides[i].fd = strcmp(sides[i].name, "-") == 0 ? 0 : open(sides[i].name, O_RDONLY);
        if (sides[i].fd < 0) {
            complain_of("cmp", sides[i].name);
            return TROUBLE;
        }
    }
    return compare(quiet);
}
