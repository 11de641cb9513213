// The grammar:
//
//   list      pipelines { (`;` | `&` | newline) pipelines }      either end may be open
//   pipelines pipeline { (`&&` | `||`) pipeline }
//   pipeline  command { `|` command }
//   command   ( word | redirect ) { word | redirect }   or   `(` list `)` { redirect }
//
// One function for each line.  The first error is kept and ends the work everywhere, because from
// then on every token reads as END.
#include "user/sh/sh.h"
#include "user/user.h"

#define MAXDEPTH 16 // of groups in groups: the stack is small

struct parser {
    struct lexer lex;
    int depth;
    bool failed;
};

static struct list *parse_list(struct parser *p);

static void fail(struct parser *p, const char *why)
{
    if (p->failed)
        return;
    p->failed = true;
    struct lexer *l = &p->lex;
    if (!why && l->token == BAD)
        why = l->error;
    if (why)
        fprintf(2, "sh: syntax error: %s\n", why);
    else if (l->token == END || l->token == NEWLINE)
        fprintf(2, "sh: syntax error: the line ends too early\n");
    else
        fprintf(2, "sh: syntax error at %s\n", line_copy(l->text, l->len < 40 ? l->len : 40));
    lex_start(l, "");
}

static char *take_text(struct parser *p)
{
    char *text = line_copy(p->lex.text, p->lex.len);
    lex_next(&p->lex);
    return text;
}

static struct redirect *parse_redirect(struct parser *p)
{
    struct redirect *r = line_alloc(sizeof *r);
    r->kind = p->lex.kind;
    r->fd = p->lex.fd;
    lex_next(&p->lex);
    if (p->lex.token == WORD)
        r->target = take_text(p);
    else
        fail(p, 0);
    return r;
}

static void parse_group(struct parser *p, struct command *c)
{
    if (p->depth == MAXDEPTH) {
        fail(p, "too many groups in groups");
        return;
    }
    lex_next(&p->lex);
    p->depth++;
    c->group = parse_list(p);
    p->depth--;
    if (c->group && p->lex.token == CLOSE)
        lex_next(&p->lex);
    else
        fail(p, 0);
}

static struct command *parse_command(struct parser *p)
{
    struct command *c = line_alloc(sizeof *c);
    struct word **words = &c->words;
    struct redirect **redirects = &c->redirects;
    if (p->lex.token == OPEN)
        parse_group(p, c);
    for (;;) {
        if (p->lex.token == WORD && !c->group) {
            *words = line_alloc(sizeof **words);
            (*words)->raw = take_text(p);
            words = &(*words)->next;
        } else if (p->lex.token == REDIRECT) {
            *redirects = parse_redirect(p);
            redirects = &(*redirects)->next;
        } else {
            break;
        }
    }
    if (!c->words && !c->group && !c->redirects)
        fail(p, 0);
    return c;
}

static struct pipeline *parse_pipeline(struct parser *p, enum condition condition)
{
    struct pipeline *line = line_alloc(sizeof *line);
    struct command **stage = &line->first;
    line->condition = condition;
    *stage = parse_command(p);
    while (p->lex.token == PIPE) {
        lex_next(&p->lex);
        stage = &(*stage)->next;
        *stage = parse_command(p);
    }
    return line;
}

static struct list *parse_pipelines(struct parser *p)
{
    struct list *item = line_alloc(sizeof *item);
    struct pipeline **line = &item->first;
    *line = parse_pipeline(p, ALWAYS);
    while (p->lex.token == AND || p->lex.token == OR) {
        enum condition condition = p->lex.token == AND ? IF_OK : IF_FAILED;
        lex_next(&p->lex);
        line = &(*line)->next;
        *line = parse_pipeline(p, condition);
    }
    return item;
}

static void skip_newlines(struct parser *p)
{
    while (p->lex.token == NEWLINE)
        lex_next(&p->lex);
}

static bool list_ends(const struct parser *p)
{
    return p->lex.token == END || p->lex.token == CLOSE;
}

static struct list *parse_list(struct parser *p)
{
    struct list *first = 0, **item = &first;
    skip_newlines(p);
    while (!list_ends(p)) {
        *item = parse_pipelines(p);
        (*item)->background = p->lex.token == BACKGROUND;
        item = &(*item)->next;
        if (p->lex.token == BACKGROUND || p->lex.token == SEMICOLON || p->lex.token == NEWLINE)
            lex_next(&p->lex);
        else if (!list_ends(p))
            fail(p, 0);
        skip_newlines(p);
    }
    return first;
}

struct list *parse(const char *line, bool *failed)
{
    struct parser p = { 0 };
    lex_start(&p.lex, line);
    struct list *all = parse_list(&p);
    if (p.lex.token != END) // a `)` too many
        fail(&p, 0);
    *failed = p.failed;
    return p.failed ? 0 : all;
}
