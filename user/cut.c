// cut -c LIST | -f LIST [-d BYTE] [FILE...]: parts of each line.
#include "kernel/types.h"
#include "kernel/fcntl.h"
#include "user/lib/lines.h"
#include "user/user.h"

#define MOST 1024 // parts of a line that can be named

const char usage_text[] =
    "usage: cut -c LIST | -f LIST [-d BYTE] [FILE...]   bytes or fields of each line\n"
    "  LIST is like 1,3-5,7-   -d what is between fields: a tab, if it is not said\n";

static bool wanted[MOST + 1];
static char delimiter = '\t', kind; // c or f

static bool read_list(const char *p)
{
    while (*p) {
        uint low = 0, high;
        bool open_end;
        for (; *p >= '0' && *p <= '9' && low <= MOST; p++)
            low = 10 * low + (uint)(*p - '0');
        high = low;
        if (*p == '-') {
            open_end = p[1] < '0' || p[1] > '9';
            for (p++, high = 0; *p >= '0' && *p <= '9' && high <= MOST; p++)
                high = 10 * high + (uint)(*p - '0');
            high = open_end ? MOST : high;
            low = low ? low : 1;
        }
        if (low < 1 || low > high || high > MOST || (*p && *p++ != ','))
            return false;
        for (; low <= high; low++)
            wanted[low] = true;
    }
    return true;
}

static bool is_wanted(int part)
{
    return wanted[part < MOST ? part : MOST];
}

static void cut_bytes(const char *line, int n)
{
    for (int i = 0; i < n; i++)
        if (is_wanted(i + 1))
            out_bytes(line + i, 1);
    out_bytes("\n", 1);
}

// A line without a delimiter is written whole.
static void cut_fields(const char *line, int n)
{
    bool some = false;
    if (!strchr(line, delimiter)) {
        out_line(line, n);
        return;
    }
    for (int part = 1, at = 0; at <= n; part++) {
        int end = at;
        while (end < n && line[end] != delimiter)
            end++;
        if (is_wanted(part)) {
            if (some)
                out_bytes(&delimiter, 1);
            out_bytes(line + at, end - at);
            some = true;
        }
        at = end + 1;
    }
    out_bytes("\n", 1);
}

static int cut(int fd, const char *name)
{
    static struct line_reader r;
    lines_start(&r, fd);
    while (lines_next(&r))
        (kind == 'c' ? cut_bytes : cut_fields)(r.line, r.len);
    if (!out_end())
        return complain_of("cut", "output");
    return r.failed ? complain_of("cut", name) : 0;
}

// => the index of the first file; -1: something is wrong
static int take_options(int argc, char **argv)
{
    int i = 1;
    for (; i < argc && argv[i][0] == '-' && argv[i][1]; i++) {
        char letter = argv[i][1];
        const char *value = argv[i][2] ? argv[i] + 2 : i + 1 < argc ? argv[++i] : "";
        if (letter == 'd' && value[0])
            delimiter = value[0];
        else if ((letter != 'c' && letter != 'f') || !*value || !read_list(value))
            return -1;
        else
            kind = letter;
    }
    return kind ? i : -1;
}

int main(int argc, char **argv)
{
    int status = 0;
    int first = take_options(argc, argv);
    if (first < 0)
        misused();
    if (first == argc)
        return cut(0, "input");
    for (; first < argc; first++)
        status |= with_file("cut", argv[first], cut);
    return status;
}
