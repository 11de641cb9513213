#include "user/sh/complete.h"
#include "kernel/fcntl.h"
#include "user/sh/builtins.h"
#include "user/sh/glob.h"
#include "user/sh/program.h"
#include "user/sh/vars.h"
#include "user/user.h"

struct candidates {
    const char *begin; // of every match; "" before the part of a path that is completed
    const char *path;  // what stands before that part
    struct args *to;
};

static bool begins(const char *text, const char *begin)
{
    while (*begin && *text == *begin)
        text++, begin++;
    return *begin == '\0';
}

static void add(struct args *to, const char *path, const char *name, const char *behind)
{
    struct buffer text = { 0 };
    buffer_put_text(&text, path);
    buffer_put_text(&text, name);
    buffer_put_text(&text, behind);
    for (int i = 0; i < to->n; i++)
        if (strcmp(to->v[i], text.text) == 0) {
            buffer_free(&text);
            return;
        }
    args_add(to, temp_copy(text.text, text.len));
    buffer_free(&text);
}

static void look_at_name(const char *name, void *arg)
{
    const struct candidates *c = arg;
    if (begins(name, c->begin) && (*name != '.' || *c->begin == '.'))
        add(c->to, c->path, name, "");
}

// --- files ------------------------------------------------------------------------------------

static bool is_directory(const char *path)
{
    struct linux_stat st;
    return status_of(path, &st, 0) == 0 && (st.st_mode & S_IFMT) == S_IFDIR;
}

static void mark_directories(struct args *matches)
{
    for (int i = 0; i < matches->n; i++)
        if (is_directory(matches->v[i])) {
            char *path = temp_alloc(strlen(matches->v[i]) + 2);
            strcpy(path, matches->v[i]);
            path[strlen(path)] = '/';
            matches->v[i] = path;
        }
}

static void complete_file(const char *word, struct args *to)
{
    uint slash = strlen(word);
    while (slash > 0 && word[slash - 1] != '/')
        slash--;
    struct candidates c = { word + slash, temp_copy(word, slash), to };
    each_name(slash ? c.path : ".", look_at_name, &c);
    mark_directories(to);
}

// --- commands and variables -------------------------------------------------------------------

static void complete_command(const char *word, struct args *to)
{
    struct candidates c = { word, "", to };
    const struct builtin *b;
    for (uint i = 0; (b = builtin_at(i)); i++)
        look_at_name(b->name, &c);
    each_program(look_at_name, &c);
}

static struct candidates wanted_vars; // var_each() calls without an argument

static void look_at_variable(const struct var_view *v)
{
    if (v->value && begins(v->name, wanted_vars.begin))
        add(wanted_vars.to, wanted_vars.path, v->name, "");
}

static void complete_variable(const char *word, struct args *to)
{
    wanted_vars = (struct candidates){ word + 1, "$", to };
    var_each(look_at_variable);
}

// --- where the word stands --------------------------------------------------------------------

static bool ends_word(char c)
{
    return strchr(" \t|&;()<>=`\"'{", c);
}

// A command is expected at the line's beginning and behind what joins commands.
static bool is_command(const char *line, uint start)
{
    while (start > 0 && (line[start - 1] == ' ' || line[start - 1] == '\t'))
        start--;
    return start == 0 || strchr("|&;(`{", line[start - 1]);
}

void complete_line(const char *line, uint at, struct completion *c)
{
    c->start = at;
    while (c->start > 0 && !ends_word(line[c->start - 1]))
        c->start--;
    char *word = temp_copy(line + c->start, at - c->start);
    if (*word == '$')
        complete_variable(word, &c->matches);
    else if (is_command(line, c->start) && !strchr(word, '/'))
        complete_command(word, &c->matches);
    else
        complete_file(word, &c->matches);
    sort_texts(c->matches.v, c->matches.n);
}
