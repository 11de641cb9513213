#include "sys/mask.h"
#include "errno.h"
#include "proc/proc.h"
#include "proc/signal.h"
#include "vm/usercopy.h"

#define SIGSET_SIZE 8

int mask_begin(uint64 uaddr, uint64 size)
{
    uint64 mask;
    if (uaddr == 0)
        return 0;
    if (size != SIGSET_SIZE)
        return -EINVAL;
    if (copyin(current_proc()->aspace, &mask, uaddr, sizeof mask))
        return -EFAULT;
    signal_block_for_now(mask);
    return 0;
}

void mask_end(int64 result)
{
    if (result != -EINTR)
        signal_put_back();
}
