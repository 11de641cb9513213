// Processes that stand still (proc/signal.h).
//
//      running --SIGSTOP, ... taken--> to stop --the last thread stands still--> stopped
//         ^                               |                                        |
//         +-----------SIGCONT-------------+----------------------------------------+
//
// A thread stops on its way back to user mode, where it holds nothing.  SIGKILL ends that sleep too.

#include "proc/proc_priv.h"
#include "proc/signal_priv.h"
#include "task/waitq.h"

static int stopped_processes; // by tree_lock

// All who stand still wait here: that one goes on is rare, and a wakeup only a hint.
static struct waitq standing = WAITQ_INIT(standing, "stopped");

bool signal_is_stopped(const struct proc *p)
{
    return p->signals.all_stopped;
}

bool signal_stopped_anywhere(void)
{
    return stopped_processes > 0;
}

void stop_begins(struct proc *p, int sig)
{
    p->signals.stop = sig;
    list_for_each (l, &p->lwps)
        thread_interrupt(container_of(l, struct lwp, link)->thread);
}

static void look_whether_all_stand(struct proc *p)
{
    struct proc_signals *s = &p->signals;
    if (!s->stop || s->all_stopped || s->nstopped < p->nlive || p->nlive == 0 || p->ending ||
        proc_is_killed(p))
        return;
    s->all_stopped = true;
    stopped_processes++;
    s->news = CLD_STOPPED;
    s->news_status = s->stop;
    signal_tell_parent(p, SIGCHLD, CLD_STOPPED, s->stop);
}

void stop_here(struct lwp *l)
{
    struct proc *p = l->proc;
    while (p->signals.stop && !thread_killed()) {
        if (!l->signals.stopped) {
            l->signals.stopped = true;
            p->signals.nstopped++;
            look_whether_all_stand(p);
        }
        wait_on_killable(&standing, &tree_lock);
    }
}

void stop_ends(struct proc *p)
{
    struct proc_signals *s = &p->signals;
    if (!s->stop)
        return;
    s->stop = 0;
    s->nstopped = 0;
    list_for_each (l, &p->lwps)
        container_of(l, struct lwp, link)->signals.stopped = false;
    wake_all(&standing);
    s->news = 0;
    if (!s->all_stopped)
        return;
    s->all_stopped = false;
    stopped_processes--;
    if (proc_is_killed(p))
        return;
    s->news = CLD_CONTINUED;
    s->news_status = SIGCONT;
    signal_tell_parent(p, SIGCHLD, CLD_CONTINUED, SIGCONT);
}

void stop_loses(struct lwp *l)
{
    if (l->signals.stopped)
        l->proc->signals.nstopped--;
    l->signals.stopped = false;
    look_whether_all_stand(l->proc);
}
