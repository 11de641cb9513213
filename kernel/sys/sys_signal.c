// System calls on signals (docs/signals.md).

#include "abi.h"
#include "errno.h"
#include "proc/proc.h"
#include "proc/signal.h"
#include "sys/dispatch.h"
#include "sys/sigframe.h"
#include "sys/user_time.h"
#include "task/clock.h"
#include "vm/aspace.h"
#include "proc/sigpage.h"
#include "vm/usercopy.h"

#define SET_SIZE 8 // bytes of a set of signals, which callers say
#define KNOWN_FLAGS                                                                                \
    (SA_NOCLDSTOP | SA_NOCLDWAIT | SA_SIGINFO | SA_ONSTACK | SA_RESTART | SA_NODEFER | SA_RESETHAND)

static int fetch(void *to, uint64 from, size_t n)
{
    return copyin(current_proc()->aspace, to, from, n) ? -EFAULT : 0;
}

static int put(uint64 to, const void *from, size_t n)
{
    return copyout(current_proc()->aspace, to, from, n) ? -EFAULT : 0;
}

static int put_if_asked(uint64 to, const void *from, size_t n)
{
    return to ? put(to, from, n) : 0;
}

// --- actions and sets -------------------------------------------------------------------------

static bool is_handler(uint64 handler)
{
    return handler != SIG_DFL && handler != SIG_IGN;
}

int64 sys_rt_sigaction(const uint64 *arg) // signal, new *, old *, bytes of a set
{
    struct sigaction fresh, old;
    if (arg[3] != SET_SIZE)
        return -EINVAL;
    int err = arg[1] ? fetch(&fresh, arg[1], sizeof fresh) : 0;
    fresh.sa_flags &= arg[1] ? KNOWN_FLAGS : 0;
    if (!err && arg[1] && is_handler(fresh.sa_handler))
        err = aspace_map_sigpage(current_proc()->aspace);
    if (!err)
        err = signal_set_action((int)arg[0], arg[1] ? &fresh : NULL, &old);
    return err ? err : put_if_asked(arg[2], &old, sizeof old);
}

static int change_mask(uint64 how, uint64 set)
{
    uint64 blocked = current_lwp()->signals.blocked;
    switch (how) {
    case SIG_BLOCK: signal_block(blocked | set); return 0;
    case SIG_UNBLOCK: signal_block(blocked & ~set); return 0;
    case SIG_SETMASK: signal_block(set); return 0;
    default: return -EINVAL;
    }
}

int64 sys_rt_sigprocmask(const uint64 *arg) // how, set *, old *, bytes of a set
{
    uint64 set, old = current_lwp()->signals.blocked;
    if (arg[3] != SET_SIZE)
        return -EINVAL;
    int err = arg[1] ? fetch(&set, arg[1], sizeof set) : 0;
    if (!err && arg[1])
        err = change_mask(arg[0], set);
    return err ? err : put_if_asked(arg[2], &old, sizeof old);
}

int64 sys_rt_sigpending(const uint64 *arg) // set *, bytes of a set
{
    uint64 set = signal_pending_set() & current_lwp()->signals.blocked;
    return arg[1] > SET_SIZE ? -EINVAL : put(arg[0], &set, arg[1]);
}

int64 sys_rt_sigsuspend(const uint64 *arg) // set *, bytes of a set
{
    uint64 set;
    if (arg[1] != SET_SIZE)
        return -EINVAL;
    if (fetch(&set, arg[0], sizeof set))
        return -EFAULT;
    signal_block_for_now(set);
    while (!thread_interrupted())
        sleep_ns(SLEEP_LONGEST_NS);
    return -ERESTART_NOHAND;
}

int64 sys_rt_sigtimedwait(const uint64 *arg) // set *, info *, timeout *, bytes of a set
{
    uint64 set, until = SLEEP_LONGEST_NS;
    struct siginfo info;
    if (arg[3] != SET_SIZE)
        return -EINVAL;
    int err = fetch(&set, arg[0], sizeof set);
    if (!err && arg[2])
        err = user_time_from_now(arg[2], &until);
    if (err)
        return err;
    int sig = signal_wait(set, until, &info);
    if (sig > 0 && put_if_asked(arg[1], &info, sizeof info))
        return -EFAULT;
    return sig;
}

int64 sys_rt_sigreturn(const uint64 *arg)
{
    if (sigframe_pop(current_thread()->tf)) {
        struct siginfo segv = { .si_signo = SIGSEGV, .si_code = SI_KERNEL };
        if (!signal_force(&segv))
            proc_exit(0, SIGSEGV);
    }
    usertrap_anew();
}

int64 sys_sigaltstack(const uint64 *arg) // new *, old *
{
    struct sigaltstack fresh, old = sigframe_stack();
    int err = arg[0] ? fetch(&fresh, arg[0], sizeof fresh) : 0;
    if (!err && arg[0])
        err = sigframe_set_stack(&fresh);
    return err ? err : put_if_asked(arg[1], &old, sizeof old);
}

// --- sending ----------------------------------------------------------------------------------

static struct siginfo from_us(uint64 sig, int code)
{
    return (struct siginfo){ .si_signo = (int)sig, .si_code = code, .si_pid = current_proc()->pid };
}

int64 sys_kill(const uint64 *arg) // pid, signal
{
    struct siginfo info = from_us(arg[1], SI_USER);
    return signal_kill((int)arg[0], &info);
}

int64 sys_tkill(const uint64 *arg) // tid, signal
{
    struct siginfo info = from_us(arg[1], SI_TKILL);
    return (int)arg[0] <= 0 ? -EINVAL : signal_kill_thread(0, (int)arg[0], &info);
}

int64 sys_tgkill(const uint64 *arg) // pid, tid, signal
{
    struct siginfo info = from_us(arg[2], SI_TKILL);
    if ((int)arg[0] <= 0 || (int)arg[1] <= 0)
        return -EINVAL;
    return signal_kill_thread((int)arg[0], (int)arg[1], &info);
}

// What a program says of a signal that it sends, is its own; but to others it does not speak for
// the kernel.
static int fetch_info(uint64 from, uint64 sig, int pid, struct siginfo *info)
{
    if (fetch(info, from, sizeof *info))
        return -EFAULT;
    info->si_signo = (int)sig;
    bool pretends = info->si_code >= 0 || info->si_code == SI_TKILL;
    return pretends && pid != current_proc()->pid ? -EPERM : 0;
}

int64 sys_rt_sigqueueinfo(const uint64 *arg) // pid, signal, info *
{
    struct siginfo info;
    int err = fetch_info(arg[2], arg[1], (int)arg[0], &info);
    if (err)
        return err;
    return (int)arg[0] <= 0 ? -ESRCH : signal_kill((int)arg[0], &info);
}

int64 sys_rt_tgsigqueueinfo(const uint64 *arg) // pid, tid, signal, info *
{
    struct siginfo info;
    if ((int)arg[0] <= 0 || (int)arg[1] <= 0)
        return -EINVAL;
    int err = fetch_info(arg[3], arg[2], (int)arg[0], &info);
    return err ? err : signal_kill_thread((int)arg[0], (int)arg[1], &info);
}
