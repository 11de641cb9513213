#include "user/sh/run.h"
#include "user/sh/call.h"
#include "user/sh/expand.h"
#include "user/sh/parse.h"
#include "user/lib/pattern.h"
#include "user/sh/process.h"
#include "user/sh/redirect.h"
#include "user/sh/shell.h"
#include "user/sh/trap.h"
#include "user/sh/vars.h"
#include "user/user.h"

static struct arena *running; // holds the tree that runs

// --- loops ------------------------------------------------------------------------------------

// After the body of a loop: what `break` and `continue` in it want.  => true: another round
static bool goes_on(void)
{
    if (shell.leaving != BREAKING && shell.leaving != CONTINUING)
        return shell.leaving == STAYING;
    if (--shell.levels > 0)
        return false;
    bool another = shell.leaving == CONTINUING;
    shell.leaving = STAYING;
    return another;
}

static void run_while(const struct node *n, int how)
{
    int status = 0;
    bool wanted = n->kind == WHILE;
    shell.loops++;
    for (;;) {
        run(n->test, TESTED);
        if (shell.leaving != STAYING ? !goes_on() : (shell.status == 0) != wanted)
            break;
        if (shell.leaving == STAYING)
            run(n->left, how);
        status = shell.status;
        if (!goes_on())
            break;
    }
    shell.loops--;
    if (shell.leaving == STAYING)
        shell.status = status;
}

static void run_for(const struct node *n, int how)
{
    struct args args = { 0 };
    struct mark m = temp_mark();
    for (int i = 0; n->all_args && i < params.n; i++)
        args_add(&args, temp_copy(params.v[i], strlen(params.v[i])));
    for (const struct word *w = n->words; w; w = w->next)
        expand(w, &args);
    if (shell.leaving == STAYING)
        shell.status = 0;
    shell.loops++;
    for (int i = 0; i < args.n && shell.leaving == STAYING; i++) {
        if (var_set(n->name, args.v[i]))
            run(n->left, how);
        if (!goes_on())
            break;
    }
    shell.loops--;
    temp_release(m);
}

// --- choices ----------------------------------------------------------------------------------

static bool chosen(const struct clause *c, const char *text)
{
    for (const struct word *w = c->patterns; w && shell.leaving == STAYING; w = w->next)
        if (pattern_matches(expand_pattern(w->parts), text, strlen(text)))
            return shell.leaving == STAYING;
    return false;
}

static void run_case(const struct node *n, int how)
{
    struct mark m = temp_mark();
    const char *text = expand_one(n->words->parts);
    const struct clause *c = n->clauses;
    while (c && !chosen(c, text))
        c = c->next;
    temp_release(m);
    if (shell.leaving != STAYING)
        return;
    if (c && c->body)
        run(c->body, how);
    else
        shell.status = 0;
}

static void run_if(const struct node *n, int how)
{
    run(n->test, TESTED);
    if (shell.leaving != STAYING)
        return;
    const struct node *chosen = shell.status == 0 ? n->left : n->right;
    if (chosen)
        run(chosen, how);
    else
        shell.status = 0;
}

static void run_and_or(const struct node *n, int how)
{
    run(n->left, TESTED);
    if (shell.leaving == STAYING && (shell.status == 0) == (n->kind == AND))
        run(n->right, how);
}

// --- functions --------------------------------------------------------------------------------

struct function {
    struct function *next;
    char *name;
    const struct node *body;
    struct arena *arena;
};
static struct function *functions;

struct function *function_find(const char *name)
{
    struct function *f = functions;
    while (f && strcmp(f->name, name) != 0)
        f = f->next;
    return f;
}

bool function_unset(const char *name)
{
    for (struct function **at = &functions, *f; (f = *at); at = &f->next)
        if (strcmp(f->name, name) == 0) {
            *at = f->next;
            arena_put(f->arena);
            free(f->name);
            free(f);
            return true;
        }
    return false;
}

