// Who sends signals to whom: kill() and its kin (proc/signal.h).

#include "errno.h"
#include "proc/group.h"
#include "proc/proc_priv.h"
#include "proc/signal_priv.h"

static int post_or_ask(struct proc *p, struct lwp *to, const struct siginfo *info)
{
    return info->si_signo ? signal_post_to(p, to, info) : 0;
}

struct posting {
    const struct siginfo *info;
    int err;
};

// One that was reached makes the whole a success.
static void post_to_one(struct proc *p, void *arg)
{
    struct posting *to_all = arg;
    if (p == init_proc || p == current_proc())
        return;
    int err = post_or_ask(p, NULL, to_all->info);
    to_all->err = to_all->err == 0 ? 0 : err;
}

// => tree_lock held
static int post_to_group(struct group *g, const struct siginfo *info)
{
    int all = -ESRCH;
    if (g)
        list_for_each (l, &g->members) {
            int err = post_or_ask(container_of(l, struct proc, group_link), NULL, info);
            all = all == 0 ? 0 : err;
        }
    return all;
}

static int post_to(int pid, const struct siginfo *info)
{
    struct posting to_all = { info, -ESRCH };
    if (pid > 0) {
        struct proc *p = proc_find(pid);
        return p ? post_or_ask(p, NULL, info) : -ESRCH;
    }
    if (pid != -1)
        return post_to_group(pid ? group_find(-pid) : current_proc()->group, info);
    proc_each(post_to_one, &to_all);
    return to_all.err;
}

static bool is_signal(int sig)
{
    return sig >= 0 && sig <= NSIG;
}

int signal_kill(int pid, const struct siginfo *info)
{
    if (!is_signal(info->si_signo))
        return -EINVAL;
    if (pid == INT32_MIN)
        return -ESRCH;
    spin_lock(&tree_lock);
    int err = post_to(pid, info);
    spin_unlock(&tree_lock);
    return err;
}

int signal_kill_thread(int tgid, int tid, const struct siginfo *info)
{
    if (!is_signal(info->si_signo))
        return -EINVAL;
    spin_lock(&tree_lock);
    struct lwp *l = lwp_find(tid);
    int err = -ESRCH;
    if (l && l->thread && (tgid == 0 || l->proc->pid == tgid))
        err = post_or_ask(l->proc, l, info);
    spin_unlock(&tree_lock);
    return err;
}

int signal_post_group(int pgid, const struct siginfo *info)
{
    spin_lock(&tree_lock);
    int err = post_to_group(group_find(pgid), info);
    spin_unlock(&tree_lock);
    return err;
}

void signal_broken_pipe(void)
{
    struct proc *p = current_proc();
    struct siginfo info = { .si_signo = SIGPIPE, .si_code = SI_USER, .si_pid = p->pid };
    spin_lock(&tree_lock);
    if (!p->classic || signal_handler(p, SIGPIPE) != SIG_DFL)
        signal_post_to(p, current_lwp(), &info);
    spin_unlock(&tree_lock);
}
