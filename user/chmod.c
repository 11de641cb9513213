// chmod MODE FILE...: sets the permission bits, given in octal.
#include "kernel/types.h"
#include "user/kine.h"
#include "user/user.h"

const char usage_text[] = "usage: chmod OCTAL-MODE FILE...   sets the permission bits\n";

// => the mode, -1 if the text is none
static int parse_mode(const char *text)
{
    int mode = 0;
    if (*text == '\0')
        return -1;
    for (; *text; text++) {
        if (*text < '0' || *text > '7')
            return -1;
        mode = mode * 8 + (*text - '0');
        if (mode > 07777)
            return -1;
    }
    return mode;
}

int main(int argc, char **argv)
{
    int status = 0, mode = argc > 2 ? parse_mode(argv[1]) : -1;
    if (mode < 0)
        misused();
    for (int i = 2; i < argc; i++)
        if (chmod(argv[i], (uint)mode) < 0) {
            fprintf(2, "chmod: %s: %s\n", argv[i], strerror(errno));
            status = 1;
        }
    return status;
}
