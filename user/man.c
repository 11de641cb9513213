// man NAME: what a program does, in its own words.
#include "kernel/types.h"
#include "user/lib/lines.h"
#include "user/user.h"

static const char text[] =
    "usage: man NAME   what NAME --help says; `help` tells what the shell does itself\n";

int main(int argc, char **argv)
{
    help(argc, argv, text);
    if (argc != 2) {
        fprintf(2, "%s", text);
        return 2;
    }
    char *call[] = { argv[1], "--help", 0 };
    become(call);
    return complain_of("man", argv[1]);
}
