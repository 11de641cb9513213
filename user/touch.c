// touch FILE...: each file has been changed now; one that does not exist is made.
#include "kernel/types.h"
#include "kernel/fcntl.h"
#include "user/kine.h"
#include "user/user.h"

const char usage_text[] = "usage: touch FILE...   makes files, or sets their time of change\n";

static int touch(const char *name)
{
    if (utimens(name, 0) == 0)
        return 0;
    int fd = errno == ENOENT ? open(name, O_WRONLY | O_CREATE) : -1;
    return fd < 0 ? -1 : close(fd);
}

int main(int argc, char **argv)
{
    if (argc < 2)
        misused();
    int status = 0;
    for (int i = 1; i < argc; i++)
        if (touch(argv[i]) < 0) {
            fprintf(2, "touch: %s: %s\n", argv[i], strerror(errno));
            status = 1;
        }
    return status;
}
