// What only kine has: the audit, the accounts, and windows for the tests (kernel/abi.h).

#include "abi.h"
#include "cache/swap.h"
#include "errno.h"
#include "mem/audit.h"
#include "mem/frame.h"
#include "proc/proc.h"
#include "riscv/hart.h"
#include "riscv/intr.h"
#include "riscv/longest.h"
#include "sys/dispatch.h"
#include "sys/user_count.h"
#include "task/rest.h"
#include "task/sched.h"
#include "task/thread.h"
#include "vm/aspace.h"
#include "vm/fault.h"
#include "vm/usercopy.h"

static int64 give(uint64 user, const void *from, size_t n)
{
    return copyout(current_proc()->aspace, user, from, n) ? -EFAULT : 0;
}

int64 sys_kine_audit(const uint64 *arg)
{
    struct kine_audit result;
    int err = rest_begin();
    if (err)
        return err;
    audit_run(&result, true);
    rest_end();
    return give(arg[0], &result, sizeof result);
}

int64 sys_kine_meminfo(const uint64 *arg)
{
    struct kine_meminfo m = {
        .ram = frames_total(),
        .free = frames_free(),
        .user = frames_in_use(FRAME_USER) + frames_in_use(FRAME_IMAGE),
        .tables = frames_in_use(FRAME_TABLE) + frames_in_use(FRAME_ROOT),
        .cache = frames_in_use(FRAME_CACHE),
        .slab = frames_in_use(FRAME_SLAB),
        .stacks = frames_in_use(FRAME_STACK),
        .other = frames_in_use(FRAME_OTHER),
        .swap = swap_total(),
        .swap_free = swap_free(),
        .cow_copies = fault_counts.cow_copies,
        .cow_reuses = fault_counts.cow_reuses,
        .zero_fills = fault_counts.zero_fills,
        .page_faults = fault_counts.faults,
        .slept = sched_slept(),
    };
    m.kernel = m.ram - m.free - m.user - m.tables - m.cache - m.slab - m.stacks - m.other;
    return give(arg[0], &m, sizeof m);
}

int64 sys_kine_procs(const uint64 *arg) // struct kine_proc *, max
{
    struct kine_proc p = { 0 };
    size_t most, n = 0;
    int64 err = user_count(arg[1], NPROC, &most);
    for (; !err && n < most && proc_describe(p.pid, &p); n++)
        err = give(arg[0] + n * sizeof p, &p, sizeof p);
    return err ? err : (int64)n;
}

int64 sys_kine_area(const uint64 *arg) // pid, struct kine_area *
{
    struct kine_area at;
    int err = copyin(current_proc()->aspace, &at, arg[1], sizeof at);
    if (err)
        return err;
    struct aspace *as = proc_aspace((int)arg[0]);
    if (!as)
        return -ESRCH;
    bool found = aspace_describe(as, at.end, &at);
    aspace_put(as);
    err = found ? give(arg[1], &at, sizeof at) : 0;
    return err ? err : found;
}

int64 sys_kine_inject(const uint64 *arg) // kind, n
{
    struct thread *t = current_thread();
    size_t n;
    if (user_count(arg[1], SIZE_MAX, &n) ||
        (arg[0] != KINE_FAIL_KALLOC && arg[0] != KINE_FAIL_FAULT))
        return -EINVAL;
    (arg[0] == KINE_FAIL_FAULT ? &t->in_fault : &t->in_call)->countdown = (long)n;
    return 0;
}

int64 sys_kine_pte(const uint64 *arg) // address, struct kine_pte *
{
    struct kine_pte out;
    aspace_entry(current_proc()->aspace, arg[0], &out);
    return give(arg[1], &out, sizeof out);
}

#ifdef DEBUG
// => how many there are of a kind; -EFAULT
static int64 give_longest(int kind, uint64 user, size_t room)
{
    struct kine_longest one;
    int64 n = 0;
    for (; (size_t)n < room && longest_read(kind, (int)n, &one); n++)
        if (give(user + (uint64)n * sizeof one, &one, sizeof one))
            return -EFAULT;
    return n;
}

static int64 longest(uint64 what, uint64 user, size_t room)
{
    int64 n = 0, more = 0;
    if (what == KINE_LONGEST_RESET) {
        longest_reset();
        return 0;
    }
    if (what != KINE_LONGEST_READ)
        return -EINVAL;
    for (int kind = 1; kind <= KINE_LONGEST_KINDS && more >= 0; kind++, n += more)
        more = give_longest(kind, user + (uint64)n * sizeof(struct kine_longest), room - (size_t)n);
    return more < 0 ? more : n;
}
#else
static int64 longest(uint64 what, uint64 user, size_t room)
{
    return -ENOSYS;
}
#endif

int64 sys_kine_longest(const uint64 *arg) // what, struct kine_longest *, max
{
    size_t room;
    int err = user_count(arg[2], SIZE_MAX, &room);
    return err ? err : longest(arg[0], arg[1], room);
}
