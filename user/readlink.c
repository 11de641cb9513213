// readlink LINK...: where symbolic links lead.
#include "kernel/types.h"
#include "user/kine.h"
#include "user/user.h"

const char usage_text[] = "usage: readlink LINK...   where symbolic links lead\n";

static char target[4096];

int main(int argc, char **argv)
{
    if (argc < 2)
        misused();
    int status = 0;
    for (int i = 1; i < argc; i++) {
        int n = readlink(argv[i], target, sizeof target - 1);
        if (n < 0) {
            fprintf(2, "readlink: %s: %s\n", argv[i], strerror(errno));
            status = 1;
        } else {
            target[n] = '\0';
            printf("%s\n", target);
        }
    }
    return status;
}
