// kill PID...: ends processes.
#include "user/lib/lib.h"

int main(int argc, char **argv)
{
    return kill_command(argc, argv);
}
