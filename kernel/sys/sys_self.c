// System calls by which a process asks and says what it is: name, limits, rights, personality.

#include "abi.h"
#include "errno.h"
#include "dev/random.h"
#include "lib/string.h"
#include "proc/proc.h"
#include "riscv/hart.h"
#include "sys/dispatch.h"
#include "task/thread.h"
#include "vm/usercopy.h"

static int64 give(uint64 uaddr, const void *what, size_t n)
{
    return copyout(current_proc()->aspace, uaddr, what, n);
}

// --- random bytes -------------------------------------------------------------------------------

#define GRND_KNOWN  7   // NONBLOCK, RANDOM, INSECURE: we never wait, and have one kind
#define RANDOM_STEP 128 // bytes at a time

int64 sys_getrandom(const uint64 *arg) // buf, n, flags
{
    uchar piece[RANDOM_STEP];
    if (arg[2] & ~(uint64)GRND_KNOWN)
        return -EINVAL;
    uint64 n = arg[1] < 0x7fffffff ? arg[1] : 0x7fffffff;
    for (uint64 done = 0, step; done < n; done += step) {
        step = n - done < sizeof piece ? n - done : sizeof piece;
        random_bytes(piece, step);
        if (give(arg[0] + done, piece, step))
            return done ? (int64)done : -EFAULT;
        if (thread_breathe_at_rest())
            return (int64)(done + step);
    }
    return (int64)n;
}

// --- name and personality -----------------------------------------------------------------------

int64 sys_prctl(const uint64 *arg) // option, ...
{
    char name[sizeof current_proc()->name] = "";
    struct proc *p = current_proc();
    int64 len;
    switch (arg[0]) {
    case PR_GET_NAME: return give(arg[1], p->name, sizeof p->name);
    case PR_SET_NAME:
        len = copyinstr(p->aspace, name, arg[1], sizeof name - 1);
        if (len < 0 && len != -ENAMETOOLONG)
            return len;
        proc_set_name(p, name);
        return 0;
    default: return -EINVAL;
    }
}

int64 sys_personality(const uint64 *arg) // persona; 0xffffffff only asks
{
    struct proc *p = current_proc();
    uint32 old = p->personality, persona = (uint32)arg[0];
    if (persona == 0xffffffff)
        return old;
    if (persona & ~(uint32)ADDR_NO_RANDOMIZE)
        return -EINVAL;
    p->personality = persona;
    return old;
}

// --- rights: everybody is the superuser ---------------------------------------------------------

int64 sys_getresid(const uint64 *arg) // real, effective, saved: getresuid, getresgid
{
    static const uint32 root;
    for (int i = 0; i < 3; i++)
        if (give(arg[i], &root, sizeof root))
            return -EFAULT;
    return 0;
}

int64 sys_capget(const uint64 *arg) // header, data
{
    uint32 header[2];
    static const uint32 version = CAPABILITY_VERSION;
    static const uint32 all[6] = { ~0U, ~0U, 0, 0x1ff, 0x1ff, 0 };
    if (copyin(current_proc()->aspace, header, arg[0], sizeof header))
        return -EFAULT;
    if (header[0] != version)
        return give(arg[0], &version, sizeof version) ? -EFAULT : arg[1] ? -EINVAL : 0;
    if (header[1] != 0 && (int)header[1] != current_proc()->pid)
        return -ESRCH;
    return arg[1] && give(arg[1], all, sizeof all) ? -EFAULT : 0;
}

// --- where it runs ------------------------------------------------------------------------------

int64 sys_getcpu(const uint64 *arg) // cpu *, node *
{
    uint32 cpu = (uint32)this_hart()->index, node = 0;
    if ((arg[0] && give(arg[0], &cpu, sizeof cpu)) || (arg[1] && give(arg[1], &node, sizeof node)))
        return -EFAULT;
    return 0;
}

// --- limits -------------------------------------------------------------------------------------

// What holds for everybody, and what a process may set for the programs that it runs: their stack.
static struct rlimit limit_of(const struct proc *p, uint64 resource)
{
    switch (resource) {
    case RLIMIT_STACK: return (struct rlimit){ p->stack_limit, STACK_MOST };
    case RLIMIT_NOFILE: return (struct rlimit){ NOFILE, NOFILE };
    case RLIMIT_NPROC: return (struct rlimit){ NPROC, NPROC };
    case RLIMIT_CORE: return (struct rlimit){ 0, RLIM_INFINITY };
    default: return (struct rlimit){ RLIM_INFINITY, RLIM_INFINITY };
    }
}

static uint64 within(uint64 x, uint64 least, uint64 most)
{
    return x < least ? least : x > most ? most : x;
}

// A limit that is not kept may be set to what holds, and to nothing else.
static int set_limit(struct proc *p, uint64 resource, const struct rlimit *want)
{
    struct rlimit old = limit_of(p, resource);
    if (want->rlim_cur > want->rlim_max)
        return -EINVAL;
    if (resource == RLIMIT_STACK) {
        p->stack_limit = within(want->rlim_cur, STACK_LEAST, STACK_MOST);
        return 0;
    }
    return want->rlim_cur == old.rlim_cur ? 0 : -EPERM;
}

int64 sys_prlimit64(const uint64 *arg) // pid, resource, const rlimit *new, rlimit *old
{
    struct rlimit want, old;
    struct proc *p = current_proc();
    if (arg[1] >= RLIMITS)
        return -EINVAL;
    if (arg[0] != 0 && (int)arg[0] != p->pid)
        return -EPERM;
    old = limit_of(p, arg[1]);
    if (arg[2] && copyin(p->aspace, &want, arg[2], sizeof want))
        return -EFAULT;
    int err = arg[2] ? set_limit(p, arg[1], &want) : 0;
    if (!err && arg[3] && give(arg[3], &old, sizeof old))
        return -EFAULT;
    return err;
}
