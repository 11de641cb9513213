#include "user/sh/history.h"
#include "user/sh/memory.h"
#include "user/user.h"

static char *lines[HISTORY_LINES]; // a ring
static uint added;                 // lines ever

const char *history_line(uint n)
{
    bool there = n > 0 && n <= added && n <= HISTORY_LINES;
    return there ? lines[(added - n) % HISTORY_LINES] : 0;
}

void history_add(const char *line)
{
    const char *last = history_line(1);
    if (*line == '\0' || (last && strcmp(last, line) == 0))
        return;
    char **place = &lines[added++ % HISTORY_LINES];
    free(*place);
    *place = must_copy(line);
}

static bool contains(const char *line, const char *text)
{
    for (; *line; line++) {
        uint n = 0;
        while (text[n] && line[n] == text[n])
            n++;
        if (text[n] == '\0')
            return true;
    }
    return *text == '\0';
}

uint history_find(const char *text, uint n)
{
    for (; history_line(n); n++)
        if (contains(history_line(n), text))
            return n;
    return 0;
}
