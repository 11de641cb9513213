// Waiting for the end of children (proc/proc.h).
//
// A zombie that somebody looks at is `taken`: it stays in its parent's list, where other threads
// that wait see that there is one, but it is not theirs.

#include "abi.h"
#include "errno.h"
#include "proc/proc_priv.h"
#include "riscv/csr.h"

// Is the child of the kind that is waited for?  One that tells of its end by another signal than
// SIGCHLD, or by none, is a clone.
static bool is_meant(const struct proc *child, int pid, uint32 options)
{
    if (pid > 0 && child->pid != pid)
        return false;
    if (options & __WNOTHREAD && child->maker != current_lwp())
        return false;
    bool clone = child->exit_notice != SIGCHLD;
    return options & __WALL || clone == !!(options & __WCLONE);
}

// => tree_lock held.  A zombie child that is meant; *any tells whether a child is meant at all.
static struct proc *find_zombie(struct proc *p, int pid, uint32 options, bool *any)
{
    *any = false;
    list_for_each (l, &p->children) {
        struct proc *child = container_of(l, struct proc, sibling);
        if (*any && !child->zombie)
            return NULL; // zombies stand first
        if (!is_meant(child, pid, options))
            continue;
        *any = true;
        if (child->zombie && !child->taken)
            return child;
    }
    return NULL;
}

// The zombie's threads leave the harts they died on: so that whoever has waited for a process finds
// all that it held given back.
static void await_threads(const struct proc *zombie)
{
    while (__atomic_load_n(&zombie->end.left, __ATOMIC_ACQUIRE))
        cpu_relax();
}

int proc_wait(int pid, uint32 options, struct proc **ended)
{
    struct proc *p = current_proc(), *zombie;
    bool any;
    int err = 0;
    spin_lock(&tree_lock);
    while ((zombie = find_zombie(p, pid, options, &any)) == NULL && any && !(options & WNOHANG) &&
           !err)
        err = wait_on_interruptible(&p->child_exit, &tree_lock);
    if (zombie) {
        err = 0;
        zombie->taken = true;
    } else if (!any) {
        err = -ECHILD;
    }
    spin_unlock(&tree_lock);
    if (zombie)
        await_threads(zombie);
    *ended = zombie;
    return err;
}

void proc_unwait(struct proc *zombie)
{
    spin_lock(&tree_lock);
    zombie->taken = false;
    wake_waiting(&current_proc()->child_exit);
    spin_unlock(&tree_lock);
}

struct cpu_time proc_spent(const struct proc *zombie)
{
    return (struct cpu_time){ zombie->children_spent.user + zombie->end.spent.user,
                              zombie->children_spent.kernel + zombie->end.spent.kernel };
}

void proc_reap(struct proc *zombie)
{
    struct proc *p = current_proc();
    struct cpu_time spent = proc_spent(zombie);
    spin_lock(&tree_lock);
    p->children_spent.user += spent.user;
    p->children_spent.kernel += spent.kernel;
    list_remove(&zombie->sibling);
    wake_waiting(&p->child_exit); // other threads, which may have no child left
    spin_unlock(&tree_lock);
    proc_free(zombie);
}
