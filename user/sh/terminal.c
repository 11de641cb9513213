// While a line is edited the terminal is in raw mode and the editor echoes; at all other times it is
// as programs expect it.
//
// What has been typed ahead was echoed by the terminal as it came, unless that was in raw mode: when
// the editor has its line, what is behind it has not been seen yet.  So lines that wait at the prompt
// are taken as they are only if the editor has left nothing.
#include "user/sh/terminal.h"
#include "kernel/syscall.h"
#include "user/sh/complete.h"
#include "user/user.h"

#define COLUMNS 80 // of a terminal that does not say

static bool left_unseen;
static struct termios before; // modes at the prompt, which the editor or a program may have changed
static bool before_known;

static long control(uint request, void *arg)
{
    return syscall(SYS_ioctl, 0, request, arg);
}

bool at_terminal(void)
{
    struct winsize window;
    return control(TIOCGWINSZ, &window) == 0;
}

// => bytes that can be read: of complete lines, where lines are edited by the terminal
static int waiting(void)
{
    int n = 0;
    return control(FIONREAD, &n) == 0 ? n : 0;
}

static uint columns(void)
{
    struct winsize window = { 0 };
    control(TIOCGWINSZ, &window);
    return window.ws_col ? window.ws_col : COLUMNS;
}

// Keys that signal are the editor's; the kernel's own Ctrl-P stays.
static bool make_raw(void)
{
    if (!before_known)
        return false;
    struct termios raw = before;
    raw.c_lflag &= ~(uint)(ICANON | ECHO | IEXTEN);
    raw.c_cc[VINTR] = raw.c_cc[VQUIT] = raw.c_cc[VSUSP] = 0;
    raw.c_cc[VMIN] = 1;
    raw.c_cc[VTIME] = 0;
    return control(TCSETS, &raw) == 0;
}

static int get(struct terminal *t)
{
    uchar c;
    int n;
    while ((n = read(0, &c, 1)) < 0 && errno == EINTR)
        ;
    return n == 1 ? c : -1;
}

static void put(struct terminal *t, const char *text, uint n)
{
    write(2, text, (int)n);
}

// Whoever sees the end of the line may type for the program: that is echoed by the terminal again.
static void make_plain(struct terminal *t)
{
    left_unseen = waiting() > 0;
    control(TCSETS, &before);
}

static void write_prompt(const char *prompt)
{
    syscall(SYS_ioctl, 2, KIOC_FRESH_LINE, 0);
    write(2, prompt, (int)strlen(prompt));
}

static enum edited read_plain(struct buffer *to)
{
    char c = '\0';
    uint before = to->len;
    int n = 1;
    while (c != '\n' && (n = read(0, &c, 1)) == 1)
        if (c != '\0')
            buffer_put(to, c);
    if (n < 0 && errno == EINTR)
        return EDIT_GIVEN_UP;
    if (to->len > before)
        return EDIT_DONE;
    write(2, "\n", 1);
    return EDIT_END;
}

enum edited terminal_line(const char *prompt, struct buffer *to)
{
    struct terminal t = { get, put, complete_line, make_plain, columns() };
    before_known = control(TCGETS, &before) == 0;
    bool raw = (waiting() == 0 || left_unseen) && make_raw();
    write_prompt(prompt);
    return raw ? edit_line(&t, prompt, to) : read_plain(to);
}

void terminal_restore(void)
{
    if (before_known)
        control(TCSETS, &before);
}
