// reboot: writes everything to the disk and starts the machine again.
#include "kernel/types.h"
#include "user/kine.h"
#include "user/user.h"

const char usage_text[] =
    "usage: reboot   writes everything to the disk and starts the machine anew\n";

int main(void)
{
    sync();
    reboot();
    fprintf(2, "reboot: %s\n", strerror(errno));
    return 1;
}
