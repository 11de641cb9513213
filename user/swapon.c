// swapon DISK: takes a disk into use as swap space (make qemu SWAP=512M has disk1).
#include "user/kine.h"
#include "user/user.h"

const char usage_text[] = "usage: swapon DISK   takes a disk into use as swap space\n";

int main(int argc, char **argv)
{
    if (argc != 2)
        misused();
    if (swapon(argv[1], 0) == 0)
        return 0;
    fprintf(2, "swapon: %s: %s\n", argv[1],
            errno == EINVAL ? "no swap space: make it by mkfs --swap" : strerror(errno));
    return 1;
}
