// grep PATTERN [FILE...]: writes the lines that match.  In a pattern `.` is any byte, `*` repeats
// what is before it, `^` at the beginning and `$` at the end stand for the line's two ends.
//
// The pattern becomes a row of items; matching walks once over the line with the set of the items
// that may come next, so its time is the product of both lengths whatever the pattern is.
#include "kernel/types.h"
#include "kernel/fcntl.h"
#include "user/kine.h"
#include "user/user.h"

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

static char *line; // the line being gathered
static int len, room;

static int complain(const char *what)
{
    fprintf(2, "grep: %s: %s\n", what, strerror(errno));
    return 2;
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
        items[nitems++] = (struct item){ .c = *p, .any = *p == '.' };
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
        if (from[i] && (items[i].any || items[i].c == c))
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

static bool end_line(bool *found)
{
    if (matches(line, len)) {
        *found = true;
        if (!gather("\n", 1))
            return false;
        write(1, line, len);
    }
    len = 0;
    return true;
}

static bool search_chunk(const char *p, int n, bool *found)
{
    for (const char *end = p + n; p < end;) {
        const char *stop = p;
        while (stop < end && *stop != '\n')
            stop++;
        if (!gather(p, (int)(stop - p)) || (stop < end && !end_line(found)))
            return false;
        p = stop + 1;
    }
    return true;
}

static int search(int fd, const char *name)
{
    static char chunk[CHUNK];
    bool found = false;
    int n;
    if (feeds_itself(fd, 1)) {
        fprintf(2, "grep: %s: input file is output file\n", name);
        return 2;
    }
    while ((n = read(fd, chunk, CHUNK)) > 0)
        if (!search_chunk(chunk, n, &found))
            return complain(name);
    if (n < 0 || (len > 0 && !end_line(&found)))
        return complain(name);
    return found ? 0 : 1;
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

int main(int argc, char **argv)
{
    if (argc < 2 || !compile(argv[1])) {
        fprintf(2, argc < 2 ? "usage: grep PATTERN [FILE...]\n" : "grep: pattern too long\n");
        return 2;
    }
    if (argc == 2)
        return search(0, "input");
    int status = 1;
    for (int i = 2; i < argc; i++) {
        int s = search_file(argv[i]);
        status = s == 2 || status == 2 ? 2 : s & status;
    }
    return status;
}
