// ln OLD NEW: gives a file another name.
#include "kernel/types.h"
#include "user/kine.h"
#include "user/user.h"

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(2, "usage: ln OLD NEW\n");
        return 2;
    }
    if (link(argv[1], argv[2]) < 0) {
        fprintf(2, "ln: %s: %s\n", argv[2], strerror(errno));
        return 1;
    }
    return 0;
}
