// The grammar:
//
//   line      [ and_or { (`;` | `&`) and_or } ] newline         several make a list, up to a word or
//   and_or    pipeline { (`&&` | `||`) newlines pipeline }      token that ends it
//   pipeline  [ `!` ] command { `|` newlines command }
//   command   simple | NAME `(` `)` newlines command
//             | ( `(` list `)` | `{` list `}` | if | while | until | for | case ) { redirect }
//   simple    { NAME=word | redirect } { word | redirect }
//
// One function for each.  The first error ends the work everywhere, because from then on every
// token reads as END.
#include "user/sh/parse.h"
#include "user/user.h"

static struct node *parse_list(struct lexer *l);
static struct node *parse_stage(struct lexer *l);

// --- tokens -----------------------------------------------------------------------------------

static bool at_word(const struct lexer *l, const char *word)
{
    return l->token == WORD && strcmp(plain_text(l->word), word) == 0;
}

static void unexpected(struct lexer *l)
{
    struct buffer why = { 0 };
    if (l->error)
        return;
    if (l->token == END) {
        lex_fail(l, "the text ends too early");
        return;
    }
    buffer_put(&why, '`');
    for (uint i = l->start; i < l->end && i < l->start + 40; i++)
        buffer_put_text(&why, l->text[i] == '\n' ? "newline" : (char[]){ l->text[i], '\0' });
    buffer_put_text(&why, "` is not expected here");
    lex_fail(l, arena_copy(l->arena, why.text, why.len));
    buffer_free(&why);
}

static void expect(struct lexer *l, enum token token)
{
    if (l->token == token)
        lex_next(l);
    else
        unexpected(l);
}

static void expect_word(struct lexer *l, const char *word)
{
    if (at_word(l, word))
        lex_next(l);
    else
        unexpected(l);
}

static void skip_newlines(struct lexer *l)
{
    while (l->token == NEWLINE)
        lex_next(l);
}

static struct node *new_node(struct lexer *l, enum node_kind kind)
{
    struct node *n = arena_alloc(l->arena, sizeof *n);
    n->kind = kind;
    n->line = l->line;
    return n;
}

static struct node *new_pair(struct lexer *l, enum node_kind kind, struct node *left,
                             struct node *right)
{
    struct node *n = new_node(l, kind);
    n->left = left;
    n->right = right;
    return n;
}

// Takes the word at hand into a list.  => where the next one goes
static struct word **take_word(struct lexer *l, struct word **at)
{
    *at = arena_alloc(l->arena, sizeof **at);
    (*at)->parts = l->word;
    lex_next(l);
    return &(*at)->next;
}

// --- simple commands --------------------------------------------------------------------------

static struct redirect **take_redirect(struct lexer *l, struct redirect **at)
{
    struct redirect *r = *at = arena_alloc(l->arena, sizeof *r);
    r->kind = l->kind;
    r->fd = l->fd;
    bool tabs = l->tabs;
    lex_next(l);
    l->tabs = tabs;
    if (l->token != WORD) {
        unexpected(l);
        return at;
    }
    r->target = l->word;
    if (r->kind == DOCUMENT)
        lex_document(l, r, l->word);
    lex_next(l);
    return &r->next;
}

static void take_redirects(struct lexer *l, struct node *n)
{
    struct redirect **at = &n->redirects;
    while (l->token == REDIRECT)
        at = take_redirect(l, at);
}

static struct node *parse_function(struct lexer *l, const char *name)
{
    struct node *n = new_node(l, FUNCTION);
    n->name = name;
    lex_next(l);
    expect(l, CLOSE);
    skip_newlines(l);
    if (name[name_length(name)] != '\0')
        lex_fail(l, "a function's name has letters, digits and _ only");
    n->left = parse_stage(l);
    return n;
}

static struct node *parse_simple(struct lexer *l)
{
    struct node *n = new_node(l, SIMPLE);
    struct word **words = &n->words, **assignments = &n->assignments;
    struct redirect **redirects = &n->redirects;
    for (;;) {
        if (l->token == REDIRECT) {
            redirects = take_redirect(l, redirects);
        } else if (l->token == WORD) {
            struct word looked_at = { .parts = l->word };
            if (!n->words && assignment(&looked_at))
                assignments = take_word(l, assignments);
            else
                words = take_word(l, words);
        } else if (l->token == OPEN && n->words && !n->words->next && !n->assignments) {
            return parse_function(l, plain_text(n->words->parts));
        } else {
            break;
        }
    }
    if (!n->words && !n->assignments && !n->redirects)
        unexpected(l);
    return n;
}

