// ln OLD NEW: gives a file another name.  ln -s TARGET NEW: makes a symbolic link.
#include "kernel/types.h"
#include "user/kine.h"
#include "user/user.h"

int main(int argc, char **argv)
{
    bool symbolic = argc > 1 && strcmp(argv[1], "-s") == 0;
    char **names = argv + 1 + symbolic;
    if (argc != 3 + symbolic) {
        fprintf(2, "usage: ln [-s] OLD NEW\n");
        return 2;
    }
    if ((symbolic ? symlink : link)(names[0], names[1]) < 0) {
        fprintf(2, "ln: %s to %s: %s\n", names[0], names[1], strerror(errno));
        return 1;
    }
    return 0;
}
