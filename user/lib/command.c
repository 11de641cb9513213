// Programs by their names (user/lib/lines.h), as the shell finds them.
#include "kernel/syscall.h"
#include "user/lib/lines.h"
#include "user/lib/search.h"
#include "user/user.h"

#define NOT_FOUND  127
#define CANNOT_RUN 126
#define KILLED     128 // and the signal

static const char *path_list(void)
{
    for (char **entry = environ; *entry; entry++)
        if (memcmp(*entry, "PATH=", 5) == 0)
            return *entry + 5;
    return DEFAULT_PATH;
}

char *program_named(const char *name)
{
    struct search s;
    char *path;
    search_start(&s, path_list(), name);
    while ((path = search_next(&s, malloc)) && !is_file(path))
        free(path);
    return path;
}

int run_command(char **argv)
{
    struct siginfo info = { 0 };
    int pid = fork();
    if (pid == 0) {
        execvp(argv[0], argv);
        complain_of(argv[0], "cannot be run");
        exit(errno == ENOENT ? NOT_FOUND : CANNOT_RUN);
    }
    if (pid < 0 || syscall(SYS_waitid, P_PID, pid, &info, WEXITED, 0) < 0)
        return complain_of(argv[0], "fork");
    return info.si_code == CLD_EXITED ? info.si_status : KILLED + info.si_status;
}
