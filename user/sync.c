// sync: returns when all that was written before is on the disk.
#include "kernel/types.h"
#include "kernel/fcntl.h"
#include "user/kine.h"
#include "user/user.h"

const char usage_text[] = "usage: sync   returns when everything is on the disk\n";

int main(void)
{
    int fd = open("/", O_RDONLY);
    if (fd < 0 || syncfs(fd) < 0) {
        fprintf(2, "sync: %s\n", strerror(errno));
        return 1;
    }
    return 0;
}
