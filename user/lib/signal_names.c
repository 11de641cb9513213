#include "kernel/abi.h"
#include "user/kine.h"
#include "user/user.h"

static const char *const names[] = {
    "EXIT", "HUP",  "INT",  "QUIT", "ILL",    "TRAP",   "ABRT",  "BUS",  "FPE",  "KILL", "USR1",
    "SEGV", "USR2", "PIPE", "ALRM", "TERM",   "STKFLT", "CHLD",  "CONT", "STOP", "TSTP", "TTIN",
    "TTOU", "URG",  "XCPU", "XFSZ", "VTALRM", "PROF",   "WINCH", "IO",   "PWR",  "SYS",
};
#define NAMES ((int)(sizeof names / sizeof names[0]))

int signal_number(const char *name)
{
    int number = parse_number(name);
    if (number >= 0)
        return number <= NSIG ? number : -1;
    if (name[0] == 'S' && name[1] == 'I' && name[2] == 'G')
        name += 3;
    for (int i = 0; i < NAMES; i++)
        if (strcmp(names[i], name) == 0)
            return i;
    return -1;
}

const char *signal_name(int number)
{
    return number >= 0 && number < NAMES ? names[number] : 0;
}
