#include "user/lib/lines.h"
#include "user/user.h"

void lines_start(struct line_reader *r, int fd)
{
    r->fd = fd;
    r->at = r->n = 0;
    r->failed = false;
}

static bool fill(struct line_reader *r)
{
    r->at = 0;
    r->n = read(r->fd, r->ahead, sizeof r->ahead);
    r->failed |= r->n < 0;
    return r->n > 0;
}

static bool add(struct line_reader *r, const char *text, int n)
{
    if (r->len + n >= r->room) {
        int room = 2 * (r->len + n) + 64;
        char *bigger = malloc((uint)room);
        if (!bigger) {
            errno = ENOMEM;
            r->failed = true;
            return false;
        }
        memcpy(bigger, r->line, (uint)r->len);
        free(r->line);
        r->line = bigger;
        r->room = room;
    }
    memcpy(r->line + r->len, text, (uint)n);
    r->len += n;
    r->line[r->len] = '\0';
    return true;
}

bool lines_next(struct line_reader *r)
{
    r->len = 0;
    r->ended = false;
    while (!r->ended && (r->at < r->n || fill(r))) {
        int end = r->at;
        while (end < r->n && r->ahead[end] != '\n')
            end++;
        if (!add(r, r->ahead + r->at, end - r->at))
            return false;
        r->ended = end < r->n;
        r->at = end + r->ended;
    }
    return !r->failed && (r->len > 0 || r->ended);
}

// --- output -----------------------------------------------------------------------------------

static char out[4096];
static int out_len;
static bool out_failed;

static void flush(void)
{
    for (int done = 0, k; done < out_len && !out_failed; done += k)
        if ((k = write(1, out + done, out_len - done)) <= 0)
            out_failed = true;
    out_len = 0;
}

void out_bytes(const char *text, int n)
{
    for (int i = 0; i < n; i++) {
        if (out_len == sizeof out)
            flush();
        out[out_len++] = text[i];
    }
}

void out_line(const char *text, int n)
{
    out_bytes(text, n);
    out_bytes("\n", 1);
}

bool out_end(void)
{
    flush();
    bool good = !out_failed;
    out_failed = false;
    return good;
}
