// ln OLD NEW: gives a file another name.  ln -s TARGET NEW: makes a symbolic link.
#include "kernel/types.h"
#include "user/kine.h"
#include "user/user.h"

const char usage_text[] =
    "usage: ln [-s] OLD NEW   a second name for a file; -s: a symbolic link\n";

int main(int argc, char **argv)
{
    bool symbolic = argc > 1 && strcmp(argv[1], "-s") == 0;
    char **names = argv + 1 + symbolic;
    if (argc != 3 + symbolic)
        misused();
    if ((symbolic ? symlink : link)(names[0], names[1]) < 0) {
        fprintf(2, "ln: %s to %s: %s\n", names[0], names[1], strerror(errno));
        return 1;
    }
    return 0;
}
