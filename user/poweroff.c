// poweroff: writes everything to the disk and switches the machine off.
#include "kernel/types.h"
#include "user/kine.h"
#include "user/user.h"

const char usage_text[] =
    "usage: poweroff   writes everything to the disk and switches the machine off\n";

int main(void)
{
    sync();
    power_off();
    fprintf(2, "poweroff: %s\n", strerror(errno));
    return 1;
}
