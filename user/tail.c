// tail [-f] [-N] [-n N] [FILE...]: the last N lines (10) of each file, or of its input.
#include "kernel/types.h"
#include "kernel/fcntl.h"
#include "kernel/stat.h"
#include "user/lib/lines.h"
#include "user/user.h"

#define LINES 10
#define MOST  100000
#define PAUSE 2 // tenths of a second between two looks at a file that grows

const char usage_text[] = "usage: tail [-f] [-n N | -N] [FILE...]   writes the last N lines (10)\n"
                          "  -f: and then what comes to the last file\n";

static char **kept; // a ring of `lines`
static int lines = LINES;
static bool follows;

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

// Writes what comes to a file, for ever; what is no file has come to its end.
static int follow(int fd, const char *name)
{
    static char buf[4096];
    struct stat st;
    int n, status = tail(fd, name);
    if (fstat(fd, &st) < 0 || st.type != T_FILE)
        return status;
    while ((n = read(fd, buf, sizeof buf)) >= 0) {
        out_bytes(buf, n);
        if (!out_end())
            return complain_of("tail", "output");
        if (n == 0)
            sleep(PAUSE);
    }
    return complain_of("tail", name);
}

// => the index of the first file
static int take_options(int argc, char **argv)
{
    int i = 1;
    for (; i < argc && argv[i][0] == '-' && argv[i][1]; i++)
        if (strcmp(argv[i], "-f") == 0)
            follows = true;
        else if (strcmp(argv[i], "-n") == 0)
            lines = ++i < argc ? parse_number(argv[i]) : -1;
        else
            lines = parse_number(argv[i] + 1);
    if (lines < 0 || lines > MOST)
        misused();
    return i;
}

int main(int argc, char **argv)
{
    int first = take_options(argc, argv), status = 0;
    kept = malloc(((uint)lines + 1) * sizeof *kept);
    if (!kept) {
        errno = ENOMEM;
        return complain_of("tail", "the lines");
    }
    memset(kept, 0, ((uint)lines + 1) * sizeof *kept);
    if (first == argc)
        return (follows ? follow : tail)(0, "input");
    for (; first < argc; first++)
        status |= with_file("tail", argv[first], follows && first == argc - 1 ? follow : tail);
    return status;
}
