#include "user/kine.h"

int errno;
char **environ;

long syscall_errno(long result)
{
    if (result >= 0 || result < -4095)
        return result;
    errno = (int)-result;
    return -1;
}
