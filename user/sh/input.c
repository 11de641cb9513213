#include "user/sh/input.h"
#include "kernel/fcntl.h"
#include "kernel/syscall.h"
#include "user/sh/jobs.h"
#include "user/sh/shell.h"
#include "user/user.h"

#define MAXLINE (64 * 1024)

// A shared input is read byte by byte, so that what follows is left to others.
static bool read_byte(struct input *in, char *c)
{
    if (in->shared)
        return read(in->fd, c, 1) == 1;
    if (in->at == in->n) {
        in->at = 0;
        in->n = read(in->fd, in->ahead, sizeof in->ahead);
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

// The prompt stands at the beginning of a line, whatever the last program has left.
static bool ask(struct source *s, struct buffer *to, bool inside)
{
    struct input *in = (struct input *)s;
    if (!inside)
        jobs_poll();
    if (in->at_console) {
        syscall(SYS_ioctl, 2, KIOC_FRESH_LINE, 0);
        write(2, inside ? "> " : "$ ", 2);
    }
    return read_line(in, to);
}

void input_start(struct input *in, int fd, bool at_console, bool shared)
{
    *in = (struct input){ .source = { ask }, .fd = fd, .at_console = at_console, .shared = shared };
}
