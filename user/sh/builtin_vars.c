// Builtins about variables and parameters.
#include "user/sh/builtins.h"
#include "user/sh/memory.h"
#include "user/sh/options.h"
#include "user/sh/output.h"
#include "user/sh/run.h"
#include "user/sh/shell.h"
#include "user/sh/text.h"
#include "user/sh/vars.h"
#include "user/user.h"

// --- export, readonly, local ------------------------------------------------------------------

static const char *list_word;

static void list_one(const struct var_view *v)
{
    bool wanted = *list_word == 'e'   ? v->exported
                  : *list_word == 'r' ? v->read_only
                                      : v->value != 0;
    if (!wanted)
        return;
    out_format("%s%s%s", list_word, *list_word ? " " : "", v->name);
    if (v->value) {
        out_char('=');
        out_quoted(v->value);
    }
    out_char('\n');
}

static int list(const char *word)
{
    list_word = word;
    var_each(list_one);
    return 0;
}

// For each NAME[=VALUE]: `before` the assignment, `after` it.
static int declare(struct args *args, void (*before)(const char *), void (*after)(const char *))
{
    for (int i = 1; i < args->n && shell.leaving == STAYING; i++) {
        const char *word = args->v[i];
        uint len = name_length(word);
        if (len == 0 || (word[len] != '=' && word[len] != '\0')) {
            complain("%s: %s: not a name", args->v[0], word);
            return FAILED;
        }
        char *name = temp_copy(word, len);
        if (before)
            before(name);
        if (word[len] == '=' && !var_set(name, word + len + 1))
            return FAILED;
        if (after)
            after(name);
    }
    return 0;
}

static bool lists(const struct args *args)
{
    return args->n == 1 || (args->n == 2 && strcmp(args->v[1], "-p") == 0);
}

int do_export(struct args *args)
{
    return lists(args) ? list("export") : declare(args, 0, var_export);
}

int do_readonly(struct args *args)
{
    return lists(args) ? list("readonly") : declare(args, 0, var_protect);
}

static void put_aside(const char *name)
{
    shell.locals = var_save(name, shell.locals);
}

int do_local(struct args *args)
{
    if (shell.calls == 0) {
        complain("local: not in a function");
        return FAILED;
    }
    return declare(args, put_aside, 0);
}

int do_unset(struct args *args)
{
    bool functions = args->n > 1 && strcmp(args->v[1], "-f") == 0;
    bool flag = functions || (args->n > 1 && strcmp(args->v[1], "-v") == 0);
    for (int i = 1 + flag; i < args->n; i++)
        if (functions)
            function_unset(args->v[i]);
        else if (!var_unset(args->v[i]))
            return FAILED;
    return 0;
}

// --- parameters -------------------------------------------------------------------------------

int do_set(struct args *args)
{
    int i = 1;
    if (args->n == 1)
        return list("");
    for (; i < args->n && (*args->v[i] == '-' || *args->v[i] == '+'); i++) {
        if (strcmp(args->v[i], "--") == 0) {
            params_set(args->n - i - 1, args->v + i + 1);
            return 0;
        }
        if (!option_take(args->v[i], 0, 0))
            return MISUSED;
    }
    if (i < args->n)
        params_set(args->n - i, args->v + i);
    return 0;
}

int do_shift(struct args *args)
{
    int64 n = 1;
    if (args->n > 2 || (args->n == 2 && (!number_of(args->v[1], &n) || n < 0)))
        return builtin_misused(args);
    if (n > params.n) {
        give_up("shift: there are only %d parameters", params.n);
        return MISUSED;
    }
    params_shift((int)n);
    return 0;
}

// --- getopts ----------------------------------------------------------------------------------

static int letter_at; // within the word of several letters; 0: a new word

static void option_found(const char *name, char letter, const char *value)
{
    char text[2] = { letter, '\0' };
    var_set(name, text);
    if (value)
        var_set("OPTARG", value);
    else
        var_unset("OPTARG");
}

static void option_wrong(const char *name, char letter, bool silent, bool unknown)
{
    char text[2] = { letter, '\0' };
    option_found(name, silent && !unknown ? ':' : '?', silent ? text : 0);
    if (!silent)
        complain(unknown ? "-%s: no such option" : "-%s: needs a value", text);
}

