// Reading the parts of a word.  One loop reads all of them; where it is says what ends it and what
// quotes mean there.
#include "user/sh/word.h"
#include "user/sh/parse.h"
#include "user/user.h"

enum place {
    IN_WORD,
    IN_QUOTES,        // "..."
    IN_BRACES,        // ${NAME:-...}
    IN_QUOTED_BRACES, // the same within quotes
    IN_ARITH,         // $(( ... ))
    IN_DOCUMENT,
};

struct reader {
    struct lexer *l;
    enum place place;
    int depth; // of brackets IN_ARITH
    struct part *first, **last;
    struct buffer text; // of the TEXT part being gathered
    bool quoted;        // that part is
};

static struct part *read_parts(struct lexer *l, enum place place);

static struct part *add(struct reader *r, enum part_kind kind, bool quoted)
{
    struct part *p = arena_alloc(r->l->arena, sizeof *p);
    p->kind = kind;
    p->quoted = quoted;
    *r->last = p;
    r->last = &p->next;
    return p;
}

static void end_text(struct reader *r)
{
    if (r->text.len == 0)
        return;
    add(r, TEXT, r->quoted)->text = arena_copy(r->l->arena, r->text.text, r->text.len);
    r->text.len = 0;
}

static void put(struct reader *r, char c, bool quoted)
{
    if (quoted != r->quoted)
        end_text(r);
    r->quoted = quoted;
    buffer_put(&r->text, c);
}

static bool all_is_quoted(const struct reader *r)
{
    return r->place != IN_WORD && r->place != IN_BRACES;
}

// --- quotes -----------------------------------------------------------------------------------

static void read_literal(struct reader *r)
{
    char c;
    end_text(r);
    r->quoted = true;
    while ((c = lex_get(r->l)) != '\'') {
        if (c == '\0') {
            lex_fail(r->l, "a quote is not closed");
            return;
        }
        buffer_put(&r->text, c);
    }
    if (r->text.len == 0)
        add(r, TEXT, true)->text = "";
    end_text(r);
}

static void read_quoted(struct reader *r)
{
    end_text(r);
    *r->last = read_parts(r->l, IN_QUOTES);
    if (!*r->last)
        add(r, TEXT, true)->text = "";
    while (*r->last)
        r->last = &(*r->last)->next;
}

// Behind a backslash.
static void read_escaped(struct reader *r)
{
    bool all = all_is_quoted(r);
    const char *special = r->place == IN_DOCUMENT ? "$`\\" : "$`\"\\";
    char c = lex_peek(r->l);
    if (c == '\0' || (all && !strchr(special, c) && !(r->place == IN_QUOTED_BRACES && c == '}'))) {
        put(r, '\\', true);
        return;
    }
    put(r, lex_get(r->l), true);
}

// --- values -----------------------------------------------------------------------------------

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

uint assignment(const struct word *w)
{
    const struct part *p = w->parts;
    uint n = p->kind == TEXT && !p->quoted ? name_length(p->text) : 0;
    return n > 0 && p->text[n] == '=' ? n : 0;
}

// => the length of what names a value: a name, a number or one of the special ones
static uint value_name(const char *text, bool braces)
{
    uint n = name_length(text);
    if (n == 0 && text[0] >= '0' && text[0] <= '9')
        do
            n++;
        while (braces && text[n] >= '0' && text[n] <= '9');
    if (n == 0 && text[0] && strchr("?$!#@*-", text[0]))
        n = 1;
    return n;
}

static void read_name(struct lexer *l, struct part *v, bool braces)
{
    uint n = value_name(l->text + l->at, braces);
    v->text = arena_copy(l->arena, l->text + l->at, n);
    l->at += n;
}

static bool read_op(struct lexer *l, struct part *v)
{
    static const char ops[] = "-=?+";
    v->colon = lex_take(l, ":");
    char c = lex_get(l);
    const char *op = c ? strchr(ops, c) : 0;
    if (op) {
        v->op = OR_WORD + (enum value_op)(op - ops);
    } else if ((c == '#' || c == '%') && !v->colon) {
        v->op = c == '#' ? CUT_FRONT : CUT_BACK;
        v->longest = lex_take(l, c == '#' ? "#" : "%");
    } else {
        return false;
    }
    return true;
}

// Behind ${
static void read_braced(struct reader *r, struct part *v)
{
    struct lexer *l = r->l;
    const char *p = l->text + l->at;
    if (p[0] == '#' && p[1] != '}' && value_name(p + 1, true)) {
        uint n = value_name(p + 1, true);
        if (p[1 + n] == '}') {
            v->op = LENGTH;
            l->at++;
        }
    }
    read_name(l, v, true);
    if (*v->text != '\0' && lex_take(l, "}"))
        return;
    if (*v->text == '\0' || !read_op(l, v)) {
        lex_fail(l, "${...} is not a value");
        return;
    }
    bool pattern = v->op == CUT_FRONT || v->op == CUT_BACK;
    v->word = read_parts(l, v->quoted && !pattern ? IN_QUOTED_BRACES : IN_BRACES);
}

