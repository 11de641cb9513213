// which NAME...: where programs are.
#include "kernel/types.h"
#include "user/lib/lines.h"
#include "user/user.h"

const char usage_text[] = "usage: which NAME...   where the programs are that are called so\n";

int main(int argc, char **argv)
{
    int status = 0;
    if (argc < 2)
        misused();
    for (int i = 1; i < argc; i++) {
        char *path = program_named(argv[i]);
        if (path)
            printf("%s\n", path);
        else
            status = 1;
        free(path);
    }
    return status;
}
