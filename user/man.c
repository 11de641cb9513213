// man NAME: what a program does, in its own words.
#include "kernel/types.h"
#include "user/lib/lines.h"
#include "user/user.h"

const char usage_text[] =
    "usage: man NAME   what NAME --help says; `help` tells what the shell does itself\n";

int main(int argc, char **argv)
{
    if (argc != 2)
        misused();
    char *call[] = { argv[1], "--help", 0 };
    execvp(call[0], call);
    return complain_of("man", argv[1]);
}
