// swapoff DISK: brings back all that lies in swap space, and ends its use.
#include "user/kine.h"
#include "user/user.h"

const char usage_text[] = "usage: swapoff DISK   takes swap space out of use\n";

int main(int argc, char **argv)
{
    if (argc != 2)
        misused();
    if (swapoff(argv[1]) == 0)
        return 0;
    fprintf(2, "swapoff: %s: %s\n", argv[1],
            errno == EINVAL ? "it is not in use as swap space" : strerror(errno));
    return 1;
}
