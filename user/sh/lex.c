// Cutting text into tokens; what is in a word is user/sh/word.c's affair.
#include "user/sh/lex.h"
#include "user/sh/word.h"
#include "user/user.h"

void lex_string(struct lexer *l, const char *text, uint line)
{
    *l = (struct lexer){ .text = text, .line = line };
}

void lex_source(struct lexer *l, struct source *source)
{
    *l = (struct lexer){ .text = "", .source = source, .line = 1 };
}

void lex_end(struct lexer *l)
{
    buffer_free(&l->lines);
}

void lex_command(struct lexer *l, struct arena *arena)
{
    if (l->source) {
        uint left = l->lines.len - l->at;
        if (left)
            memmove(l->lines.text, l->lines.text + l->at, (int)left + 1);
        l->lines.len = left;
        l->text = left ? l->lines.text : "";
        l->at = 0;
    }
    l->arena = arena;
    l->inside = l->ended = false;
    l->documents = 0;
    l->error = 0;
}

void lex_fail(struct lexer *l, const char *why)
{
    if (!l->error) {
        l->error = why;
        l->error_line = l->line;
    }
    l->token = END;
}

// --- bytes ------------------------------------------------------------------------------------

char lex_peek(struct lexer *l)
{
    if (l->error)
        return '\0';
    if (l->text[l->at] == '\0' && l->source && !l->ended) {
        l->ended = !l->source->line(l->source, &l->lines, l->inside);
        l->text = l->ended && l->lines.len == 0 ? "" : l->lines.text;
    }
    return l->text[l->at];
}

char lex_get(struct lexer *l)
{
    char c = lex_peek(l);
    l->at += c != '\0';
    l->line += c == '\n';
    return c;
}

bool lex_skip_joint(struct lexer *l)
{
    if (lex_peek(l) != '\\' || l->text[l->at + 1] != '\n')
        return false;
    l->inside = true;
    l->at += 2;
    l->line++;
    return true;
}

bool lex_take(struct lexer *l, const char *expected)
{
    uint n = 0;
    for (lex_peek(l); expected[n]; n++)
        if (l->text[l->at + n] != expected[n])
            return false;
    l->at += n;
    return true;
}

// --- here-documents ---------------------------------------------------------------------------

static void read_line(struct lexer *l, struct buffer *line, bool tabs)
{
    char c;
    line->len = 0;
    while (tabs && lex_peek(l) == '\t')
        lex_get(l);
    while ((c = lex_get(l)) != '\0' && c != '\n')
        buffer_put(line, c);
    buffer_put(line, '\0');
}

static void read_document(struct lexer *l, struct document *d)
{
    struct buffer line = { 0 }, all = { 0 };
    uint first = l->line;
    while (lex_peek(l) != '\0') {
        read_line(l, &line, d->tabs);
        if (strcmp(line.text, d->end) == 0)
            break;
        buffer_put_text(&all, line.text);
        buffer_put(&all, '\n');
    }
    d->redirect->target = word_of_document(l, all.text ? all.text : "", d->literal, first);
    buffer_free(&line);
    buffer_free(&all);
}

static void read_documents(struct lexer *l)
{
    struct document *d = l->documents;
    l->documents = 0;
    for (; d; d = d->next)
        read_document(l, d);
}

void lex_document(struct lexer *l, struct redirect *r, const struct part *delimiter)
{
    struct document **last = &l->documents, *d = arena_alloc(l->arena, sizeof *d);
    struct buffer end = { 0 };
    d->redirect = r;
    d->tabs = l->tabs;
    for (const struct part *p = delimiter; p; p = p->next) {
        d->literal |= p->quoted;
        buffer_put_text(&end, p->text ? p->text : "");
    }
    d->end = arena_copy(l->arena, end.text ? end.text : "", end.len);
    buffer_free(&end);
    while (*last)
        last = &(*last)->next;
    *last = d;
}

// --- tokens -----------------------------------------------------------------------------------

static void skip_blanks(struct lexer *l)
{
    for (;;) {
        char c = lex_peek(l);
        if (c == ' ' || c == '\t' || c == '\r')
            l->at++;
        else if (!lex_skip_joint(l))
            break;
    }
    if (lex_peek(l) == '#')
        while (lex_peek(l) != '\0' && lex_peek(l) != '\n')
            l->at++;
}

static const struct {
    const char *text;
    enum redirect_kind kind;
    bool in, tabs;
} redirects[] = {
    { "<<-", DOCUMENT, true, true }, { "<<", DOCUMENT, true, false },
    { "<&", COPY_FD, true, false },  { "<>", READ_WRITE, true, false },
    { "<", FROM_FILE, true, false }, { ">>", APPEND_FILE, false, false },
    { ">&", COPY_FD, false, false }, { ">|", TO_FILE, false, false },
    { ">", TO_FILE, false, false },
};

// [N]<  [N]>  and so on
static bool take_redirect(struct lexer *l)
{
    const char *p = l->text + l->at;
    bool numbered = *p >= '0' && *p <= '9';
    if (p[numbered] != '<' && p[numbered] != '>')
        return false;
    l->at += numbered;
    uint i = 0;
    while (!lex_take(l, redirects[i].text))
        i++;
    l->token = REDIRECT;
    l->kind = redirects[i].kind;
    l->fd = numbered ? *p - '0' : redirects[i].in ? 0 : 1;
    l->tabs = redirects[i].tabs;
    return true;
}

static bool take_operator(struct lexer *l)
{
    static const struct {
        const char *text;
        enum token token;
    } operators[] = {
        { ";;", DOUBLE_SEMICOLON },
        { ";", SEMICOLON },
        { "&&", AND_IF },
        { "&", AMPERSAND },
        { "||", OR_IF },
        { "|", PIPE },
        { "(", OPEN },
        { ")", CLOSE },
    };
    for (uint i = 0; i < sizeof operators / sizeof operators[0]; i++)
        if (lex_take(l, operators[i].text)) {
            l->token = operators[i].token;
            return true;
        }
    return false;
}

static void take_token(struct lexer *l)
{
    char c = lex_peek(l);
    if (c == '\0') {
        l->token = END;
    } else if (c == '\n') {
        lex_get(l);
        l->token = NEWLINE;
        read_documents(l);
    } else if (!take_redirect(l) && !take_operator(l)) {
        l->word = word_read(l);
        l->token = l->error ? END : WORD;
    }
}

void lex_next(struct lexer *l)
{
    skip_blanks(l);
    uint start = l->at;
    take_token(l);
    l->start = start;
    l->end = l->at;
    l->inside |= l->token != NEWLINE && l->token != END;
}

const char *plain_text(const struct part *p)
{
    return p && !p->next && p->kind == TEXT && !p->quoted ? p->text : "";
}
