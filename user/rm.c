// rm FILE...: removes names: files, devices, and directories that are empty.
#include "kernel/types.h"
#include "user/kine.h"
#include "user/user.h"

const char usage_text[] = "usage: rm FILE...   removes names of files, and empty directories\n";

int main(int argc, char **argv)
{
    if (argc < 2)
        misused();
    int status = 0;
    for (int i = 1; i < argc; i++)
        if (unlink(argv[i]) < 0) {
            fprintf(2, "rm: %s: %s\n", argv[i], strerror(errno));
            status = 1;
        }
    return status;
}