static void define(const struct node *n)
{
    struct function *f = must_alloc(sizeof *f);
    function_unset(n->name);
    *f = (struct function){ functions, must_copy(n->name), n->left, arena_get(running) };
    functions = f;
    shell.status = 0;
}

// Its tree is held: the function may define itself anew.
void function_call(struct function *f, int argc, char **argv, int how)
{
    struct params before = params;
    struct arena *arena = running;
    struct saved_var *locals = shell.locals;
    int loops = shell.loops;
    running = arena_get(f->arena);
    params = (struct params){ .v = argv + 1, .n = argc - 1 };
    shell.locals = 0;
    shell.loops = 0;
    shell.calls++;
    run(f->body, how & TESTED);
    if (shell.leaving == RETURNING)
        shell.leaving = STAYING;
    shell.calls--;
    shell.loops = loops;
    var_restore(shell.locals);
    shell.locals = locals;
    params_free(&params);
    params = before;
    arena_put(running);
    running = arena;
}

// --- the tree ---------------------------------------------------------------------------------

static void check_status(int how)
{
    if (shell.status != 0 && shell.error_exits && !(how & TESTED) && shell.leaving == STAYING)
        shell_exit(shell.status);
}

// => how a part of it is run: with a redirection to be undone, it is not the last thing
static void run_compound(const struct node *n, int how)
{
    switch (n->kind) {
    case GROUP: run(n->left, how); break;
    case IF: run_if(n, how); break;
    case WHILE:
    case UNTIL: run_while(n, how & ~LAST); break;
    case FOR: run_for(n, how & ~LAST); break;
    case CASE: run_case(n, how); break;
    default: break;
    }
}

static void run_redirected(const struct node *n, int how)
{
    struct saved_fds saved;
    struct mark m = temp_mark();
    if (redirect(n->redirects, &saved))
        run_compound(n, how & ~LAST);
    else if (shell.leaving == STAYING)
        shell.status = MISUSED;
    redirect_undo(&saved);
    temp_release(m);
}

static void run_node(const struct node *n, int how)
{
    switch (n->kind) {
    case SIMPLE: call(n, how); break;
    case PIPELINE: run_pipeline(n); break;
    case SUBSHELL: run_subshell(n, how); break;
    case NOT:
        run(n->left, TESTED);
        shell.status = !shell.status;
        return;
    case AND:
    case OR: run_and_or(n, how); return;
    case BACKGROUND: run_background(n); return;
    case FUNCTION: define(n); return;
    default:
        if (n->redirects)
            run_redirected(n, how);
        else
            run_compound(n, how);
        return;
    }
    check_status(how);
}

void run(const struct node *n, int how)
{
    if (stack_is_deep()) {
        give_up("too much is nested");
        return;
    }
    while (n->kind == SEQUENCE && shell.leaving == STAYING) {
        run(n->left, how & ~LAST);
        n = n->right;
    }
    if (shell.leaving != STAYING)
        return;
    shell.line = n->line;
    run_node(n, how);
    traps_run();
}

// --- texts ------------------------------------------------------------------------------------

static void tell_syntax(struct lexer *l)
{
    if (shell.leaving == GIVING_UP) // the one who types has
        return;
    shell.line = l->error_line;
    give_up("syntax error: %s", l->error);
}

void run_lexer(struct lexer *l)
{
    bool more = true;
    while (more && shell.leaving == STAYING) {
        struct arena *before = running;
        struct arena *arena = running = arena_new();
        lex_command(l, arena);
        const struct node *n = parse_command(l);
        more = l->token != END;
        if (l->error)
            tell_syntax(l);
        else if (n)
            run(n, 0);
        running = before;
        arena_put(arena);
    }
    lex_end(l);
}

void run_text(const char *text, uint line)
{
    struct lexer l;
    lex_string(&l, text, line);
    run_lexer(&l);
}
