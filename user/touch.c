// touch FILE...: makes each file that does not exist.
#include "kernel/types.h"
#include "kernel/fcntl.h"
#include "user/kine.h"
#include "user/user.h"

int main(int argc, char **argv)
{
    int status = 0;
    for (int i = 1; i < argc; i++) {
        int fd = open(argv[i], O_WRONLY | O_CREATE);
        if (fd < 0) {
            fprintf(2, "touch: %s: %s\n", argv[i], strerror(errno));
            status = 1;
        } else {
            close(fd);
        }
    }
    return status;
}
