#include "kernel/types.h"
#include "user/user.h"

// Reads a line with its newline, at most max - 1 bytes, byte by byte: what follows is left for
// others who share the descriptor.
char *gets(char *buf, int max)
{
    int n = 0;
    while (n + 1 < max && read(0, &buf[n], 1) == 1) {
        n++;
        if (buf[n - 1] == '\n' || buf[n - 1] == '\r')
            break;
    }
    buf[n] = '\0';
    return buf;
}
