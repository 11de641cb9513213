// What a process does about signals: setting it, and over fork and exec (proc/signal.h).

#include "errno.h"
#include "proc/proc_priv.h"
#include "proc/sighand.h"
#include "proc/signal_priv.h"

// What is ignored from here on does not wait either.
static void set_action(struct proc *p, int sig, const struct sigaction *action)
{
    struct sigaction a = *action;
    a.sa_mask &= ~UNBLOCKABLE;
    sighand_set(p->sighand, sig, &a);
    if (signal_deed(p, sig) == NOTHING)
        signal_drop(p, SIGBIT(sig));
}

// Of two threads that are the first to set an action, one is faster.
bool signal_need_actions(struct proc *p)
{
    if (p->sighand)
        return true;
    struct sighand *fresh = sighand_new();
    if (!fresh)
        return false;
    spin_lock(&tree_lock);
    struct sighand *spare = p->sighand ? fresh : NULL;
    if (!spare)
        p->sighand = fresh;
    spin_unlock(&tree_lock);
    if (spare)
        sighand_put(spare);
    return true;
}

int signal_set_action(int sig, const struct sigaction *action, struct sigaction *old)
{
    struct proc *p = current_proc();
    if (sig < 1 || sig > NSIG || (action && SIGBIT(sig) & UNBLOCKABLE))
        return -EINVAL;
    if (action && !signal_need_actions(p))
        return -ENOMEM;
    spin_lock(&tree_lock);
    *old = sighand_action(p->sighand, sig);
    if (action)
        set_action(p, sig, action);
    spin_unlock(&tree_lock);
    return 0;
}

// --- fork and exec ----------------------------------------------------------------------------

void signal_inherit(struct lwp *child, bool other_stack)
{
    const struct lwp_signals *s = &current_lwp()->signals;
    child->signals.blocked = s->blocked;
    if (!other_stack)
        child->signals.stack = s->stack;
}

void signal_move(struct lwp *to, struct lwp *from)
{
    to->signals.blocked = from->signals.blocked;
    to->signals.put_back = false;
    to->signals.stack = from->signals.stack;
    pending_move(&to->signals.pending, &from->signals.pending);
}

int signal_own_actions(void)
{
    struct proc *p = current_proc();
    struct sighand *old = p->sighand, *own;
    if (!old || __atomic_load_n(&old->refs, __ATOMIC_ACQUIRE) == 1)
        return 0;
    if ((own = sighand_copy(old)) == NULL)
        return -ENOMEM;
    spin_lock(&tree_lock);
    p->sighand = own;
    spin_unlock(&tree_lock);
    sighand_put(old);
    return 0;
}

void signal_drop_actions(struct proc *p)
{
    if (!p->sighand) // nobody is left who would set one
        return;
    spin_lock(&tree_lock);
    struct sighand *sh = p->sighand;
    p->sighand = NULL;
    spin_unlock(&tree_lock);
    sighand_put(sh);
}

void signal_exec(void)
{
    struct proc *p = current_proc();
    current_lwp()->signals.stack = (struct sigaltstack){ 0 };
    spin_lock(&tree_lock);
    p->did_exec = true;
    if (p->sighand)
        sighand_forget_handlers(p->sighand);
    alarms_end_timers(p);
    spin_unlock(&tree_lock);
}
