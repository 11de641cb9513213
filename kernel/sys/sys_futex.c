// System calls on futexes and robust lists (proc/futex.h, proc/robust.h).

#include "abi.h"
#include "errno.h"
#include "proc/futex.h"
#include "proc/proc.h"
#include "proc/robust.h"
#include "sys/dispatch.h"
#include "task/clock.h"
#include "vm/usercopy.h"

#define NS_PER_S 1000000000L
#define LONGEST  (1L << 33) // seconds; more is for ever

static uint64 realtime_ns(void)
{
    uint64 sec;
    uint32 nsec;
    clock_realtime(&sec, &nsec);
    return sec * NS_PER_S + nsec;
}

// Until when to sleep: FUTEX_WAIT is told for how long, FUTEX_WAIT_BITSET the time, of either clock.
static int time_limit(uint64 uva, uint32 op, uint64 *until)
{
    struct timespec ts;
    *until = WAIT_FOREVER;
    if (!uva)
        return 0;
    if (copyin(current_proc()->aspace, &ts, uva, sizeof ts))
        return -EFAULT;
    if (ts.tv_sec < 0 || ts.tv_nsec < 0 || ts.tv_nsec >= NS_PER_S)
        return -EINVAL;
    if (ts.tv_sec >= LONGEST)
        return 0;
    uint64 ns = (uint64)ts.tv_sec * NS_PER_S + (uint64)ts.tv_nsec, now = clock_ns();
    if ((op & FUTEX_CMD_MASK) == FUTEX_WAIT) {
        *until = now + ns;
    } else if (op & FUTEX_CLOCK_REALTIME) {
        uint64 today = realtime_ns();
        *until = ns > today ? now + (ns - today) : 0;
    } else {
        *until = ns;
    }
    return 0;
}

// A wait for a length of time cannot be begun anew: that would be longer.
static int64 wait(struct futex word, const uint64 *arg, uint32 bitset)
{
    uint64 until;
    int err = bitset ? time_limit(arg[3], (uint32)arg[1], &until) : -EINVAL;
    if (!err)
        err = futex_wait(word, (uint32)arg[2], bitset, until);
    if (err == -EINTR && until == WAIT_FOREVER)
        return -ERESTART;
    bool is_a_time = ((uint32)arg[1] & FUTEX_CMD_MASK) == FUTEX_WAIT_BITSET;
    return err == -EINTR && is_a_time ? -ERESTART_NOHAND : err;
}

static int64 requeue(struct futex from, struct futex to, const uint64 *arg, const uint32 *value)
{
    int most = (int)arg[2], most_moved = (int)arg[3];
    if (most < 0 || most_moved < 0)
        return -EINVAL;
    return futex_requeue(from, to, most, most_moved, value);
}

int64 sys_futex(const uint64 *arg) // word, op, value, time limit or value, word, value
{
    uint32 op = (uint32)arg[1], cmd = op & FUTEX_CMD_MASK, value3 = (uint32)arg[5];
    bool shared = !(op & FUTEX_PRIVATE_FLAG);
    struct futex word = { current_proc()->aspace, arg[0], shared };
    struct futex other = { current_proc()->aspace, arg[4], shared };
    if (op & FUTEX_CLOCK_REALTIME && cmd != FUTEX_WAIT && cmd != FUTEX_WAIT_BITSET)
        return -ENOSYS;
    switch (cmd) {
    case FUTEX_WAIT: return wait(word, arg, FUTEX_ANY);
    case FUTEX_WAIT_BITSET: return wait(word, arg, value3);
    case FUTEX_WAKE: return futex_wake(word, (int)arg[2], FUTEX_ANY);
    case FUTEX_WAKE_BITSET: return value3 ? futex_wake(word, (int)arg[2], value3) : -EINVAL;
    case FUTEX_REQUEUE: return requeue(word, other, arg, NULL);
    case FUTEX_CMP_REQUEUE: return requeue(word, other, arg, &value3);
    case FUTEX_WAKE_OP: return futex_wake_op(word, other, (int)arg[2], (int)arg[3], value3);
    default: return -ENOSYS;
    }
}

int64 sys_set_robust_list(const uint64 *arg) // head, its size
{
    if (arg[1] != sizeof(struct robust_head))
        return -EINVAL;
    __atomic_store_n(&current_lwp()->robust_list, arg[0], __ATOMIC_RELAXED);
    return 0;
}

int64 sys_get_robust_list(const uint64 *arg) // thread, where to put the head, and its size
{
    static const uint64 size = sizeof(struct robust_head);
    struct aspace *as = current_proc()->aspace;
    uint64 head;
    int tid = (int)arg[0];
    int err = lwp_robust_list(tid ? tid : current_lwp()->tid, &head);
    if (err)
        return err;
    if (copyout(as, arg[2], &size, sizeof size) || copyout(as, arg[1], &head, sizeof head))
        return -EFAULT;
    return 0;
}
