// Waiting for children (proc/wait.h).
//
// A zombie that somebody looks at is `taken`: it stays in its parent's list, where other threads
// that wait see that there is one, but it is not theirs.

#include "proc/wait.h"
#include "abi.h"
#include "errno.h"
#include "proc/group.h"
#include "proc/proc_priv.h"
#include "riscv/csr.h"

static bool is_named(const struct wait_for *what, const struct proc *child)
{
    if (what->type == P_PID)
        return child->pid == what->id;
    if (what->type == P_PGID)
        return child->group->pgid == (what->id ? what->id : current_proc()->group->pgid);
    return true;
}

// Is the child one of those that are waited for?  One that tells of its end by another signal than
// SIGCHLD, or by none, is a clone.
static bool is_meant(const struct wait_for *what, const struct proc *child)
{
    if (!is_named(what, child))
        return false;
    if (what->options & __WNOTHREAD && child->maker != current_lwp())
        return false;
    bool clone = child->exit_notice != SIGCHLD;
    return what->options & __WALL || clone == !!(what->options & __WCLONE);
}

static bool has_news(const struct wait_for *what, const struct proc *child)
{
    if (child->zombie)
        return what->options & WEXITED && !child->taken;
    int code = child->signals.news;
    return (code == CLD_STOPPED && what->options & WSTOPPED) ||
           (code == CLD_CONTINUED && what->options & WCONTINUED);
}

// => tree_lock held.  A child with news; *any tells whether a child is meant at all.
static struct proc *find(struct proc *p, const struct wait_for *what, bool *any)
{
    bool zombies_only = !(what->options & (WSTOPPED | WCONTINUED));
    *any = false;
    list_for_each (l, &p->children) {
        struct proc *child = container_of(l, struct proc, sibling);
        if (*any && !child->zombie && zombies_only)
            return NULL; // zombies stand first
        if (!is_meant(what, child))
            continue;
        *any = true;
        if (has_news(what, child))
            return child;
    }
    return NULL;
}

// => tree_lock held
static void take_news(struct proc *child, const struct wait_for *what, struct wait_news *news)
{
    news->pid = child->pid;
    if (child->zombie) {
        child->taken = true;
        news->zombie = child;
        news->code = child->exit_signal ? CLD_KILLED : CLD_EXITED;
        news->status = child->exit_signal ? child->exit_signal : child->exit_status;
        return;
    }
    news->code = child->signals.news;
    news->status = child->signals.news_status;
    if (!(what->options & WNOWAIT))
        child->signals.news = 0;
}

// The zombie's threads leave the harts they died on: so that whoever has waited for a process finds
// all that it held given back.
static void await_threads(const struct proc *zombie)
{
    while (__atomic_load_n(&zombie->end.left, __ATOMIC_ACQUIRE))
        cpu_relax();
}

static struct cpu_time spent(const struct proc *zombie)
{
    return (struct cpu_time){ zombie->children_spent.user + zombie->end.spent.user,
                              zombie->children_spent.kernel + zombie->end.spent.kernel };
}

int proc_wait(const struct wait_for *what, struct wait_news *news)
{
    struct proc *p = current_proc(), *child;
    bool any;
    int err = 0;
    *news = (struct wait_news){ 0 };
    spin_lock(&tree_lock);
    while ((child = find(p, what, &any)) == NULL && any && !(what->options & WNOHANG) && !err)
        err = wait_on_interruptible(&p->child_exit, &tree_lock);
    if (child)
        take_news(child, what, news);
    spin_unlock(&tree_lock);
    if (news->zombie) {
        await_threads(child);
        news->spent = spent(child);
    }
    return child ? 0 : any ? err : -ECHILD;
}

void proc_unwait(struct proc *zombie)
{
    spin_lock(&tree_lock);
    zombie->taken = false;
    wake_waiting(&current_proc()->child_exit);
    spin_unlock(&tree_lock);
}

void proc_reap(struct proc *zombie)
{
    struct proc *p = current_proc();
    struct cpu_time its = spent(zombie);
    spin_lock(&tree_lock);
    p->children_spent.user += its.user;
    p->children_spent.kernel += its.kernel;
    list_remove(&zombie->sibling);
    proc_forget(zombie);
    wake_waiting(&p->child_exit); // other threads, which may have no child left
    spin_unlock(&tree_lock);
    proc_free(zombie);
}
