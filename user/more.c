// more [FILE...]: shows a text page by page.
#include "kernel/types.h"
#include "kernel/fcntl.h"
#include "kernel/syscall.h"
#include "user/lib/lines.h"
#include "user/user.h"

#define KEYS 2 // the terminal, whatever the input is

const char usage_text[] = "usage: more [FILE...]   shows a text page by page\n"
                          "  blank: the next page   Enter: the next line   q: the end\n";

static struct winsize window = { 24, 80, 0, 0 };
static int room;  // lines until somebody is asked
static bool asks; // the output is a terminal

static long control(uint request, void *arg)
{
    return syscall(SYS_ioctl, KEYS, request, arg);
}

// => a key, which needs no Enter
static int read_key(void)
{
    struct termios before, raw;
    char c = 'q';
    if (control(TCGETS, &before) < 0)
        return c;
    raw = before;
    raw.c_lflag &= ~(uint)(ICANON | ECHO);
    raw.c_cc[VMIN] = 1;
    raw.c_cc[VTIME] = 0;
    control(TCSETS, &raw);
    if (read(KEYS, &c, 1) != 1)
        c = 'q';
    control(TCSETS, &before);
    return c;
}

// => false: no more is wanted
static bool ask(void)
{
    static const char question[] = "--More--", wipe[] = "\033[G\033[J";
    out_end();
    write(1, question, sizeof question - 1);
    int key = read_key();
    write(1, wipe, sizeof wipe - 1);
    room = key == '\n' || key == '\r' ? 1 : window.ws_row - 1;
    return key != 'q';
}

static int rows_of(int columns)
{
    return columns == 0 ? 1 : (columns + window.ws_col - 1) / window.ws_col;
}

// => false: no more is wanted
static bool show(int fd, const char *name, int *status)
{
    static struct line_reader r;
    lines_start(&r, fd);
    while (lines_next(&r)) {
        if (asks && room <= 0 && !ask())
            return false;
        room -= rows_of(r.len);
        out_line(r.line, r.len);
    }
    if (r.failed)
        *status = complain_of("more", name);
    return true;
}

int main(int argc, char **argv)
{
    int status = 0;
    bool more = true;
    asks =
        syscall(SYS_ioctl, 1, TIOCGWINSZ, &window) == 0 && window.ws_row > 1 && window.ws_col > 0;
    room = window.ws_row - 1;
    if (argc == 1)
        show(0, "input", &status);
    for (int i = 1; i < argc && more; i++) {
        int fd = open(argv[i], O_RDONLY);
        if (fd < 0)
            status = complain_of("more", argv[i]);
        else
            more = show(fd, argv[i], &status);
        close(fd);
    }
    return out_end() ? status : complain_of("more", "output");
}
