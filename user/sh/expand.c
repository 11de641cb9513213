// What a word of the line means: quotes go, $NAME becomes a value, and a value outside quotes is
// cut into words at its blanks.  'text' is literal; in "text" a backslash only protects $ " and \.
#include "user/sh/sh.h"
#include "user/user.h"

struct expansion {
    struct args *args;  // where finished arguments go
    struct buffer text; // the one being built
    bool present;       // it exists, though it may be empty: there were quotes
    bool split;
};

static void push(struct args *a, char *text)
{
    if (a->n + 1 >= a->room) {
        a->room = a->room ? 2 * a->room : 16;
        char **bigger = line_alloc((uint)a->room * sizeof *bigger);
        memcpy(bigger, a->v, (uint)a->n * sizeof *bigger);
        a->v = bigger;
    }
    a->v[a->n++] = text;
    a->v[a->n] = 0;
}

static void end_argument(struct expansion *e)
{
    if (e->present || e->text.len > 0)
        push(e->args, line_copy(e->text.text, e->text.len));
    e->text.len = 0;
    e->present = false;
}

static void put_value(struct expansion *e, const char *value, bool quoted)
{
    for (; *value; value++)
        if (e->split && !quoted && (*value == ' ' || *value == '\t' || *value == '\n'))
            end_argument(e);
        else
            buffer_put(&e->text, *value);
}

// $@: every argument is one of its own.
static void put_all_args(struct expansion *e, bool quoted)
{
    for (char *const *a = var_args(); *a; a++) {
        put_value(e, *a, quoted);
        e->present |= quoted;
        if (a[1] && e->split)
            end_argument(e);
        else if (a[1])
            buffer_put(&e->text, ' ');
    }
}

static bool in_name(char c, bool first)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           (!first && c >= '0' && c <= '9');
}

uint name_length(const char *text)
{
    uint n = 0;
    while (in_name(text[n], n == 0))
        n++;
    return n;
}

uint assignment(const char *raw)
{
    uint n = name_length(raw);
    return n > 0 && raw[n] == '=' ? n : 0;
}

// p stands behind a `$`.  => behind what was used
static const char *put_variable(struct expansion *e, const char *p, bool quoted)
{
    bool braces = *p == '{';
    const char *name = p + braces;
    uint len = name_length(name);
    if (len == 0 && *name && strchr("?$!#@*0123456789", *name))
        len = 1;
    if (len == 0 || (braces && name[len] != '}')) {
        buffer_put(&e->text, '$');
        return p;
    }
    const char *value = var_get(name, len);
    if (*name == '@' || *name == '*')
        put_all_args(e, quoted);
    else if (value)
        put_value(e, value, quoted);
    return name + len + braces;
}

// p stands at the opening quote.  => behind the closing one
static const char *put_quoted(struct expansion *e, const char *p)
{
    char quote = *p++;
    e->present |= quote == '\'' || !(p[0] == '$' && p[1] == '@');
    while (*p != quote) {
        if (quote == '"' && *p == '$') {
            p = put_variable(e, p + 1, true);
            continue;
        }
        if (quote == '"' && *p == '\\' && strchr("$\"\\", p[1]))
            p++;
        buffer_put(&e->text, *p++);
    }
    return p + 1;
}

static void expand_into(struct expansion *e, const char *p)
{
    while (*p) {
        if (*p == '\'' || *p == '"') {
            p = put_quoted(e, p);
        } else if (*p == '$') {
            p = put_variable(e, p + 1, false);
        } else {
            p += *p == '\\' && p[1] != '\0';
            buffer_put(&e->text, *p++);
        }
    }
}

void expand(const char *raw, struct args *args)
{
    struct expansion e = { .args = args, .split = true };
    expand_into(&e, raw);
    end_argument(&e);
    free(e.text.text);
}

char *expand_one(const char *raw)
{
    struct expansion e = { .split = false };
    expand_into(&e, raw);
    char *one = line_copy(e.text.text, e.text.len);
    free(e.text.text);
    return one;
}
