// uptime: how long the system has been up, in ticks of a tenth of a second.
#include "kernel/types.h"
#include "user/user.h"

int main(void)
{
    printf("%d\n", uptime());
    return 0;
}
