#include "kernel/fcntl.h"
#include "user/lib/lines.h"
#include "user/user.h"

int take_flags(int argc, char **argv, const char *known, bool *flags)
{
    int i = 1;
    for (; i < argc && argv[i][0] == '-' && argv[i][1] != '\0'; i++) {
        if (strcmp(argv[i], "--") == 0)
            return i + 1;
        for (const char *p = argv[i] + 1; *p; p++) {
            const char *letter = strchr(known, *p);
            if (!letter)
                return -1;
            flags[letter - known] = true;
        }
    }
    return i;
}

int complain_of(const char *program, const char *what)
{
    fprintf(2, "%s: %s: %s\n", program, what, strerror(errno));
    return 1;
}

int with_file(const char *program, const char *name, int (*work)(int fd, const char *name))
{
    int fd = open(name, O_RDONLY);
    if (fd < 0)
        return complain_of(program, name);
    int status = work(fd, name);
    close(fd);
    return status;
}