// --- compound commands ------------------------------------------------------------------------

static struct node *parse_brackets(struct lexer *l, enum node_kind kind)
{
    struct node *n = new_node(l, kind);
    lex_next(l);
    n->left = parse_list(l);
    if (kind == SUBSHELL)
        expect(l, CLOSE);
    else
        expect_word(l, "}");
    return n;
}

// Behind `if` or `elif`, up to and over `fi`.
static struct node *parse_if(struct lexer *l)
{
    struct node *n = new_node(l, IF);
    lex_next(l);
    if (stack_is_deep())
        lex_fail(l, "too much is nested");
    n->test = parse_list(l);
    expect_word(l, "then");
    n->left = parse_list(l);
    if (at_word(l, "elif")) {
        n->right = parse_if(l);
        return n;
    }
    if (at_word(l, "else")) {
        lex_next(l);
        n->right = parse_list(l);
    }
    expect_word(l, "fi");
    return n;
}

static struct node *parse_do(struct lexer *l)
{
    expect_word(l, "do");
    struct node *body = parse_list(l);
    expect_word(l, "done");
    return body;
}

static struct node *parse_while(struct lexer *l, enum node_kind kind)
{
    struct node *n = new_node(l, kind);
    lex_next(l);
    n->test = parse_list(l);
    n->left = parse_do(l);
    return n;
}

static struct node *parse_for(struct lexer *l)
{
    struct node *n = new_node(l, FOR);
    lex_next(l);
    n->name = l->token == WORD ? plain_text(l->word) : "";
    if (*n->name == '\0' || n->name[name_length(n->name)] != '\0')
        unexpected(l);
    lex_next(l);
    n->all_args = true;
    bool listed = l->token != SEMICOLON;
    skip_newlines(l);
    if (listed && at_word(l, "in")) {
        struct word **at = &n->words;
        n->all_args = false;
        lex_next(l);
        while (l->token == WORD)
            at = take_word(l, at);
        if (l->token != SEMICOLON && l->token != NEWLINE)
            unexpected(l);
    }
    if (l->token == SEMICOLON)
        lex_next(l);
    skip_newlines(l);
    n->left = parse_do(l);
    return n;
}

static bool list_ends(const struct lexer *l)
{
    static const char *const words[] = { "then", "else", "elif", "fi", "do", "done", "esac", "}" };
    for (uint i = 0; i < sizeof words / sizeof words[0]; i++)
        if (at_word(l, words[i]))
            return true;
    return l->token == END || l->token == CLOSE || l->token == DOUBLE_SEMICOLON;
}

static struct clause *parse_clause(struct lexer *l)
{
    struct clause *c = arena_alloc(l->arena, sizeof *c);
    struct word **at = &c->patterns;
    if (l->token == OPEN)
        lex_next(l);
    for (;;) {
        if (l->token != WORD)
            unexpected(l);
        if (l->error)
            return c;
        at = take_word(l, at);
        if (l->token != PIPE)
            break;
        lex_next(l);
    }
    expect(l, CLOSE);
    skip_newlines(l);
    if (!list_ends(l))
        c->body = parse_list(l);
    if (!at_word(l, "esac"))
        expect(l, DOUBLE_SEMICOLON);
    skip_newlines(l);
    return c;
}

static struct node *parse_case(struct lexer *l)
{
    struct node *n = new_node(l, CASE);
    struct clause **at = &n->clauses;
    lex_next(l);
    if (l->token == WORD)
        take_word(l, &n->words);
    else
        unexpected(l);
    skip_newlines(l);
    expect_word(l, "in");
    skip_newlines(l);
    while (!at_word(l, "esac") && !l->error) {
        *at = parse_clause(l);
        at = &(*at)->next;
    }
    expect_word(l, "esac");
    return n;
}

// => NULL: it is a simple command
static struct node *parse_compound(struct lexer *l)
{
    if (l->token == OPEN)
        return parse_brackets(l, SUBSHELL);
    if (at_word(l, "{"))
        return parse_brackets(l, GROUP);
    if (at_word(l, "if"))
        return parse_if(l);
    if (at_word(l, "while"))
        return parse_while(l, WHILE);
    if (at_word(l, "until"))
        return parse_while(l, UNTIL);
    if (at_word(l, "for"))
        return parse_for(l);
    if (at_word(l, "case"))
        return parse_case(l);
    return 0;
}

