// clear: clears the terminal's screen.
#include "kernel/types.h"
#include "user/lib/lines.h"
#include "user/user.h"

int main(int argc, char **argv)
{
    help(argc, argv, "usage: clear   clears the screen\n");
    return write(1, "\033[H\033[J", 6) != 6;
}
