// System calls on memory.

#include "abi.h"
#include "errno.h"
#include "proc/proc.h"
#include "sys/dispatch.h"
#include "vm/aspace.h"

static struct aspace *mine(void)
{
    return current_proc()->aspace;
}

int64 sys_brk(const uint64 *arg) // the new break; => the break as it is afterwards
{
    return (int64)aspace_brk(mine(), arg[0]);
}

#define PROTS (PROT_READ | PROT_WRITE | PROT_EXEC)

// Those beyond the first three ask for nothing that is not so in any case.
#define MAPS                                                                                       \
    (MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_FIXED_NOREPLACE | MAP_NORESERVE | MAP_STACK)

int64 sys_mmap(const uint64 *arg) // addr, length, prot, flags, fd, offset
{
    uint64 flags = arg[3];
    if (!(flags & MAP_PRIVATE) || !(flags & MAP_ANONYMOUS) || flags & ~(uint64)MAPS ||
        arg[2] & ~(uint64)PROTS)
        return -EINVAL;
    enum placement place = flags & MAP_FIXED_NOREPLACE ? PLACE_EMPTY
                           : flags & MAP_FIXED         ? PLACE_FIXED
                                                       : PLACE_HINT;
    return aspace_mmap(mine(), arg[0], arg[1], (uint32)arg[2], place);
}

int64 sys_munmap(const uint64 *arg) // addr, length
{
    return aspace_munmap(mine(), arg[0], arg[1]);
}

int64 sys_mprotect(const uint64 *arg) // addr, length, prot
{
    if (arg[2] & ~(uint64)PROTS)
        return -EINVAL;
    return aspace_protect(mine(), arg[0], arg[1], (uint32)arg[2]);
}

int64 sys_madvise(const uint64 *arg) // addr, length, advice
{
    switch (arg[2]) {
    case MADV_DONTNEED: return aspace_discard(mine(), arg[0], arg[1]);
    case MADV_POPULATE_READ: return aspace_populate(mine(), arg[0], arg[1], false);
    case MADV_POPULATE_WRITE: return aspace_populate(mine(), arg[0], arg[1], true);
    default: return -EINVAL;
    }
}
