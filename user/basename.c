// basename PATH [ENDING]: the last part of a path.
#include "kernel/types.h"
#include "user/lib/lines.h"
#include "user/user.h"

const char usage_text[] =
    "usage: basename PATH [ENDING]   the last part of a path, without the ending\n";

int main(int argc, char **argv)
{
    if (argc < 2 || argc > 3)
        misused();
    char *path = argv[1];
    int end = (int)strlen(path);
    while (end > 1 && path[end - 1] == '/')
        end--;
    int start = end;
    while (start > 0 && path[start - 1] != '/')
        start--;
    if (start == end && end == 1) // the root
        start = 0;
    int cut = argc == 3 ? (int)strlen(argv[2]) : 0;
    if (cut < end - start && cut > 0 && memcmp(path + end - cut, argv[2], (uint)cut) == 0)
        end -= cut;
    path[end] = '\0';
    printf("%s\n", path + start);
    return 0;
}
