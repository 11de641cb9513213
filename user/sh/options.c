#include "user/sh/options.h"
#include "user/sh/shell.h"
#include "user/user.h"

static const struct {
    char letter;
    bool *on;
} options[] = {
    { 'e', &shell.error_exits }, { 'f', &shell.no_globs }, { 'i', &shell.interactive },
    { 'u', &shell.unset_fails }, { 'x', &shell.traces },
};
#define OPTIONS (sizeof options / sizeof options[0])

const char *option_letters(void)
{
    static char letters[OPTIONS + 1];
    uint n = 0;
    for (uint i = 0; i < OPTIONS; i++)
        if (*options[i].on)
            letters[n++] = options[i].letter;
    letters[n] = '\0';
    return letters;
}

static bool *find(char letter)
{
    for (uint i = 0; i < OPTIONS; i++)
        if (options[i].letter == letter)
            return options[i].on;
    return 0;
}

bool option_take(const char *word, const char *others, char *found)
{
    for (const char *p = word + 1; *p; p++) {
        bool *on = find(*p);
        if (others && strchr(others, *p)) {
            *found = *p;
            continue;
        }
        if (!on || *p == 'i') {
            complain("%s: the options are -e -f -u -x", word);
            return false;
        }
        *on = word[0] == '-';
    }
    return true;
}
