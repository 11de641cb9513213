// Tokens.  A word goes up to a blank or an operator outside quotes, and keeps its quotes: what they
// mean is expand.c's affair.
#include "user/sh/sh.h"
#include "user/user.h"

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static bool ends_word(char c)
{
    return c == '\0' || c == '\n' || is_blank(c) || strchr("|&;()<>", c);
}

// => the byte behind the quote that closes the one at p, or NULL
static const char *skip_quoted(const char *p)
{
    char quote = *p++;
    while (*p != quote) {
        if (*p == '\\' && quote == '"' && p[1] != '\0')
            p++;
        if (*p++ == '\0')
            return 0;
    }
    return p + 1;
}

static void take(struct lexer *l, enum token token, uint len)
{
    l->token = token;
    l->text = l->at;
    l->len = len;
    l->at += len;
}

static void take_bad(struct lexer *l, const char *error)
{
    take(l, BAD, strlen(l->at));
    l->error = error;
}

static void take_word(struct lexer *l)
{
    const char *p = l->at;
    while (p && !ends_word(*p)) {
        if (*p == '\'' || *p == '"')
            p = skip_quoted(p);
        else if (*p == '\\' && p[1] != '\0')
            p += 2;
        else
            p++;
    }
    if (p)
        take(l, WORD, (uint)(p - l->at));
    else
        take_bad(l, "a quote is not closed");
}

// [N]<  [N]>  [N]>>  [N]<&  [N]>&
static bool take_redirect(struct lexer *l)
{
    const char *p = l->at;
    int fd = -1;
    if (*p >= '0' && *p <= '9')
        fd = *p++ - '0';
    if (*p != '<' && *p != '>')
        return false;
    bool in = *p++ == '<';
    l->fd = fd >= 0 ? fd : in ? 0 : 1;
    l->kind = in ? FROM_FILE : TO_FILE;
    if (*p == '&') {
        l->kind = COPY_FD;
        p++;
    } else if (!in && *p == '>') {
        l->kind = APPEND_FILE;
        p++;
    }
    take(l, REDIRECT, (uint)(p - l->at));
    return true;
}

static void take_one_or_two(struct lexer *l, enum token one, enum token two)
{
    bool twice = l->at[1] == l->at[0];
    take(l, twice ? two : one, twice ? 2 : 1);
}

void lex_next(struct lexer *l)
{
    while (is_blank(*l->at))
        l->at++;
    if (*l->at == '#')
        while (*l->at != '\0' && *l->at != '\n')
            l->at++;
    switch (*l->at) {
    case '\0': take(l, END, 0); return;
    case '\n': take(l, NEWLINE, 1); return;
    case ';': take(l, SEMICOLON, 1); return;
    case '(': take(l, OPEN, 1); return;
    case ')': take(l, CLOSE, 1); return;
    case '&': take_one_or_two(l, BACKGROUND, AND); return;
    case '|': take_one_or_two(l, PIPE, OR); return;
    }
    if (!take_redirect(l))
        take_word(l);
}

void lex_start(struct lexer *l, const char *line)
{
    *l = (struct lexer){ .at = line };
    lex_next(l);
}
