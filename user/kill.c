// kill [-SIGNAL] PID...: sends a signal to processes; SIGTERM, if none is named.
#include "user/lib/lib.h"

const char usage_text[] = KILL_USAGE;

int main(int argc, char **argv)
{
    return kill_command(argc, argv);
}
