// grep [-cinqv] PATTERN [FILE...]: writes the lines that match.  In a pattern `.` is any byte, `*`
// repeats what is before it, `^` at the beginning and `$` at the end stand for the line's two ends.
// -v: the lines that do not match; -i: capitals are like small letters; -n: with their numbers; -c:
// only how many there are; -q: nothing is written.  Of several files each line tells its own.
//
// The pattern becomes a row of items; matching walks once over the line with the set of the items
// that may come next, so its time is the product of both lengths whatever the pattern is.
#include "kernel/types.h"
#include "kernel/fcntl.h"
#include "user/kine.h"
#include "user/user.h"

const char usage_text[] = "usage: grep [-cinqv] PATTERN [FILE...]   writes the lines that match\n"
                          "  . any byte   * again and again   ^ and $: the two ends\n"
                          "  -v: those that do not   -i: capitals are small letters   -n: numbers  "
                          " -c: how many   -q: nothing\n";

#define MAXITEMS 1024
#define CHUNK    1024

struct item {
    char c;
    bool any;    // '.': c does not matter
    bool repeat; // any number of times, none included
};

static struct item items[MAXITEMS];
static int nitems;
static bool at_start, at_end;
// next[i]: the items before i have matched up to here; next[nitems]: all have
static bool set_a[MAXITEMS + 1], set_b[MAXITEMS + 1];

static bool count_only, any_case, numbered, quiet, inverted; // -c -i -n -q -v
static const char *label;                                    // of the lines of one of several files
static int line_number, matched;

static char *line; // the line being gathered
static int len, room;

static int complain(const char *what)
{
    fprintf(2, "grep: %s: %s\n", what, strerror(errno));
    return 2;
}

static char folded(char c)
{
    return any_case && c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool compile(const char *p)
{
    at_start = *p == '^';
    for (p += at_start; *p; p++) {
        if (p[0] == '$' && p[1] == '\0') {
            at_end = true;
            break;
        }
        if (*p == '*' && nitems > 0 && !items[nitems - 1].repeat) {
            items[nitems - 1].repeat = true;
            continue;
        }
        if (nitems == MAXITEMS)
            return false;
        items[nitems++] = (struct item){ .c = folded(*p), .any = *p == '.' };
    }
    return true;
}

// Puts item i in the set, and with it those behind it that can be reached by repeating nothing.
static void reach(bool *set, int i)
{
    set[i] = true;
    while (i < nitems && items[i].repeat)
        set[++i] = true;
}

static void step(const bool *from, bool *to, char c)
{
    memset(to, 0, (uint)nitems + 1);
    for (int i = 0; i < nitems; i++)
        if (from[i] && (items[i].any || items[i].c == folded(c)))
            reach(to, items[i].repeat ? i : i + 1);
}

static bool matches(const char *s, int n)
{
    bool *cur = set_a, *next = set_b;
    memset(cur, 0, (uint)nitems + 1);
    reach(cur, 0);
    for (int i = 0; i < n && (at_end || !cur[nitems]); i++) {
        step(cur, next, s[i]);
        if (!at_start)
            reach(next, 0);
        bool *t = cur;
        cur = next;
        next = t;
    }
    return cur[nitems];
}

static bool gather(const char *p, int n)
{
    if (len + n > room) {
        int want = 2 * (len + n);
        char *bigger = malloc((uint)want);
        if (!bigger)
            return false;
        if (len)
            memmove(bigger, line, len);
        free(line);
        line = bigger;
        room = want;
    }
    memmove(line + len, p, n);
    len += n;
    return true;
}

static void write_label(void)
{
    if (label)
        printf("%s:", label);
    if (numbered)
        printf("%d:", line_number);
}

static bool end_line(void)
{
    line_number++;
    if (matches(line, len) != inverted) {
        matched++;
        if (!gather("\n", 1))
            return false;
        if (!count_only && !quiet) {
            write_label();
            write(1, line, len);
        }
    }
    len = 0;
    return true;
}

static bool search_chunk(const char *p, int n)
{
    for (const char *end = p + n; p < end;) {
        const char *stop = p;
        while (stop < end && *stop != '\n')
            stop++;
        if (!gather(p, (int)(stop - p)) || (stop < end && !end_line()))
            return false;
        p = stop + 1;
    }
    return true;
}

static int search(int fd, const char *name)
{
    static char chunk[CHUNK];
    int n;
    line_number = matched = 0;
    if (feeds_itself(fd, 1)) {
        fprintf(2, "grep: %s: input file is output file\n", name);
        return 2;
    }
    while ((n = read(fd, chunk, CHUNK)) > 0)
        if (!search_chunk(chunk, n))
            return complain(name);
    if (n < 0 || (len > 0 && !end_line()))
        return complain(name);
    if (count_only && !quiet) {
        numbered = false;
        write_label();
        printf("%d\n", matched);
    }
    return matched ? 0 : 1;
}

static int search_file(const char *name)
{
    int fd = open(name, O_RDONLY);
    if (fd < 0)
        return complain(name);
    int status = search(fd, name);
    close(fd);
    return status;
}

static bool take_options(const char *word)
{
    for (const char *p = word + 1; *p; p++)
        switch (*p) {
        case 'c': count_only = true; break;
        case 'i': any_case = true; break;
        case 'n': numbered = true; break;
        case 'q': quiet = true; break;
        case 'v': inverted = true; break;
        default: return false;
        }
    return true;
}

int main(int argc, char **argv)
{
    int first = 1;
    bool known = true;
    while (known && first < argc && argv[first][0] == '-' && argv[first][1] != '\0')
        known = take_options(argv[first++]);
    if (!known || first >= argc)
        misused();
    if (!compile(argv[first])) {
        fprintf(2, "grep: pattern too long\n");
        return 2;
    }
    if (++first == argc)
        return search(0, "input");
    int status = 1;
    for (int i = first; i < argc; i++) {
        label = argc - first > 1 ? argv[i] : 0;
        int s = search_file(argv[i]);
        status = s == 2 || status == 2 ? 2 : s & status;
    }
    return status;
}
