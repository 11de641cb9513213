// dirname PATH: a path without its last part.
#include "kernel/types.h"
#include "user/lib/lines.h"
#include "user/user.h"

const char usage_text[] = "usage: dirname PATH   the path without its last part\n";

int main(int argc, char **argv)
{
    if (argc != 2)
        misused();
    char *path = argv[1];
    int end = (int)strlen(path);
    while (end > 1 && path[end - 1] == '/')
        end--;
    while (end > 0 && path[end - 1] != '/')
        end--;
    while (end > 1 && path[end - 1] == '/')
        end--;
    path[end] = '\0';
    printf("%s\n", end ? path : ".");
    return 0;
}
