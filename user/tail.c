// tail [-N] [-n N] [FILE...]: the last N lines (10) of each file, or of its input.
#include "kernel/types.h"
#include "kernel/fcntl.h"
#include "user/lib/lines.h"
#include "user/user.h"

#define LINES 10
#define MOST  100000

static const char text[] = "usage: tail [-n N | -N] [FILE...]   writes the last N lines (10)\n";

static char **kept; // a ring of `lines`
static int lines = LINES;

static int tail(int fd, const char *name)
{
    static struct line_reader r;
    int n = 0;
    lines_start(&r, fd);
    for (; lines_next(&r); n++) {
        if (lines == 0)
            continue;
        char **place = &kept[n % lines];
        free(*place);
        *place = malloc((uint)r.len + 2);
        if (!*place) {
            errno = ENOMEM;
            return complain_of("tail", name);
        }
        strcpy(*place, r.line);
        if (r.ended)
            strcpy(*place + r.len, "\n");
    }
    for (int i = n > lines ? n - lines : 0; i < n; i++)
        out_bytes(kept[i % lines], (int)strlen(kept[i % lines]));
    if (!out_end())
        return complain_of("tail", "output");
    return r.failed ? complain_of("tail", name) : 0;
}

int main(int argc, char **argv)
{
    int first = 1, status = 0;
    help(argc, argv, text);
    if (argc > 1 && argv[1][0] == '-' && argv[1][1]) {
        bool apart = strcmp(argv[1], "-n") == 0;
        lines = apart ? argc > 2 ? parse_number(argv[2]) : -1 : parse_number(argv[1] + 1);
        first += 1 + apart;
    }
    if (lines < 0 || lines > MOST) {
        fprintf(2, "%s", text);
        return 2;
    }
    kept = malloc(((uint)lines + 1) * sizeof *kept);
    if (!kept) {
        errno = ENOMEM;
        return complain_of("tail", "the lines");
    }
    memset(kept, 0, ((uint)lines + 1) * sizeof *kept);
    if (first == argc)
        return tail(0, "input");
    for (; first < argc; first++)
        status |= with_file("tail", argv[first], tail);
    return status;
}
