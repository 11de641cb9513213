// Matching goes on byte by byte; where it fails behind a `*`, that star takes one byte more.  Only
// the last star can be the one that has to, so the time is the product of both lengths.
#include "user/lib/pattern.h"
#include "user/user.h"

static bool in_class(const char *name, uint len, uchar c)
{
    static const struct {
        const char *name, *ranges;
    } classes[] = {
        { "alpha", "azAZ" },   { "digit", "09" },      { "alnum", "azAZ09" },
        { "upper", "AZ" },     { "lower", "az" },      { "space", "\t\r  " },
        { "blank", "\t\t  " }, { "xdigit", "09afAF" }, { "punct", "!/:@[`{~" },
        { "print", " ~" },     { "graph", "!~" },      { "cntrl", "\001\037\177\177" },
    };
    for (uint i = 0; i < sizeof classes / sizeof classes[0]; i++)
        if (strlen(classes[i].name) == len && memcmp(classes[i].name, name, len) == 0)
            for (const char *r = classes[i].ranges; *r; r += 2)
                if (c >= (uchar)r[0] && c <= (uchar)r[1])
                    return true;
    return false;
}

// p stands behind `[`.  => behind the `]`, or NULL: it is none, and an ordinary `[`
static const char *match_set(const char *p, uchar c, bool *matched)
{
    bool negated = *p == '!' || *p == '^', found = false;
    const char *first = p += negated;
    for (; *p && (*p != ']' || p == first); p++) {
        if (p[0] == '[' && p[1] == ':') {
            const char *name = p + 2, *end = name;
            while (*end >= 'a' && *end <= 'z')
                end++;
            if (end[0] == ':' && end[1] == ']') {
                found |= in_class(name, (uint)(end - name), c);
                p = end + 1;
                continue;
            }
        }
        p += *p == '\\' && p[1];
        uchar low = (uchar)*p, high = low;
        if (p[1] == '-' && p[2] && p[2] != ']') {
            p += 2;
            p += *p == '\\' && p[1];
            high = (uchar)*p;
        }
        found |= c >= low && c <= high;
    }
    *matched = found != negated;
    return *p ? p + 1 : 0;
}

// One byte against what the pattern begins with.  => behind that, or NULL: it does not match
static const char *match_one(const char *p, uchar c)
{
    bool matched;
    const char *behind = *p == '[' ? match_set(p + 1, c, &matched) : 0;
    if (behind)
        return matched ? behind : 0;
    if (*p == '?')
        return p + 1;
    p += *p == '\\' && p[1];
    return *p && (uchar)*p == c ? p + 1 : 0;
}

bool pattern_matches(const char *p, const char *text, uint n)
{
    const char *end = text + n, *star = 0, *star_text = 0;
    for (;;) {
        if (*p == '*') {
            star = ++p;
            star_text = text;
            continue;
        }
        if (text == end && *p == '\0')
            return true;
        const char *next = text < end ? match_one(p, (uchar)*text) : 0;
        if (next) {
            p = next;
            text++;
        } else if (star && star_text < end) {
            p = star;
            text = ++star_text;
        } else {
            return false;
        }
    }
}

bool pattern_is_active(const char *p)
{
    for (; *p; p++) {
        if (*p == '*' || *p == '?' || *p == '[')
            return true;
        p += *p == '\\' && p[1];
    }
    return false;
}

char *pattern_plain(char *pattern)
{
    char *to = pattern;
    for (const char *p = pattern; *p; p++) {
        p += *p == '\\' && p[1];
        *to++ = *p;
    }
    *to = '\0';
    return pattern;
}
