// zombie: leaves a dead child unwaited for while it sleeps, then leaves it to init.
#include "kernel/types.h"
#include "user/kine.h"
#include "user/user.h"

const char usage_text[] = "usage: zombie   leaves a dead child unwaited for\n";

int main(void)
{
    if (fork() > 0)
        sleep(5);
    return 0;
}
