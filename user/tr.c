// tr [-ds] SET [SET]: exchanges bytes.
#include "kernel/types.h"
#include "user/lib/lines.h"
#include "user/user.h"

const char usage_text[] =
    "usage: tr [-ds] SET1 [SET2]   writes the bytes of SET2 for those of SET1\n"
    "  a set has bytes, ranges (a-z) and \\n \\t \\\\   -d takes those of SET1 away\n"
    "  -s of equal bytes in a row, which are in the last set, writes one\n";

struct set {
    uchar bytes[1024];
    int n;
};

static uchar take_byte(const char **p)
{
    static const char names[] = "ntr", bytes[] = "\n\t\r";
    char c = *(*p)++;
    if (c != '\\' || **p == '\0')
        return (uchar)c;
    c = *(*p)++;
    const char *name = strchr(names, c);
    return (uchar)(name ? bytes[name - names] : c);
}

static void read_set(struct set *s, const char *p)
{
    while (*p && s->n < (int)sizeof s->bytes) {
        uint low = take_byte(&p), high = low;
        if (p[0] == '-' && p[1]) {
            p++;
            high = take_byte(&p);
        }
        for (uint c = low; c <= high && s->n < (int)sizeof s->bytes; c++)
            s->bytes[s->n++] = (uchar)c;
    }
}

static bool has(const struct set *s, uchar c)
{
    for (int i = 0; i < s->n; i++)
        if (s->bytes[i] == c)
            return true;
    return false;
}

static struct set from, to;
static bool flags[2]; // -d -s

static void fill_table(uchar table[256])
{
    for (int c = 0; c < 256; c++)
        table[c] = (uchar)c;
    for (int i = 0; i < from.n && to.n > 0 && !flags[0]; i++)
        table[from.bytes[i]] = to.bytes[i < to.n ? i : to.n - 1];
}

static int copy(void)
{
    uchar buf[2048], table[256];
    int n, last = -1;
    const struct set *squeezed = to.n ? &to : &from;
    fill_table(table);
    while ((n = read(0, buf, sizeof buf)) > 0)
        for (int i = 0; i < n; i++) {
            if (flags[0] && has(&from, buf[i]))
                continue;
            char c = (char)table[buf[i]];
            if (flags[1] && (uchar)c == last && has(squeezed, (uchar)c))
                continue;
            last = (uchar)c;
            out_bytes(&c, 1);
        }
    if (!out_end())
        return complain_of("tr", "output");
    return n < 0 ? complain_of("tr", "input") : 0;
}

int main(int argc, char **argv)
{
    int first = take_flags(argc, argv, "ds", flags);
    int sets = argc - first;
    if (first < 0 || sets < 1 || sets > 2 || (sets == 1 && !flags[0] && !flags[1]))
        misused();
    read_set(&from, argv[first]);
    if (sets == 2)
        read_set(&to, argv[first + 1]);
    return copy();
}
