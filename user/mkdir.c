// mkdir DIRECTORY...: makes directories.
#include "kernel/types.h"
#include "user/kine.h"
#include "user/user.h"

const char usage_text[] = "usage: mkdir DIRECTORY...   makes directories\n";

int main(int argc, char **argv)
{
    if (argc < 2)
        misused();
    int status = 0;
    for (int i = 1; i < argc; i++)
        if (mkdir(argv[i]) < 0) {
            fprintf(2, "mkdir: %s: %s\n", argv[i], strerror(errno));
            status = 1;
        }
    return status;
}
