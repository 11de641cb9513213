#include "user/sh/expand.h"
#include "user/sh/arith.h"
#include "user/sh/field.h"
#include "user/sh/options.h"
#include "user/lib/pattern.h"
#include "user/sh/process.h"
#include "user/sh/shell.h"
#include "user/sh/text.h"
#include "user/sh/vars.h"
#include "user/user.h"

static void put_word(struct field *f, const struct part *p);

static const char *number(int64 value)
{
    return number_text(value, temp_alloc(NUMBER_ROOM));
}

// --- values -----------------------------------------------------------------------------------

static bool is_all_args(const char *name)
{
    return *name == '@' || *name == '*';
}

// => $* : the parameters, with the first byte of IFS between them
static char *joined_args(const char *ifs)
{
    struct buffer all = { 0 };
    for (int i = 0; i < params.n; i++) {
        if (i > 0 && *ifs)
            buffer_put(&all, *ifs);
        buffer_put_text(&all, params.v[i]);
    }
    char *text = temp_copy(all.text ? all.text : "", all.len);
    buffer_free(&all);
    return text;
}

// => NULL if it is not set
static const char *value_of(struct field *f, const char *name)
{
    int64 i;
    switch (name[0]) {
    case '?': return number(shell.status);
    case '$': return number(shell.pid);
    case '!': return shell.background ? number(shell.background) : 0;
    case '#': return number(params.n);
    case '-': return option_letters();
    case '@': return params.n ? joined_args(" ") : 0;
    case '*': return params.n ? joined_args(f->ifs) : 0;
    }
    if (!number_of(name, &i))
        return var_get(name);
    return i == 0 ? param_zero : i > 0 && i <= params.n ? params.v[i - 1] : 0;
}

// $@ and $*: every parameter is a field of its own, but for "$*".
static void put_all_args(struct field *f, const struct part *p)
{
    if (f->mode != FIELDS || (p->quoted && *p->text == '*')) {
        field_put_value(f, joined_args(*p->text == '*' ? f->ifs : " "), p->quoted);
        f->present |= p->quoted;
        return;
    }
    for (int i = 0; i < params.n; i++) {
        if (i > 0)
            field_end(f);
        field_put_value(f, params.v[i], p->quoted);
        f->present |= p->quoted;
    }
}

static void put_value(struct field *f, const struct part *p, const char *value)
{
    if (is_all_args(p->text)) {
        put_all_args(f, p);
        return;
    }
    field_put_value(f, value ? value : "", p->quoted);
    f->present |= p->quoted;
}

// What is left of a value without what the pattern matches at one end.
static char *cut(const struct part *p, const char *value)
{
    uint len = strlen(value);
    const char *pattern = expand_pattern(p->word);
    bool front = p->op == CUT_FRONT;
    for (uint i = 0; i <= len; i++) {
        uint n = p->longest ? len - i : i; // bytes to cut off
        if (pattern_matches(pattern, front ? value : value + len - n, n))
            return front ? temp_copy(value + n, len - n) : temp_copy(value, len - n);
    }
    return temp_copy(value, len);
}

static const char *assign_default(const struct part *p)
{
    char *value = expand_one(p->word);
    if (name_length(p->text) == 0)
        give_up("%s: cannot be assigned to", p->text);
    else if (shell.leaving == STAYING)
        var_set(p->text, value);
    return value;
}

static void fail_unset(const struct part *p)
{
    const char *why = expand_one(p->word);
    give_up("%s: %s", p->text, *why ? why : "is not set");
}

// The ops to which it matters whether there is a value.
static void put_conditional(struct field *f, const struct part *p, const char *value)
{
    bool there = value && (*value || !p->colon);
    if (p->op == AND_WORD ? there : p->op == OR_WORD && !there) {
        f->inside++;
        put_word(f, p->word);
        f->inside--;
    }
    if (p->op == OR_ASSIGN && !there)
        put_value(f, p, assign_default(p));
    else if (p->op == OR_FAIL && !there)
        fail_unset(p);
    else if (p->op != AND_WORD && there)
        put_value(f, p, value);
    f->present |= p->quoted && !is_all_args(p->text);
}

