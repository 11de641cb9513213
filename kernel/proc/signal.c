// Signals, as far as they end processes: a fatal signal is remembered in `pending` and ends
// interruptible sleeps; the process dies on its way back to user mode.

#include "abi.h"
#include "errno.h"
#include "lib/bitmap.h"
#include "proc/proc_priv.h"

// Signals that do nothing to a process that has not asked for them; nothing can be stopped.
static bool harmless(int sig)
{
    return sig == SIGCHLD || (sig >= SIGCONT && sig <= SIGURG) || sig == SIGWINCH;
}

int proc_pending(const struct proc *p)
{
    uint64 pending = __atomic_load_n(&p->pending, __ATOMIC_RELAXED);
    return pending ? (int)bit_lowest(pending) + 1 : 0;
}

int proc_post(struct proc *p, int sig)
{
    if (p == init_proc && sig != 0)
        return -EPERM;
    if (sig == 0 || harmless(sig) || p->zombie)
        return 0;
    __atomic_fetch_or(&p->pending, 1UL << (sig - 1), __ATOMIC_RELEASE);
    list_for_each (l, &p->lwps)
        thread_kill(container_of(l, struct lwp, link)->thread);
    return 0;
}

struct posting {
    int sig, err;
};

static void post_to_one(struct proc *p, void *arg)
{
    struct posting *to_all = arg;
    if (p == init_proc || p == current_proc())
        return;
    proc_post(p, to_all->sig);
    to_all->err = 0;
}

// => tree_lock held.  Everybody but init and the caller.
static int post_to_all(int sig)
{
    struct posting to_all = { sig, -ESRCH };
    proc_each(post_to_one, &to_all);
    return to_all.err;
}

int proc_kill(int pid, int sig)
{
    if (sig < 0 || sig > NSIG)
        return -EINVAL;
    spin_lock(&tree_lock);
    struct proc *p = proc_find(pid);
    int err = p ? proc_post(p, sig) : pid == -1 ? post_to_all(sig) : -ESRCH;
    spin_unlock(&tree_lock);
    return err;
}
