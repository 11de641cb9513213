// mv OLD NEW, mv FILE... DIRECTORY: moves files and directories; a file takes another's place.
#include "kernel/types.h"
#include "kernel/stat.h"
#include "user/kine.h"
#include "user/user.h"

const char usage_text[] =
    "usage: mv OLD NEW, or mv FILE... DIRECTORY   gives files another name or place\n";

#define PATH_MAX 4096

static char path[PATH_MAX];

static int move(const char *old, const char *fresh)
{
    if (rename(old, fresh) == 0)
        return 0;
    fprintf(2, "mv: %s to %s: %s\n", old, fresh, strerror(errno));
    return 1;
}

// The last name of a path, behind which there may be slashes.  => its length
static uint last_name(const char *name, const char **last)
{
    const char *end = name + strlen(name);
    while (end > name && end[-1] == '/')
        end--;
    *last = end;
    while (*last > name && (*last)[-1] != '/')
        --*last;
    return (uint)(end - *last);
}

static int move_into(const char *old, const char *dir)
{
    const char *last;
    uint n = last_name(old, &last), at = strlen(dir);
    if (at + n + 2 > PATH_MAX) {
        fprintf(2, "mv: %s: name too long\n", old);
        return 1;
    }
    memmove(path, dir, (int)at);
    path[at] = '/';
    memmove(path + at + 1, last, (int)n);
    path[at + 1 + n] = '\0';
    return move(old, path);
}

static bool is_directory(const char *name)
{
    struct stat st;
    return stat(name, &st) == 0 && st.type == T_DIR;
}

int main(int argc, char **argv)
{
    const char *to = argv[argc - 1];
    bool into = argc > 2 && is_directory(to);
    int status = 0;
    if (argc < 3 || (argc > 3 && !into))
        misused();
    if (!into)
        return move(argv[1], to);
    for (int i = 1; i < argc - 1; i++)
        status |= move_into(argv[i], to);
    return status;
}