static void put_variable(struct field *f, const struct part *p)
{
    const char *value = value_of(f, p->text);
    if (p->op >= OR_WORD && p->op <= AND_WORD) {
        put_conditional(f, p, value);
        return;
    }
    if (!value && shell.unset_fails && !is_all_args(p->text))
        give_up("%s: is not set", p->text);
    if (p->op == LENGTH)
        field_put_value(f, number(value ? (int64)strlen(value) : 0), p->quoted);
    else if (p->op == AS_IT_IS)
        put_value(f, p, value);
    else
        field_put_value(f, cut(p, value ? value : ""), p->quoted);
    f->present |= p->quoted && !is_all_args(p->text);
}

// --- parts ------------------------------------------------------------------------------------

static void put_output(struct field *f, const struct part *p)
{
    struct buffer out = { 0 };
    command_output(p->command, &out);
    field_put_value(f, out.text ? out.text : "", p->quoted);
    f->present |= p->quoted;
    buffer_free(&out);
}

static void put_text(struct field *f, const struct part *p)
{
    if (f->inside && !p->quoted)
        field_put_value(f, p->text, false);
    else
        for (const char *c = p->text; *c; c++)
            field_put(f, *c, p->quoted);
    f->present |= p->quoted;
}

static void put_part(struct field *f, const struct part *p)
{
    switch (p->kind) {
    case TEXT: put_text(f, p); break;
    case VALUE: put_variable(f, p); break;
    case COMMAND: put_output(f, p); break;
    case ARITH: field_put_value(f, number(arith(expand_one(p->word))), p->quoted); break;
    }
}

static void put_parts(struct field *f, const struct part *p)
{
    for (; p && shell.leaving == STAYING; p = p->next)
        put_part(f, p);
}

// --- tilde ------------------------------------------------------------------------------------

// Puts $HOME for a `~` that begins the text and is followed by nothing or a slash.  => behind it
static const char *put_home(struct field *f, const char *text, bool last_part)
{
    const char *home = var_get("HOME");
    bool ends =
        text[0] == '~' && (text[1] == '/' || text[1] == ':' || (text[1] == '\0' && last_part));
    if (!ends || !home)
        return text;
    field_put_value(f, home, true);
    return text + 1;
}

static void put_word(struct field *f, const struct part *p)
{
    struct part first;
    if (p && p->kind == TEXT && !p->quoted) {
        first = *p;
        first.text = put_home(f, p->text, !p->next);
        p = &first;
    }
    put_parts(f, p);
}

// --- whole words ------------------------------------------------------------------------------

void expand(const struct word *w, struct args *args)
{
    struct field f;
    field_start(&f, FIELDS, args);
    put_word(&f, w->parts);
    field_end(&f);
    buffer_free(&f.text);
}

static char *expand_to(enum field_mode mode, const struct part *p)
{
    struct field f;
    field_start(&f, mode, 0);
    put_word(&f, p);
    return field_text(&f);
}

char *expand_one(const struct part *p)
{
    return expand_to(ONE_TEXT, p);
}

char *expand_pattern(const struct part *p)
{
    return expand_to(ONE_PATTERN, p);
}

// A `~` behind a colon counts too: the value may be a list of directories.
char *expand_assigned(const struct word *w)
{
    struct field f;
    struct part first = *w->parts;
    const char *text = first.text + assignment(w) + 1;
    field_start(&f, ONE_TEXT, 0);
    while (*(text = put_home(&f, text, !first.next))) {
        while (*text && *text != ':')
            field_put(&f, *text++, false);
        if (*text)
            field_put(&f, *text++, false);
    }
    put_parts(&f, first.next);
    return field_text(&f);
}
