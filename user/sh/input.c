#include "user/sh/input.h"
#include "kernel/fcntl.h"
#include "user/sh/jobs.h"
#include "user/sh/redirect.h"
#include "user/sh/shell.h"
#include "user/sh/terminal.h"
#include "user/user.h"

#define MAXLINE (64 * 1024)

// A shared input is read byte by byte, so that what follows is left to others.
static bool read_byte(struct input *in, char *c)
{
    if (in->shared)
        return read_on(in->fd, c, 1) == 1;
    if (in->at == in->n) {
        in->at = 0;
        in->n = read_on(in->fd, in->ahead, sizeof in->ahead);
    }
    if (in->at >= in->n)
        return false;
    *c = in->ahead[in->at++];
    return true;
}

// Bytes that cannot be in a line are left out.
static bool read_line(struct input *in, struct buffer *to)
{
    char c = '\0';
    uint before = to->len;
    int n = 0;
    for (; c != '\n' && read_byte(in, &c); n++)
        if (c != '\0' && n <= MAXLINE)
            buffer_put(to, c);
    if (n > MAXLINE + 1) {
        fprintf(2, "sh: a line of more than %d bytes is left out\n", MAXLINE);
        to->len = before;
        buffer_put(to, '\n');
        shell.status = MISUSED;
    }
    return n > 0;
}

// Whoever gives a line up gives up the command that it is in.
static bool ask(struct buffer *to, bool inside)
{
    enum edited how;
    while ((how = terminal_line(inside ? "> " : "$ ", to)) == EDIT_GIVEN_UP) {
        shell.status = SIGNAL_STATUS + SIGINT;
        if (inside) {
            shell.leaving = GIVING_UP;
            return false;
        }
    }
    return how == EDIT_DONE;
}

static bool next_line(struct source *s, struct buffer *to, bool inside)
{
    struct input *in = (struct input *)s;
    if (!inside)
        jobs_poll();
    return in->at_terminal ? ask(to, inside) : read_line(in, to);
}

void input_start(struct input *in, int fd, bool at_terminal, bool shared)
{
    *in = (struct input){
        .source = { next_line }, .fd = fd, .at_terminal = at_terminal, .shared = shared
    };
}
