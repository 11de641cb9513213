// System calls on memory.

#include "abi.h"
#include "cache/memory_object.h"
#include "cache/swap.h"
#include "errno.h"
#include "fcntl.h"
#include "mem/frame.h"
#include "proc/file.h"
#include "proc/proc.h"
#include "sys/dispatch.h"
#include "task/thread.h"
#include "vm/aspace.h"
#include "vm/usercopy.h"

static struct aspace *mine(void)
{
    return current_proc()->aspace;
}

int64 sys_brk(const uint64 *arg) // the new break; => the break as it is afterwards
{
    return (int64)aspace_brk(mine(), arg[0]);
}

#define PROTS (PROT_READ | PROT_WRITE | PROT_EXEC)

// Memory of zeros.
static int map_memory(struct area *what, bool shared, uint64 len)
{
    what->offset = 0;
    if (!shared)
        return 0;
    what->object = memory_object_new(len);
    what->live = true;
    what->mapping.shared = what->mapping.stores = true;
    return what->object ? 0 : -ENOMEM;
}

// => 0, -EACCES: may a file that is open in this mode be mapped so?
static int check_mode(const struct area *what, bool shared, uint32 mode)
{
    bool stores = shared && what->prot & PROT_WRITE;
    return mode == O_WRONLY || (stores && mode != O_RDWR) ? -EACCES : 0;
}

// What of a file is to be mapped.  => 0 with what->object counted; -EBADF, -EACCES, -ENODEV,
// -ENOMEM
static int map_file(struct area *what, bool shared, int fd, uint64 len)
{
    struct file_use use = files_use(current_files(), fd);
    struct file *f = use.file;
    if (!f)
        return -EBADF;
    uint32 mode = f->flags & O_ACCMODE;
    int err = check_mode(what, shared, mode);
    if (!err)
        err = file_map(f, what);
    if (!err && !what->object)
        err = map_memory(what, shared, len);
    what->mapping.shared = shared;
    what->mapping.stores = shared && mode == O_RDWR;
    file_use_end(use);
    return err;
}

// => 0; -EINVAL: it is not said whether what is mapped is shared; -EOPNOTSUPP; -ENOMEM: there are
//    no huge pages
static int check_flags(uint64 flags)
{
    uint64 type = flags & MAP_TYPE;
    if (flags & MAP_HUGETLB)
        return -ENOMEM;
    if (type == MAP_SHARED_VALIDATE)
        return flags & ~(uint64)MAP_KNOWN ? -EOPNOTSUPP : 0;
    return type == MAP_PRIVATE || type == MAP_SHARED ? 0 : -EINVAL;
}

// => is it for more memory of the caller's own, or shared memory, than there is RAM and
// swap space?
static bool is_impossible(uint64 flags, bool shared, uint64 prot, uint64 len)
{
    bool takes = shared ? flags & MAP_ANONYMOUS : prot & PROT_WRITE;
    return takes && !(flags & MAP_NORESERVE) && len > (frames_total() + swap_total()) * PGSIZE;
}

// Flags that do not say what is mapped, and where, ask for what is so in any case (MAP_STACK), or
// are unknown and ignored, as Linux does.
int64 sys_mmap(const uint64 *arg) // addr, length, prot, flags, fd, offset
{
    uint64 flags = arg[3];
    bool shared = (flags & MAP_TYPE) != MAP_PRIVATE;
    struct area what = { .prot = arg[2] & PROTS, .offset = arg[5] };
    int err = check_flags(flags);
    if (!err && what.offset % PGSIZE)
        err = -EINVAL;
    if (!err && is_impossible(flags, shared, what.prot, arg[1]))
        err = -ENOMEM;
    if (!err)
        err = flags & MAP_ANONYMOUS ? map_memory(&what, shared, arg[1])
                                    : map_file(&what, shared, (int)arg[4], arg[1]);
    if (err)
        return err;
    enum placement place = flags & MAP_FIXED_NOREPLACE ? PLACE_EMPTY
                           : flags & MAP_FIXED         ? PLACE_FIXED
                                                       : PLACE_HINT;
    int64 at = aspace_mmap(mine(), arg[0], arg[1], &what, place);
    if (what.object)
        object_put(what.object);
    if (at >= 0 && flags & (MAP_POPULATE | MAP_LOCKED))
        aspace_populate(mine(), (uint64)at, arg[1], !shared && what.prot & PROT_WRITE);
    return at;
}

int64 sys_munmap(const uint64 *arg) // addr, length
{
    return aspace_munmap(mine(), arg[0], arg[1]);
}

int64 sys_mremap(const uint64 *arg) // address, old length, new length, flags, new address
{
    return aspace_remap(mine(), &(struct remap){ arg[0], arg[1], arg[2], arg[3], arg[4] });
}

int64 sys_msync(const uint64 *arg) // addr, length, flags
{
    uint64 flags = arg[2];
    if (flags & ~(uint64)(MS_ASYNC | MS_INVALIDATE | MS_SYNC) ||
        (flags & (MS_ASYNC | MS_SYNC)) == (MS_ASYNC | MS_SYNC))
        return -EINVAL;
    return aspace_sync(mine(), arg[0], arg[1], flags & MS_SYNC);
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
    case MADV_NORMAL:
    case MADV_RANDOM:
    case MADV_SEQUENTIAL:
    case MADV_WILLNEED:
    case MADV_HUGEPAGE:
    case MADV_NOHUGEPAGE:
    case MADV_DONTDUMP:
    case MADV_DODUMP:
    case MADV_COLD: return aspace_is_mapped(mine(), arg[0], arg[1]);
    case MADV_FREE: return aspace_free_lazily(mine(), arg[0], arg[1]);
    case MADV_DONTNEED: return aspace_discard(mine(), arg[0], arg[1]);
    case MADV_POPULATE_READ: return aspace_populate(mine(), arg[0], arg[1], false);
    case MADV_POPULATE_WRITE: return aspace_populate(mine(), arg[0], arg[1], true);
    default: return -EINVAL;
    }
}

#define MINCORE_STEP 256 // pages at a time

int64 sys_mincore(const uint64 *arg) // addr, length, a byte for each page
{
    uchar found[MINCORE_STEP];
    uint64 len = arg[1];
    if (arg[0] % PGSIZE)
        return -EINVAL;
    if (aspace_check_range(arg[0], &len))
        return -ENOMEM;
    for (uint64 done = 0, n; done < len / PGSIZE; done += n) {
        n = len / PGSIZE - done < MINCORE_STEP ? len / PGSIZE - done : MINCORE_STEP;
        int err = aspace_resident(mine(), arg[0] + done * PGSIZE, n, found);
        if (!err)
            err = copyout(mine(), arg[2] + done, found, n);
        if (!err)
            err = thread_breathe_at_rest();
        if (err)
            return err;
    }
    return 0;
}
