#include "kernel/types.h"
#include "user/kine.h"
#include "user/lib/lib.h"
#include "user/user.h"

// => the process that a word names; -1: everybody but init and the caller; 0: none
static int process_named(const char *word)
{
    if (strcmp(word, "-1") == 0)
        return -1;
    int pid = parse_number(word);
    return pid > 0 ? pid : 0;
}

int kill_command(int argc, char **argv)
{
    if (argc < 2) {
        fprintf(2, "usage: kill PID...   (-1: every process but init and the shell)\n");
        return 2;
    }
    int status = 0;
    for (int i = 1; i < argc; i++) {
        int pid = process_named(argv[i]);
        if (pid != 0 && kill_with(pid, SIGKILL) == 0)
            continue;
        fprintf(2, "kill: %s: %s\n", argv[i], pid ? strerror(errno) : "not a process id");
        status = 1;
    }
    return status;
}
