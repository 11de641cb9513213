// hexdump [-C] [FILE]: the bytes, sixteen on a line, with their characters.
#include "kernel/types.h"
#include "kernel/fcntl.h"
#include "user/lib/lines.h"
#include "user/user.h"

#define ROW 16

const char usage_text[] =
    "usage: hexdump [-C] [FILE]   bytes in hexadecimal, with their characters\n"
    "  a row that repeats the one before is a *\n";

static const char digits[] = "0123456789abcdef";

static char *put_hex(char *to, uint64 value, int n)
{
    while (n-- > 0)
        *to++ = digits[value >> 4 * n & 15];
    return to;
}

static void show(uint64 offset, const uchar *row, int n)
{
    char line[128], *p = put_hex(line, offset, 8);
    for (int i = 0; i < ROW; i++) {
        *p++ = ' ';
        if (i % 8 == 0)
            *p++ = ' ';
        if (i < n)
            p = put_hex(p, row[i], 2);
        else
            *p++ = ' ', *p++ = ' ';
    }
    *p++ = ' ';
    *p++ = ' ';
    *p++ = '|';
    for (int i = 0; i < n; i++)
        *p++ = row[i] >= ' ' && row[i] < 0x7f ? (char)row[i] : '.';
    *p++ = '|';
    out_line(line, (int)(p - line));
}

// => bytes of a row; fewer than ROW only at the end; negative after an error
static int read_row(int fd, uchar *row)
{
    static uchar ahead[4096];
    static int at, n;
    int got = 0;
    while (got < ROW) {
        if (at == n && (at = 0, n = read(fd, ahead, sizeof ahead)) <= 0)
            return n < 0 ? n : got;
        row[got++] = ahead[at++];
    }
    return got;
}

static int dump(int fd, const char *name)
{
    uchar row[ROW], last[ROW];
    char end[8];
    uint64 offset = 0;
    int n;
    bool starred = false;
    for (; (n = read_row(fd, row)) > 0; offset += (uint)n) {
        bool same = offset > 0 && n == ROW && memcmp(row, last, ROW) == 0;
        if (!same)
            show(offset, row, n);
        else if (!starred)
            out_line("*", 1);
        starred = same;
        memcpy(last, row, ROW);
    }
    if (offset > 0)
        out_line(end, (int)(put_hex(end, offset, 8) - end));
    if (!out_end())
        return complain_of("hexdump", "output");
    return n < 0 ? complain_of("hexdump", name) : 0;
}

int main(int argc, char **argv)
{
    bool canonical;
    int first = take_flags(argc, argv, "C", &canonical);
    if (first < 0 || argc > first + 1)
        misused();
    if (first == argc)
        return dump(0, "input");
    int fd = open(argv[first], O_RDONLY);
    return fd < 0 ? complain_of("hexdump", argv[first]) : dump(fd, argv[first]);
}
