// kill PID...: ends processes.
#include "kernel/types.h"
#include "user/kine.h"
#include "user/user.h"

int main(int argc, char **argv)
{
    if (argc < 2) {
        fprintf(2, "usage: kill PID...\n");
        return 2;
    }
    int status = 0;
    for (int i = 1; i < argc; i++)
        if (argv[i][0] < '0' || argv[i][0] > '9') {
            fprintf(2, "kill: %s: not a process id\n", argv[i]);
            status = 1;
        } else if (kill(atoi(argv[i])) < 0) {
            fprintf(2, "kill: %s: %s\n", argv[i], strerror(errno));
            status = 1;
        }
    return status;
}
