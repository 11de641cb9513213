#include "proc/robust.h"
#include "abi.h"
#include "errno.h"
#include "proc/futex.h"
#include "proc/proc.h"
#include "task/thread.h"
#include "vm/aspace.h"
#include "vm/usercopy.h"

#define ENTRY_PI 1UL

static void wake_one_at(struct aspace *as, uint64 uva)
{
    futex_wake((struct futex){ .as = as, .uva = uva, .shared = true }, 1, FUTEX_ANY);
}

// The lock's owner is written over, unless it is another one by now.  => what the word was
static int write_over(struct aspace *as, uint64 uva, uint32 tid, uint32 *was)
{
    struct user_span span;
    int err = user_hold(as, uva, sizeof *was, true, &span);
    if (err)
        return err;
    uint32 *word = span.kva;
    *was = __atomic_load_n(word, __ATOMIC_RELAXED);
    while ((*was & FUTEX_TID_MASK) == tid &&
           !__atomic_compare_exchange_n(word, was, (*was & FUTEX_WAITERS) | FUTEX_OWNER_DIED, false,
                                        __ATOMIC_SEQ_CST, __ATOMIC_RELAXED))
        ;
    user_release(&span);
    return 0;
}

// One lock of the list.  A pending one may be free already with nobody woken: it was being given up.
// => 0; an error ends the walk
static int lose_owner(struct aspace *as, uint64 entry, int64 offset, uint32 tid, bool pending)
{
    uint64 uva = (entry & ~ENTRY_PI) + (uint64)offset;
    bool pi = entry & ENTRY_PI;
    uint32 value;
    if (uva % sizeof value != 0)
        return -EINVAL;
    int err = copyin(as, &value, uva, sizeof value);
    if (err)
        return err;
    if ((value & FUTEX_TID_MASK) != tid) {
        if (pending && !pi && value == 0)
            wake_one_at(as, uva);
        return 0;
    }
    err = write_over(as, uva, tid, &value);
    if (!err && !pi && (value & FUTEX_TID_MASK) == tid && value & FUTEX_WAITERS)
        wake_one_at(as, uva);
    return err;
}

static void walk(struct aspace *as, uint64 head_at, uint32 tid)
{
    struct robust_head head;
    if (copyin(as, &head, head_at, sizeof head))
        return;
    uint64 entry = head.first, next;
    for (int n = 0; (entry & ~ENTRY_PI) != head_at && n < ROBUST_MOST; n++, entry = next) {
        // the next one first: whoever is woken may free the lock
        if (copyin(as, &next, entry & ~ENTRY_PI, sizeof next))
            break;
        if (entry != head.pending && lose_owner(as, entry, head.offset, tid, false))
            break;
        thread_breathe();
    }
    if (head.pending)
        lose_owner(as, head.pending, head.offset, tid, true);
}

// => can anybody else see the memory?
static bool is_shared(const struct proc *p)
{
    return __atomic_load_n(&p->nlive, __ATOMIC_RELAXED) > 1 ||
           __atomic_load_n(&p->aspace->refs, __ATOMIC_RELAXED) > 1;
}

void robust_tell(struct lwp *l)
{
    static const uint32 nobody;
    struct proc *p = l->proc;
    if (l->robust_list)
        walk(p->aspace, l->robust_list, (uint32)l->tid);
    if (l->clear_child_tid && is_shared(p) &&
        copyout(p->aspace, l->clear_child_tid, &nobody, sizeof nobody) == 0)
        wake_one_at(p->aspace, l->clear_child_tid);
    l->robust_list = l->clear_child_tid = 0;
}
