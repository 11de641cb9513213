#include "user/sh/call.h"
#include "user/sh/builtins.h"
#include "user/sh/output.h"
#include "user/sh/process.h"
#include "user/sh/program.h"
#include "user/sh/redirect.h"
#include "user/sh/run.h"
#include "user/sh/shell.h"
#include "user/sh/vars.h"
#include "user/user.h"

struct called {
    const struct node *node;
    struct args args;
    const struct builtin *builtin;
    struct function *function;
};

// --- words ------------------------------------------------------------------------------------

// Whether the command's own arguments may be assignments, which are not cut into fields.
static bool takes_assignments(const struct args *args)
{
    const struct builtin *b = args->n ? builtin_find(args->v[0]) : 0;
    return b && b->kind == ASSIGNS;
}

static void expand_argument(const struct word *w, struct args *args)
{
    uint len = takes_assignments(args) ? assignment(w) : 0;
    if (len == 0) {
        expand(w, args);
        return;
    }
    const char *value = expand_assigned(w);
    char *text = temp_alloc(len + strlen(value) + 2);
    memcpy(text, w->parts->text, len + 1);
    strcpy(text + len + 1, value);
    args_add(args, text);
}

static char *name_of(const struct word *w)
{
    return temp_copy(w->parts->text, assignment(w));
}

static struct saved_var *save_all(const struct node *n)
{
    struct saved_var *saved = 0;
    for (const struct word *w = n->assignments; w; w = w->next)
        saved = var_save(name_of(w), saved);
    return saved;
}

static void trace_word(struct buffer *line, const char *word)
{
    buffer_put(line, ' ');
    buffer_put_text(line, word);
}

static void trace_end(struct buffer *line)
{
    buffer_put(line, '\n');
    write(2, line->text, (int)line->len);
    buffer_free(line);
}

static void trace(const struct args *args)
{
    struct buffer line = { 0 };
    buffer_put(&line, '+');
    for (int i = 0; i < args->n; i++)
        trace_word(&line, args->v[i]);
    trace_end(&line);
}

static void trace_assignment(const char *name, const char *value)
{
    struct buffer line = { 0 };
    buffer_put(&line, '+');
    trace_word(&line, name);
    buffer_put(&line, '=');
    buffer_put_text(&line, value);
    trace_end(&line);
}

static void assign(const struct word *w, bool exported)
{
    char *name = name_of(w);
    const char *value = expand_assigned(w);
    if (shell.leaving != STAYING)
        return;
    if (shell.traces)
        trace_assignment(name, value);
    if (var_set(name, value) && exported)
        var_export(name);
}

static void assign_all(const struct node *n, bool exported)
{
    for (const struct word *w = n->assignments; w && shell.leaving == STAYING; w = w->next)
        assign(w, exported);
}

// --- calling ----------------------------------------------------------------------------------

static int run_builtin(const struct builtin *b, struct args *args)
{
    int status = b->run(args);
    return out_flush() ? status : FAILED;
}

// A failed redirection of a special builtin ends what runs.
static void call_builtin(const struct called *c)
{
    struct saved_fds saved;
    bool special = c->builtin->kind != ORDINARY;
    struct saved_var *vars = special ? 0 : save_all(c->node);
    bool redirected = redirect(c->node->redirects, &saved);
    if (redirected)
        assign_all(c->node, !special);
    if (redirected && shell.leaving == STAYING) {
        int status = run_builtin(c->builtin, (struct args *)&c->args);
        if (shell.leaving != GIVING_UP)
            shell.status = status;
    } else if (shell.leaving == STAYING) {
        shell.status = MISUSED;
        shell.leaving = special ? GIVING_UP : STAYING;
    }
    if (!special && shell.leaving == GIVING_UP && redirected)
        shell.leaving = STAYING;
    if (c->builtin->kind == REPLACES && redirected)
        redirect_keep(&saved);
    else
        redirect_undo(&saved);
    var_restore(vars);
}

static void call_function(const struct called *c, int how)
{
    struct saved_fds saved;
    struct saved_var *vars = save_all(c->node);
    bool redirected = redirect(c->node->redirects, &saved);
    if (redirected)
        assign_all(c->node, true);
    if (redirected && shell.leaving == STAYING)
        function_call(c->function, c->args.n, c->args.v, how);
    else if (shell.leaving == STAYING)
        shell.status = MISUSED;
    redirect_undo(&saved);
    var_restore(vars);
}

// In the process that becomes the program.
static void become(void *arg)
{
    struct called *c = arg;
    shell.status = MISUSED;
    if (!redirect(c->node->redirects, 0))
        return;
    assign_all(c->node, true);
    if (shell.leaving == STAYING)
        shell.status = become_program(&c->args);
}

// Without words there are redirections, which are made and undone, and assignments.
static void call_nothing(const struct node *n)
{
    struct saved_fds saved;
    int status = shell.substituted ? shell.status : 0;
    bool redirected = redirect(n->redirects, &saved);
    redirect_undo(&saved);
    shell.substituted = false;
    if (redirected)
        assign_all(n, false);
    if (shell.leaving != STAYING)
        return;
    shell.status = !redirected ? MISUSED : shell.substituted ? shell.status : status;
}

static void call_expanded(struct called *c, int how)
{
    const char *name = c->args.v[0];
    c->builtin = builtin_find(name);
    if (!c->builtin || c->builtin->kind == ORDINARY)
        c->function = function_find(name);
    if (c->function)
        call_function(c, how);
    else if (c->builtin)
        call_builtin(c);
    else if (how & LAST)
        become(c);
    else
        run_program(become, c, c->node->source);
}

void call(const struct node *n, int how)
{
    struct mark m = temp_mark();
    struct called c = { .node = n };
    shell.substituted = false;
    for (const struct word *w = n->words; w && shell.leaving == STAYING; w = w->next)
        expand_argument(w, &c.args);
    if (shell.leaving == STAYING && shell.traces && c.args.n > 0)
        trace(&c.args);
    if (shell.leaving == STAYING && c.args.n > 0)
        call_expanded(&c, how);
    else if (shell.leaving == STAYING)
        call_nothing(n);
    temp_release(m);
}

int call_words(struct args *args)
{
    struct node nothing = { .kind = SIMPLE };
    struct called c = { .node = &nothing, .args = *args, .builtin = builtin_find(args->v[0]) };
    if (c.builtin)
        return run_builtin(c.builtin, args);
    run_program(become, &c, 0);
    return shell.status;
}