// --- commands ---------------------------------------------------------------------------------

// The text between backquotes loses a level of backslashes and is parsed like a text of its own.
static struct node *read_backquoted(struct reader *r)
{
    struct buffer text = { 0 };
    struct lexer *l = r->l;
    uint line = l->line;
    char c;
    while ((c = lex_get(l)) != '`' && c != '\0') {
        bool quoted = r->place == IN_QUOTES && lex_peek(l) == '"';
        if (c == '\\' &&
            (lex_peek(l) == '`' || lex_peek(l) == '\\' || lex_peek(l) == '$' || quoted))
            c = lex_get(l);
        buffer_put(&text, c);
    }
    if (c == '\0')
        lex_fail(l, "a ` is not closed");
    struct node *n = parse_text_within(l, text.text ? text.text : "", line);
    buffer_free(&text);
    return n;
}

// Behind a `$`.
static void read_dollar(struct reader *r)
{
    struct lexer *l = r->l;
    bool quoted = all_is_quoted(r);
    lex_peek(l);
    if (lex_take(l, "((")) {
        end_text(r);
        add(r, ARITH, quoted)->word = read_parts(l, IN_ARITH);
    } else if (lex_take(l, "(")) {
        end_text(r);
        add(r, COMMAND, quoted)->command = parse_within(l);
    } else if (lex_take(l, "{")) {
        end_text(r);
        read_braced(r, add(r, VALUE, quoted));
    } else if (value_name(l->text + l->at, false)) {
        end_text(r);
        read_name(l, add(r, VALUE, quoted), false);
    } else {
        put(r, '$', quoted);
    }
}

// --- the loop ---------------------------------------------------------------------------------

static bool ends_word(char c)
{
    return c == '\n' || strchr(" \t\r|&;()<>", c);
}

// => c ends the parts; it is gone over if it belongs to them
static bool at_end(struct reader *r, char c)
{
    struct lexer *l = r->l;
    switch (r->place) {
    case IN_WORD: return c == '\0' || ends_word(c);
    case IN_QUOTES: return c == '\0' || lex_take(l, "\"");
    case IN_BRACES:
    case IN_QUOTED_BRACES: return c == '\0' || lex_take(l, "}");
    case IN_ARITH:
        if (r->depth == 0 && lex_take(l, "))"))
            return true;
        r->depth += c == '(' ? 1 : c == ')' ? -1 : 0;
        return c == '\0';
    default: return c == '\0';
    }
}

static void read_part(struct reader *r, char c)
{
    bool all = all_is_quoted(r);
    lex_get(r->l);
    if (c == '\\')
        read_escaped(r);
    else if (c == '$')
        read_dollar(r);
    else if (c == '`') {
        end_text(r);
        add(r, COMMAND, all)->command = read_backquoted(r);
    } else if (c == '\'' && !all)
        read_literal(r);
    else if (c == '"' && (!all || r->place == IN_QUOTED_BRACES))
        read_quoted(r);
    else
        put(r, c, all);
}

static struct part *read_parts(struct lexer *l, enum place place)
{
    static const char *const unclosed[] = { [IN_QUOTES] = "a quote is not closed",
                                            [IN_BRACES] = "${ is not closed",
                                            [IN_QUOTED_BRACES] = "${ is not closed",
                                            [IN_ARITH] = "$(( is not closed",
                                            [IN_DOCUMENT] = 0 };
    struct reader r = { .l = l, .place = place };
    r.last = &r.first;
    if (stack_is_deep())
        lex_fail(l, "too much is nested");
    l->inside = true;
    for (;;) {
        if (lex_skip_joint(l))
            continue;
        char c = lex_peek(l);
        bool over = at_end(&r, c);
        if (over && c == '\0' && unclosed[place])
            lex_fail(l, unclosed[place]);
        if (over)
            break;
        read_part(&r, c);
    }
    end_text(&r);
    buffer_free(&r.text);
    return r.first;
}

struct part *word_read(struct lexer *l)
{
    return read_parts(l, IN_WORD);
}

struct part *word_of_document(struct lexer *l, const char *text, bool literal, uint line)
{
    struct lexer inner;
    lex_string(&inner, text, line);
    inner.arena = l->arena;
    if (!literal) {
        struct part *parts = read_parts(&inner, IN_DOCUMENT);
        if (inner.error)
            lex_fail(l, inner.error);
        return parts;
    }
    struct part *p = arena_alloc(l->arena, sizeof *p);
    p->quoted = true;
    p->text = arena_copy(l->arena, text, strlen(text));
    return p;
}
