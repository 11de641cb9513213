// Taking of signals, and blocking and waiting for them: what the current thread does (proc/signal.h).

#include "errno.h"
#include "lib/panic.h"
#include "proc/group.h"
#include "proc/proc_priv.h"
#include "proc/sighand.h"
#include "proc/signal_priv.h"
#include "task/clock.h"

static uint64 waiting(const struct lwp *l)
{
    return l->signals.pending.set | l->proc->signals.pending.set;
}

// S1, for the current thread.  => tree_lock held
static void refresh(struct lwp *l)
{
    if (waiting(l) & ~l->signals.blocked || l->proc->signals.stop)
        thread_interrupt(l->thread);
    else
        thread_clear_interrupt(l->thread);
}

static int take(struct lwp *l, uint64 wanted, struct siginfo *info)
{
    int sig = pending_take(&l->signals.pending, wanted, info);
    if (!sig)
        sig = pending_take(&l->proc->signals.pending, wanted, info);
    if (sig && info->si_code == SI_TIMER)
        ptimer_taken(l->proc, info);
    return sig;
}

bool signal_force(const struct siginfo *info)
{
    struct lwp *l = current_lwp();
    int sig = info->si_signo;
    spin_lock(&tree_lock);
    bool handled = signal_deed(l->proc, sig) == HANDLE && !(l->signals.blocked & SIGBIT(sig));
    if (handled)
        signal_post_to(l->proc, l, info);
    spin_unlock(&tree_lock);
    return handled;
}

// => tree_lock held: the action of a handler that is to run
static struct sigaction use_action(struct proc *p, int sig)
{
    struct sigaction a = sighand_action(p->sighand, sig);
    if (a.sa_flags & SA_RESETHAND)
        p->sighand->action[sig - 1].sa_handler = SIG_DFL;
    return a;
}

// => tree_lock held
static _Noreturn void die(void)
{
    spin_unlock(&tree_lock);
    proc_end_if_told();
    panic("a thread has been killed and lives");
}

// => tree_lock held: the next signal with a handler, 0 if none is left
static int take_one(struct lwp *l, struct siginfo *info)
{
    struct proc *p = l->proc;
    for (;;) {
        if (thread_killed())
            die();
        if (p->signals.stop) {
            stop_here(l);
            continue;
        }
        int sig = take(l, ~l->signals.blocked, info);
        enum deed deed = sig ? signal_deed(p, sig) : HANDLE;
        if (deed == HANDLE)
            return sig;
        if (deed == STOP && (sig == SIGSTOP || !group_is_orphaned(p->group)))
            stop_begins(p, sig);
        else if (deed == END)
            proc_kill_by(p, sig);
    }
}

int signal_take(struct siginfo *info, struct sigaction *action)
{
    struct lwp *l = current_lwp();
    spin_lock(&tree_lock);
    int sig = take_one(l, info);
    if (sig)
        *action = use_action(l->proc, sig);
    else
        refresh(l);
    spin_unlock(&tree_lock);
    return sig;
}

// => tree_lock held
static uint64 change_blocked(struct lwp *l, uint64 set)
{
    uint64 before = l->signals.blocked;
    l->signals.blocked = set & ~UNBLOCKABLE;
    signal_pass_on(l, l->signals.blocked & ~before);
    refresh(l);
    return before;
}

uint64 signal_block(uint64 set)
{
    spin_lock(&tree_lock);
    uint64 before = change_blocked(current_lwp(), set);
    spin_unlock(&tree_lock);
    return before;
}

void signal_block_for_now(uint64 set)
{
    struct lwp *l = current_lwp();
    l->signals.before = signal_block(set);
    l->signals.put_back = true;
}

void signal_put_back(void)
{
    struct lwp_signals *s = &current_lwp()->signals;
    if (!s->put_back)
        return;
    s->put_back = false;
    signal_block(s->before);
}

uint64 signal_mask_to_return(void)
{
    const struct lwp_signals *s = &current_lwp()->signals;
    return s->put_back ? s->before : s->blocked;
}

void signal_enter(int sig, const struct sigaction *action)
{
    struct lwp_signals *s = &current_lwp()->signals;
    s->put_back = false;
    signal_block(s->blocked | action->sa_mask | (action->sa_flags & SA_NODEFER ? 0 : SIGBIT(sig)));
}

// --- waiting for signals ----------------------------------------------------------------------

static uint64 left_until(uint64 until_ns)
{
    uint64 now = clock_ns();
    uint64 left = until_ns > now ? until_ns - now : 0;
    return left < SLEEP_LONGEST_NS ? left : SLEEP_LONGEST_NS;
}

// => tree_lock held, given back for the time of the sleep: a signal that comes before it stays
//    noted in `interrupted`, and lets nobody sleep
static int sleep_for_signal(struct lwp *l, uint64 set, uint64 until_ns)
{
    l->signals.awaited = set;
    refresh(l);
    spin_unlock(&tree_lock);
    int err = sleep_ns(left_until(until_ns));
    spin_lock(&tree_lock);
    l->signals.awaited = 0;
    refresh(l);
    return err;
}

int signal_wait(uint64 set, uint64 until_ns, struct siginfo *info)
{
    struct lwp *l = current_lwp();
    set &= ~UNBLOCKABLE;
    spin_lock(&tree_lock);
    int sig = take(l, set, info);
    while (sig == 0) {
        int err = -EAGAIN;
        if (left_until(until_ns) > 0)
            err = sleep_for_signal(l, set, until_ns);
        sig = take(l, set, info);
        if (sig == 0 && err == -EINTR && !thread_interrupted())
            continue; // another thread has taken it
        if (sig == 0 && err)
            sig = err;
    }
    refresh(l);
    spin_unlock(&tree_lock);
    return sig;
}

uint64 signal_pending_set(void)
{
    spin_lock(&tree_lock);
    uint64 set = waiting(current_lwp());
    spin_unlock(&tree_lock);
    return set;
}

bool signal_pending(void)
{
    return thread_interrupted();
}
