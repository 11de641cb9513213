// uptime: how long the system has been up, in ticks of a tenth of a second.
#include "kernel/types.h"
#include "user/kine.h"
#include "user/user.h"

const char usage_text[] = "usage: uptime   how long the system has been up, in ticks of 1/10 s\n";

int main(void)
{
    printf("%d\n", uptime());
    return 0;
}
