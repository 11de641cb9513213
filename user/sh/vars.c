// Variables hang in a hash table.  An entry stays when it is unset, if it is exported or read-only.
#include "user/sh/vars.h"
#include "user/sh/memory.h"
#include "user/sh/shell.h"
#include "user/sh/text.h"
#include "user/sh/tree.h"
#include "user/user.h"

#define BUCKETS 64

struct var {
    struct var *next;
    char *name;
    char *value; // NULL: it is not set
    bool exported, read_only;
};

struct saved_var {
    struct saved_var *before;
    char *name, *value;
    bool exported;
};

static struct var *table[BUCKETS];
struct params params;
const char *param_zero;

static struct var **bucket_of(const char *name)
{
    uint hash = 0;
    while (*name)
        hash = hash * 31 + (uchar)*name++;
    return &table[hash % BUCKETS];
}

static struct var *find(const char *name)
{
    struct var *v = *bucket_of(name);
    while (v && strcmp(v->name, name) != 0)
        v = v->next;
    return v;
}

static struct var *find_or_make(const char *name)
{
    struct var *v = find(name), **bucket = bucket_of(name);
    if (v)
        return v;
    v = must_alloc(sizeof *v);
    v->name = must_copy(name);
    v->next = *bucket;
    return *bucket = v;
}

const char *var_get(const char *name)
{
    struct var *v = find(name);
    return v ? v->value : 0;
}

static bool may_change(const struct var *v)
{
    if (v && v->read_only)
        give_up("%s: is read-only", v->name);
    return !v || !v->read_only;
}

bool var_set(const char *name, const char *value)
{
    struct var *v = find_or_make(name);
    if (!may_change(v))
        return false;
    char *old = v->value;
    v->value = must_copy(value); // which may be the old one, or a part of it
    free(old);
    return true;
}

void var_set_number(const char *name, int64 value)
{
    char digits[NUMBER_ROOM];
    var_set(name, number_text(value, digits));
}

static void forget(struct var *v)
{
    struct var **at = bucket_of(v->name);
    while (*at != v)
        at = &(*at)->next;
    *at = v->next;
    free(v->name);
    free(v->value);
    free(v);
}

bool var_unset(const char *name)
{
    struct var *v = find(name);
    if (!may_change(v))
        return false;
    if (v)
        forget(v);
    return true;
}

void var_export(const char *name)
{
    find_or_make(name)->exported = true;
}

void var_protect(const char *name)
{
    find_or_make(name)->read_only = true;
}

// => the variable whose name comes next, in their order, behind `last`
static const struct var *after(const struct var *last)
{
    const struct var *best = 0;
    for (uint i = 0; i < BUCKETS; i++)
        for (const struct var *v = table[i]; v; v = v->next)
            if ((!last || strcmp(v->name, last->name) > 0) &&
                (!best || strcmp(v->name, best->name) < 0))
                best = v;
    return best;
}

void var_each(void (*each)(const struct var_view *v))
{
    for (const struct var *v = after(0); v; v = after(v))
        each(&(struct var_view){ v->name, v->value, v->exported, v->read_only });
}

// --- environment ------------------------------------------------------------------------------

static char *entry_of(const struct var *v)
{
    uint n = strlen(v->name);
    char *entry = temp_alloc(n + strlen(v->value) + 2);
    strcpy(entry, v->name);
    entry[n] = '=';
    strcpy(entry + n + 1, v->value);
    return entry;
}

char **var_environment(void)
{
    uint n = 0;
    for (uint i = 0; i < BUCKETS; i++)
        for (const struct var *v = table[i]; v; v = v->next)
            n += v->exported && v->value;
    char **all = temp_alloc((n + 1) * sizeof *all);
    for (uint i = 0; i < BUCKETS; i++)
        for (const struct var *v = table[i]; v; v = v->next)
            if (v->exported && v->value)
                all[--n] = entry_of(v);
    return all;
}

static void import(const char *entry)
{
    uint len = name_length(entry);
    if (len == 0 || entry[len] != '=')
        return;
    char *name = must_copy(entry);
    name[len] = '\0';
    var_set(name, entry + len + 1);
    var_export(name);
    free(name);
}

void vars_start(const char *name)
{
    shell.pid = getpid();
    param_zero = name;
    for (char **entry = environ; entry && *entry; entry++)
        import(*entry);
    var_set("IFS", " \t\n");
    var_set("OPTIND", "1");
}

// --- saving -----------------------------------------------------------------------------------

struct saved_var *var_save(const char *name, struct saved_var *before)
{
    struct var *v = find(name);
    struct saved_var *s = must_alloc(sizeof *s);
    s->before = before;
    s->name = must_copy(name);
    s->value = v && v->value ? must_copy(v->value) : 0;
    s->exported = v && v->exported;
    return s;
}

static void restore(const struct saved_var *s)
{
    struct var *v = find(s->name);
    if (v)
        forget(v);
    if (s->value)
        var_set(s->name, s->value);
    if (s->exported)
        var_export(s->name);
}

void var_restore(struct saved_var *s)
{
    while (s) {
        struct saved_var *before = s->before;
        restore(s);
        free(s->name);
        free(s->value);
        free(s);
        s = before;
    }
}

// --- positional parameters --------------------------------------------------------------------

void params_free(struct params *p)
{
    free(p->owned);
    *p = (struct params){ 0 };
}

void params_set(int n, char **v)
{
    uint size = ((uint)n + 1) * sizeof *v;
    for (int i = 0; i < n; i++)
        size += strlen(v[i]) + 1;
    char **copy = must_alloc(size), *text = (char *)(copy + n + 1);
    for (int i = 0; i < n; i++) {
        copy[i] = strcpy(text, v[i]);
        text += strlen(text) + 1;
    }
    params_free(&params);
    params = (struct params){ .v = copy, .n = n, .owned = copy };
}

void params_shift(int n)
{
    params.v += n;
    params.n -= n;
}
