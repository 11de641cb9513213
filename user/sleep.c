// sleep TICKS: waits; a tick is a tenth of a second.
#include "kernel/types.h"
#include "user/kine.h"
#include "user/user.h"

const char usage_text[] = "usage: sleep TICKS   waits; a tick is 1/10 s\n";

int main(int argc, char **argv)
{
    int ticks = argc == 2 ? parse_number(argv[1]) : -1;
    if (ticks < 0)
        misused();
    return sleep(ticks) < 0;
}
