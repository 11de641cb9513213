// Posting of signals (proc/signal.h).

#include "proc/signal.h"
#include "errno.h"
#include "lib/bitmap.h"
#include "proc/group.h"
#include "proc/proc_priv.h"
#include "proc/sighand.h"
#include "proc/signal_priv.h"

#define HARMLESS (SIGBIT(SIGCHLD) | SIGBIT(SIGCONT) | SIGBIT(SIGURG) | SIGBIT(SIGWINCH))

// --- what a signal does -----------------------------------------------------------------------

uint64 signal_handler(const struct proc *p, int sig)
{
    const struct sighand *sh = p->sighand;
    return sh && sh->given & SIGBIT(sig) ? sh->action[sig - 1].sa_handler : SIG_DFL;
}

// Of the defaults, init feels none but those that do nothing.
enum deed signal_deed(const struct proc *p, int sig)
{
    uint64 handler = signal_handler(p, sig);
    if (handler == SIG_IGN)
        return NOTHING;
    if (handler != SIG_DFL)
        return HANDLE;
    if (SIGBIT(sig) & HARMLESS || p == init_proc)
        return NOTHING;
    return SIGBIT(sig) & STOPPING ? STOP : END;
}

// --- posting ----------------------------------------------------------------------------------

// What may be taken on the way back, or by signal_wait().
static uint64 takes(const struct lwp *l)
{
    return ~l->signals.blocked | l->signals.awaited;
}

// => a thread that can take it: `to`, or any; NULL if all block it
struct lwp *signal_taker(struct proc *p, struct lwp *to, int sig)
{
    if (to)
        return takes(to) & SIGBIT(sig) ? to : NULL;
    list_for_each (at, &p->lwps) {
        struct lwp *l = container_of(at, struct lwp, link);
        if (takes(l) & SIGBIT(sig))
            return l;
    }
    return NULL;
}

void signal_drop(struct proc *p, uint64 set)
{
    pending_drop(&p->signals.pending, set);
    list_for_each (at, &p->lwps)
        pending_drop(&container_of(at, struct lwp, link)->signals.pending, set);
}

// S3; and a stop ends here, whoever takes the signal.
static void stop_or_go_on(struct proc *p, int sig)
{
    if (SIGBIT(sig) & STOPPING)
        signal_drop(p, SIGBIT(SIGCONT));
    if (sig == SIGCONT) {
        signal_drop(p, STOPPING);
        stop_ends(p);
    }
}

void proc_kill_by(struct proc *p, int sig)
{
    if (!p->killed_by)
        __atomic_store_n(&p->killed_by, sig, __ATOMIC_RELEASE);
    list_for_each (l, &p->lwps)
        thread_kill(container_of(l, struct lwp, link)->thread);
}

static void tell(struct proc *p, struct lwp *taker, int sig)
{
    bool ends = signal_deed(p, sig) == END && !(taker->signals.awaited & SIGBIT(sig));
    if (ends && (!taker->signals.stopped || sig == SIGKILL))
        proc_kill_by(p, sig);
    else
        thread_interrupt(taker->thread);
}

int signal_post_to(struct proc *p, struct lwp *to, const struct siginfo *info)
{
    int sig = info->si_signo;
    if (p->zombie || p->ending || proc_is_killed(p))
        return 0;
    enum deed deed = signal_deed(p, sig);
    if (p == init_proc && deed == NOTHING && !(SIGBIT(sig) & HARMLESS) && !signal_handler(p, sig))
        return -EPERM;
    stop_or_go_on(p, sig);
    struct lwp *taker = signal_taker(p, to, sig);
    if (deed == NOTHING && taker && !(taker->signals.awaited & SIGBIT(sig)))
        return 0;
    int err = pending_add(to ? &to->signals.pending : &p->signals.pending, info);
    if (!err && taker)
        tell(p, taker, sig);
    return err;
}

int signal_post_timer(struct proc *p, struct lwp *to, const struct siginfo *info)
{
    struct pending *pending = to ? &to->signals.pending : &p->signals.pending;
    return pending_count_timer(pending, info) ? 0 : signal_post_to(p, to, info);
}

int signal_post(struct proc *p, const struct siginfo *info)
{
    return signal_post_to(p, NULL, info);
}

int signal_post_lwp(struct lwp *l, const struct siginfo *info)
{
    return l->thread ? signal_post_to(l->proc, l, info) : 0;
}

void signal_post_members(struct group *g, const struct siginfo *info)
{
    list_for_each (l, &g->members)
        signal_post_to(container_of(l, struct proc, group_link), NULL, info);
}

// => would the signal be dropped, whoever looks at it?
static bool is_nothing_to(struct proc *p, int sig)
{
    const struct lwp_signals *s = &some_thread(p)->signals;
    return p->lwps.next == p->lwps.prev && !((s->blocked | s->awaited) & SIGBIT(sig)) &&
           signal_deed(p, sig) == NOTHING;
}

void signal_tell_parent(struct proc *child, int sig, int code, int status)
{
    struct proc *parent = child->parent;
    bool ended = code < CLD_STOPPED;
    wake_all(&parent->child_exit);
    if (!sig || is_nothing_to(parent, sig) ||
        (!ended && sighand_action(parent->sighand, sig).sa_flags & SA_NOCLDSTOP))
        return;
    struct siginfo info = {
        .si_signo = sig, .si_code = code, .si_pid = child->pid, .si_status = status
    };
    signal_post_to(parent, NULL, &info);
}

bool signal_reaps_itself(const struct proc *p)
{
    if (!p->sighand)
        return false;
    struct sigaction a = sighand_action(p->sighand, SIGCHLD);
    return a.sa_handler == SIG_IGN || a.sa_flags & SA_NOCLDWAIT;
}

// --- threads that begin and end ---------------------------------------------------------------

// What waits for the process and this thread no longer takes is another's to take.
void signal_pass_on(struct lwp *l, uint64 set)
{
    struct proc *p = l->proc;
    for (set &= p->signals.pending.set; set; set &= set - 1) {
        int sig = (int)bit_lowest(set) + 1;
        struct lwp *taker = signal_taker(p, NULL, sig);
        if (taker && taker != l)
            thread_interrupt(taker->thread);
    }
}

void signal_lwp_begins(struct lwp *l)
{
    if (l->proc->signals.stop || l->proc->signals.pending.set & ~l->signals.blocked)
        thread_interrupt(l->thread);
}

void signal_lwp_ends(struct lwp *l)
{
    pending_drop(&l->signals.pending, ~0UL);
    l->signals.blocked = ~0UL;
    l->signals.awaited = 0;
    if (l->proc->signals.pending.set)
        signal_pass_on(l, ~0UL);
    if (l->proc->signals.stop)
        stop_loses(l);
}

void signal_proc_ends(struct proc *p)
{
    pending_drop(&p->signals.pending, ~0UL);
    stop_ends(p);
}
