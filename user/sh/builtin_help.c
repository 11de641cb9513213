// What commands do, in a line each.  A program's line is the first of what it answers to --help; it is
// looked for in the program's file, where it stands behind "usage: NAME ", since a program that does not
// know --help would do what it does.
#include "kernel/fcntl.h"
#include "user/sh/builtins.h"
#include "user/sh/glob.h"
#include "user/sh/memory.h"
#include "user/sh/output.h"
#include "user/sh/program.h"
#include "user/sh/redirect.h"
#include "user/sh/shell.h"
#include "user/user.h"

struct search {
    const char *wanted; // "usage: NAME"
    uint matched;       // bytes of it, the last ones that have been seen
    struct buffer line; // what follows
};

// => false: the line is complete
static bool take(struct search *s, char c)
{
    if (!s->wanted[s->matched] && (s->line.len > 0 || c == ' ' || c == '\n')) {
        if (c == '\n' || c == '\0')
            return false;
        buffer_put(&s->line, c);
    } else if (c == s->wanted[s->matched]) {
        s->matched++;
    } else {
        s->matched = c == s->wanted[0]; // no other piece of "usage: " begins like it
    }
    return true;
}

static void search_file(struct search *s, int fd)
{
    char buf[512];
    int n;
    if ((n = read_on(fd, buf, sizeof buf)) < 4 || memcmp(buf, "\177ELF", 4) != 0)
        return;
    do
        for (int i = 0; i < n; i++)
            if (!take(s, buf[i]))
                return;
    while ((n = read_on(fd, buf, sizeof buf)) > 0);
}

// => whether it says what it does
static bool tell_program(const char *path, const char *name)
{
    static const char begin[] = "usage: ";
    struct search s = { 0 };
    struct mark m = temp_mark();
    char *wanted = temp_alloc(sizeof begin + strlen(name));
    strcpy(wanted, begin);
    strcpy(wanted + sizeof begin - 1, name);
    s.wanted = wanted;
    int fd = open(path, O_RDONLY);
    if (fd >= 0)
        search_file(&s, fd);
    close(fd);
    if (s.line.len > 0)
        out_format("%s%s\n", name, s.line.text);
    bool told = s.line.len > 0;
    buffer_free(&s.line);
    temp_release(m);
    return told;
}

static void gather(const char *name, void *names)
{
    args_add(names, temp_copy(name, strlen(name)));
}

// A name may be there twice, in different directories: the first one is called.
static void tell_programs(void)
{
    struct args names = { 0 };
    each_program(gather, &names);
    sort_texts(names.v, names.n);
    for (int i = 0; i < names.n; i++) {
        bool again = i > 0 && strcmp(names.v[i], names.v[i - 1]) == 0;
        char *path = again ? 0 : program_path(names.v[i]);
        if (path)
            tell_program(path, names.v[i]);
    }
}

static void tell_all(void)
{
    const struct builtin *b;
    for (uint i = 0; (b = builtin_at(i)); i++)
        out_format("%s\n", b->usage);
    out_text("\nPrograms; NAME --help tells more:\n");
    tell_programs();
}

static bool tell(const char *name)
{
    const struct builtin *b = builtin_find(name);
    char *path = program_path(name);
    if (b)
        out_format("%s\n", b->usage);
    return (path && tell_program(path, name)) || b;
}

int do_help(struct args *args)
{
    int status = 0;
    if (args->n == 1)
        tell_all();
    for (int i = 1; i < args->n; i++)
        if (!tell(args->v[i])) {
            complain("help: %s: nothing is known of it", args->v[i]);
            status = FAILED;
        }
    return status;
}