static int options_end(const char *name, int64 index)
{
    var_set_number("OPTIND", index);
    var_set(name, "?");
    letter_at = 0;
    return FAILED;
}

int do_getopts(struct args *args)
{
    int64 index = 1;
    if (args->n < 3)
        return builtin_misused(args);
    const char *letters = args->v[1], *name = args->v[2], *number = var_get("OPTIND");
    char **v = args->n > 3 ? args->v + 3 : params.v;
    int n = args->n > 3 ? args->n - 3 : params.n;
    bool silent = *letters == ':';
    if (!number || !number_of(number, &index) || index < 1)
        index = 1;
    if (index == 1 && letter_at > 0 && (n < 1 || (int)strlen(v[0]) <= letter_at))
        letter_at = 0;
    const char *word = index <= n ? v[index - 1] : "";
    if (letter_at == 0) {
        if (word[0] != '-' || word[1] == '\0')
            return options_end(name, index);
        if (strcmp(word, "--") == 0)
            return options_end(name, index + 1);
        letter_at = 1;
    }
    char letter = word[letter_at++];
    const char *known = letter == ':' ? 0 : strchr(letters, letter), *value = 0;
    bool last = word[letter_at] == '\0', missing = false;
    if (known && known[1] == ':') {
        value = !last ? word + letter_at : index < n ? v[index++] : 0;
        missing = !value;
        last = true;
    }
    if (last) {
        index++;
        letter_at = 0;
    }
    var_set_number("OPTIND", index);
    if (!known || missing)
        option_wrong(name, letter, silent, !known);
    else
        option_found(name, letter, value);
    return 0;
}

// --- read -------------------------------------------------------------------------------------

// A line, in which a byte that a backslash protects is marked by one in `marks`.
static bool read_line(struct buffer *line, struct buffer *marks, bool raw)
{
    char c;
    while (read(0, &c, 1) == 1) {
        bool protected = c == '\\' && !raw;
        if (protected && (read(0, &c, 1) != 1 || c == '\n'))
            continue;
        if (c == '\n' && !protected)
            return true;
        if (c == '\0')
            continue;
        buffer_put(line, c);
        buffer_put(marks, protected ? 'p' : ' ');
    }
    return false;
}

struct cutter {
    const char *text, *marks, *ifs;
    uint at;
};

static bool cuts(const struct cutter *c, uint at)
{
    return c->text[at] && c->marks[at] == ' ' && strchr(c->ifs, c->text[at]);
}

static bool is_blank_cut(const struct cutter *c, uint at)
{
    return cuts(c, at) && strchr(" \t\n", c->text[at]);
}

static void skip_blanks(struct cutter *c)
{
    while (is_blank_cut(c, c->at))
        c->at++;
}

// => the next field; the last one has all the rest, but not the blanks at its end
static char *next_field(struct cutter *c, bool last)
{
    uint from = c->at, end;
    while (c->text[c->at] && !cuts(c, c->at))
        c->at++;
    end = c->at;
    skip_blanks(c);
    if (cuts(c, c->at) && !is_blank_cut(c, c->at))
        c->at++;
    skip_blanks(c);
    if (last && c->text[c->at]) {
        for (end = c->at; c->text[end];)
            end++;
        while (end > from && is_blank_cut(c, end - 1))
            end--;
    }
    return temp_copy(c->text + from, end - from);
}

int do_read(struct args *args)
{
    struct buffer line = { 0 }, marks = { 0 };
    int first = args->n > 1 && strcmp(args->v[1], "-r") == 0 ? 2 : 1;
    const char *ifs = var_get("IFS");
    bool whole = read_line(&line, &marks, first == 2);
    struct cutter c = { line.text ? line.text : "", marks.text, ifs ? ifs : " \t\n", 0 };
    skip_blanks(&c);
    for (int i = first; i < args->n; i++)
        if (!var_set(args->v[i], next_field(&c, i + 1 == args->n)))
            break;
    if (first == args->n)
        var_set("REPLY", c.text);
    buffer_free(&line);
    buffer_free(&marks);
    return whole ? 0 : FAILED;
}
