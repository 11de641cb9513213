#include "user/sh/shell.h"
#include "user/sh/trap.h"
#include "user/user.h"

struct shell shell;

void shell_exit(int status)
{
    shell.status = status;
    traps_run_exit();
    exit(shell.status);
}
