// sync: returns when all that was written before is on the disk.
#include "kernel/types.h"
#include "user/kine.h"
#include "user/user.h"

int main(void)
{
    if (sync() < 0) {
        fprintf(2, "sync: %s\n", strerror(errno));
        return 1;
    }
    return 0;
}