// --- lists ------------------------------------------------------------------------------------

// A stage of a pipeline.
static struct node *parse_stage(struct lexer *l)
{
    if (stack_is_deep())
        lex_fail(l, "too much is nested");
    if (list_ends(l)) {
        unexpected(l);
        return 0;
    }
    struct node *n = parse_compound(l);
    if (!n)
        return parse_simple(l);
    take_redirects(l, n);
    return n;
}

static struct node *parse_stages(struct lexer *l)
{
    struct node *first = parse_stage(l), *last = first;
    if (l->token != PIPE)
        return first;
    while (l->token == PIPE) {
        lex_next(l);
        skip_newlines(l);
        struct node *stage = parse_stage(l);
        if (l->error)
            return 0;
        last = last->next = stage;
    }
    return new_pair(l, PIPELINE, first, 0);
}

// => the text from there up to the token at hand, without the blanks at its end
static const char *text_from(struct lexer *l, uint start)
{
    uint end = l->start;
    while (end > start && strchr(" \t\n", l->text[end - 1]))
        end--;
    return arena_copy(l->arena, l->text + start, end - start);
}

static struct node *parse_pipeline(struct lexer *l)
{
    uint start = l->start;
    bool negated = at_word(l, "!");
    if (negated)
        lex_next(l);
    struct node *n = parse_stages(l);
    if (l->error)
        return 0;
    if (l->source)
        n->source = text_from(l, start);
    return negated ? new_pair(l, NOT, n, 0) : n;
}

static struct node *parse_and_or(struct lexer *l)
{
    uint start = l->start;
    struct node *n = parse_pipeline(l);
    while (l->token == AND_IF || l->token == OR_IF) {
        enum node_kind kind = l->token == AND_IF ? AND : OR;
        lex_next(l);
        skip_newlines(l);
        n = new_pair(l, kind, n, parse_pipeline(l));
    }
    if (l->token == AMPERSAND) {
        n = new_pair(l, BACKGROUND, n, 0);
        n->source = text_from(l, start);
    }
    return n;
}

// => the sequence with one more at its end
static struct node *append(struct lexer *l, struct node *all, struct node *one)
{
    if (!all)
        return one;
    struct node *last = all;
    while (last->kind == SEQUENCE && last->right->kind == SEQUENCE)
        last = last->right;
    if (last->kind == SEQUENCE)
        last->right = new_pair(l, SEQUENCE, last->right, one);
    else
        all = new_pair(l, SEQUENCE, all, one);
    return all;
}

// One and_or after the other; newlines are between them only within something.
static struct node *parse_sequence(struct lexer *l, bool within)
{
    struct node *all = 0;
    while (!list_ends(l) && (within || l->token != NEWLINE)) {
        all = append(l, all, parse_and_or(l));
        if (l->token == SEMICOLON || l->token == AMPERSAND)
            lex_next(l);
        else if (l->token != NEWLINE && !list_ends(l))
            unexpected(l);
        if (within)
            skip_newlines(l);
    }
    return all;
}

static struct node *parse_list(struct lexer *l)
{
    skip_newlines(l);
    struct node *all = parse_sequence(l, true);
    if (!all)
        unexpected(l);
    return all;
}

struct node *parse_command(struct lexer *l)
{
    lex_next(l);
    struct node *all = parse_sequence(l, false);
    if (l->token != NEWLINE && l->token != END)
        unexpected(l);
    return l->error ? 0 : all;
}

static struct node *parse_to(struct lexer *l, enum token end)
{
    lex_next(l);
    skip_newlines(l);
    struct node *all = parse_sequence(l, true);
    if (l->token != end)
        unexpected(l);
    return l->error ? 0 : all;
}

struct node *parse_within(struct lexer *l)
{
    return parse_to(l, CLOSE);
}

struct node *parse_text_within(struct lexer *l, const char *text, uint line)
{
    struct lexer inner;
    lex_string(&inner, text, line);
    lex_command(&inner, l->arena);
    struct node *all = parse_to(&inner, END);
    if (inner.error)
        lex_fail(l, inner.error);
    return all;
}
