#include "user/lib/search.h"
#include "user/user.h"

void search_start(struct search *s, const char *list, const char *name)
{
    s->list = strchr(name, '/') ? "" : list;
    s->name = name;
}

char *search_next(struct search *s, void *(*alloc)(uint n))
{
    if (!s->list)
        return 0;
    const char *directory = s->list, *end = directory;
    while (*end && *end != ':')
        end++;
    s->list = *end ? end + 1 : 0;
    uint len = (uint)(end - directory);
    char *path = alloc(len + strlen(s->name) + 2);
    if (!path)
        return 0;
    memcpy(path, directory, len);
    if (len > 0 && path[len - 1] != '/')
        path[len++] = '/';
    strcpy(path + len, s->name);
    return path;
}

bool is_file(const char *path)
{
    struct linux_stat st;
    return status_of(path, &st, 0) == 0 && (st.st_mode & S_IFMT) == S_IFREG;
}
