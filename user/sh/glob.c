// A pattern is walked part by part between slashes: the names that match one part, in each
// directory that the parts before have led to.
#include "user/sh/glob.h"
#include "kernel/fcntl.h"
#include "user/lib/pattern.h"
#include "user/user.h"

struct walk {
    struct args *found;
    const char *before; // the path so far, with its slash
    const char *part;   // the pattern of the next part,
    const char *rest;   // and what is behind it
};

static void match_from(const char *before, const char *pattern, struct args *found);

bool each_name(const char *directory, void (*each)(const char *name, void *arg), void *arg)
{
    int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return false;
    char entries[1024] __attribute__((aligned(8)));
    struct args names = { 0 };
    int n;
    while ((n = getdents(fd, entries, sizeof entries)) > 0)
        for (int i = 0; i < n;) {
            const struct linux_dirent64 *d = (const void *)(entries + i);
            args_add(&names, temp_copy(d->d_name, strlen(d->d_name)));
            i += d->d_reclen;
        }
    close(fd);
    for (int i = 0; i < names.n; i++)
        if (strcmp(names.v[i], ".") != 0 && strcmp(names.v[i], "..") != 0)
            each(names.v[i], arg);
    return true;
}

static char *joined(const char *a, const char *b, uint len)
{
    uint n = strlen(a);
    char *text = temp_alloc(n + len + 1);
    memcpy(text, a, n);
    memcpy(text + n, b, len);
    return text;
}

static void look_at(const char *name, void *arg)
{
    const struct walk *w = arg;
    bool hidden_asked = w->part[w->part[0] == '\\'] == '.';
    if (*name == '.' && !hidden_asked)
        return;
    if (pattern_matches(w->part, name, strlen(name)))
        match_from(joined(w->before, name, strlen(name)), w->rest, w->found);
}

static bool exists(const char *path)
{
    struct linux_stat st;
    return status_of(path, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

static void match_from(const char *before, const char *pattern, struct args *found)
{
    uint slashes = 0, len;
    while (pattern[slashes] == '/')
        slashes++;
    before = joined(before, pattern, slashes);
    pattern += slashes;
    for (len = 0; pattern[len] && pattern[len] != '/';)
        len++;
    char *part = temp_copy(pattern, len);
    if (stack_is_deep())
        return;
    if (len == 0) {
        if (exists(before))
            args_add(found, (char *)before);
    } else if (pattern_is_active(part)) {
        struct walk w = { found, before, part, pattern + len };
        each_name(*before ? before : ".", look_at, &w);
    } else {
        pattern_plain(part);
        match_from(joined(before, part, strlen(part)), pattern + len, found);
    }
}

void sort_texts(char **v, int n)
{
    for (int gap = n / 2; gap > 0; gap /= 2)
        for (int i = gap; i < n; i++) {
            char *moved = v[i];
            int j = i;
            for (; j >= gap && strcmp(v[j - gap], moved) > 0; j -= gap)
                v[j] = v[j - gap];
            v[j] = moved;
        }
}

int glob(const char *pattern, struct args *args)
{
    int before = args->n;
    match_from("", pattern, args);
    sort_texts(args->v + before, args->n - before);
    return args->n - before;
}
