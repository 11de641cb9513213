// sort [-nru] [-k N] [FILE...]: writes the lines in their order.
#include "kernel/types.h"
#include "kernel/fcntl.h"
#include "user/lib/lines.h"
#include "user/user.h"

const char usage_text[] =
    "usage: sort [-nru] [-k N] [FILE...]   writes the lines in order\n"
    "  -n by the number that they begin with   -r backwards\n"
    "  -u of equal ones only the first         -k N by what begins with word N\n";

static char **lines;
static int count, room;
static bool flags[3]; // -n -r -u
static int key = 1;

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

// => where the word begins by which a line is ordered
static const char *key_of(const char *line)
{
    for (int i = 1; i < key; i++) {
        while (is_blank(*line))
            line++;
        while (*line && !is_blank(*line))
            line++;
    }
    while (key > 1 && is_blank(*line))
        line++;
    return line;
}

static int64 number_of(const char *p)
{
    int64 n = 0;
    while (is_blank(*p))
        p++;
    bool negative = *p == '-';
    for (p += negative; *p >= '0' && *p <= '9'; p++)
        n = 10 * n + (*p - '0');
    return negative ? -n : n;
}

static int compare_keys(const char *a, const char *b)
{
    if (!flags[0])
        return strcmp(a, b);
    int64 x = number_of(a), y = number_of(b);
    return x < y ? -1 : x > y;
}

// Lines with the same key are ordered as wholes.
static int compare(const char *a, const char *b)
{
    int order = compare_keys(key_of(a), key_of(b));
    if (order == 0 && !flags[2])
        order = strcmp(a, b);
    return flags[1] ? -order : order;
}

// Merges two sorted halves.
static void merge(char **v, int half, int n, char **spare)
{
    int i = 0, j = half;
    for (int k = 0; k < n; k++)
        spare[k] = j == n || (i < half && compare(v[i], v[j]) <= 0) ? v[i++] : v[j++];
    memcpy(v, spare, (uint)n * sizeof *v);
}

static void sort(char **v, int n, char **spare)
{
    if (n < 2)
        return;
    sort(v, n / 2, spare);
    sort(v + n / 2, n - n / 2, spare);
    merge(v, n / 2, n, spare);
}

static char *copy_of(const char *line)
{
    char *copy = malloc(strlen(line) + 1);
    return copy ? strcpy(copy, line) : 0;
}

static bool keep(const char *line)
{
    if (count == room) {
        room = room ? 2 * room : 256;
        char **bigger = malloc((uint)room * sizeof *bigger);
        if (!bigger)
            return false;
        memcpy(bigger, lines, (uint)count * sizeof *bigger);
        free(lines);
        lines = bigger;
    }
    return (lines[count++] = copy_of(line));
}

static int read_lines(int fd, const char *name)
{
    static struct line_reader r;
    lines_start(&r, fd);
    while (lines_next(&r))
        if (!keep(r.line)) {
            errno = ENOMEM;
            return complain_of("sort", name);
        }
    return r.failed ? complain_of("sort", name) : 0;
}

static int write_sorted(void)
{
    char **spare = malloc(((uint)count + 1) * sizeof *spare);
    if (!spare) {
        errno = ENOMEM;
        return complain_of("sort", "the lines");
    }
    sort(lines, count, spare);
    for (int i = 0; i < count; i++)
        if (i == 0 || !flags[2] || compare(lines[i - 1], lines[i]) != 0)
            out_line(lines[i], (int)strlen(lines[i]));
    return out_end() ? 0 : complain_of("sort", "output");
}

// => the index of the first file; -1: an option is not known
static int take_options(int argc, char **argv)
{
    static const char letters[] = "nru";
    int i = 1;
    for (; i < argc && argv[i][0] == '-' && argv[i][1]; i++)
        for (const char *p = argv[i] + 1; *p; p++) {
            const char *letter = strchr(letters, *p);
            if (letter) {
                flags[letter - letters] = true;
                continue;
            }
            if (*p != 'k')
                return -1;
            key = atoi(p[1] ? p + 1 : i + 1 < argc ? argv[++i] : "");
            break;
        }
    return key < 1 ? -1 : i;
}

int main(int argc, char **argv)
{
    int first = take_options(argc, argv), status = 0;
    if (first < 0)
        misused();
    if (first == argc)
        status = read_lines(0, "input");
    for (; first < argc; first++)
        status |= with_file("sort", argv[first], read_lines);
    return status | write_sorted();
}
