// Death of processes, and waiting for it (proc/proc.h).

#include "errno.h"
#include "fs/fs.h"
#include "proc/file.h"
#include "proc/fs_context.h"
#include "proc/proc_priv.h"
#include "proc/sighand.h"
#include "riscv/csr.h"
#include "riscv/machine.h"
#include "vm/aspace.h"

// => tree_lock held.  Moves the children to init, which reaps the dead among them.
static void hand_over_children(struct proc *p)
{
    struct list *l;
    while ((l = list_pop_front(&p->children)) != NULL) {
        struct proc *child = container_of(l, struct proc, sibling);
        child->parent = init_proc;
        __atomic_store_n(&child->ppid, init_proc->pid, __ATOMIC_RELAXED);
        if (child->zombie)
            list_push_front(&init_proc->children, l);
        else
            list_push_back(&init_proc->children, l);
    }
    wake_all(&init_proc->child_exit);
}

// => tree_lock held
static void become_zombie(struct proc *p, int status, int signal)
{
    p->exit_status = status;
    p->exit_signal = signal;
    p->zombie = true;
    p->leader.thread = NULL;
    list_remove(&p->leader.link);
    if (!list_empty(&p->children))
        hand_over_children(p);
    list_remove(&p->sibling);
    list_push_front(&p->parent->children, &p->sibling);
    wake_all(&p->parent->child_exit);
}

static _Noreturn void init_is_gone(int status, int signal)
{
    volume_sync(fs_context_volume(current_fs()));
    if (signal)
        machine_give_up("init was killed by signal %d: nothing is left to run", signal);
    machine_give_up("init ended with status %d: nothing is left to run", status);
}

// Gives back what the process holds, all but the root table itself, which this hart has loaded.
// Memory first: others may wait for the end of its files, and want memory then.
static void drop_holdings(struct proc *p, struct lwp *l)
{
    spin_lock(&tree_lock);
    struct aspace *as = p->aspace;
    p->aspace = NULL;
    p->nlive--;
    spin_unlock(&tree_lock);
    thread_leave_root();
    aspace_put(as);
    if (p->sighand)
        sighand_put(p->sighand);
    files_put(l->files);
    fs_context_put(l->fs);
    l->fs = NULL;
}

void proc_exit(int status, int signal)
{
    struct proc *p = current_proc();
    if (p == init_proc)
        init_is_gone(status, signal);
    thread_use_kept(KEPT_WORK); // what was unlinked while it was open goes
    drop_holdings(p, current_lwp());
    proc_end_vfork(p);
    current_thread()->proc = NULL;
    current_thread()->end = &p->end;
    spin_lock(&tree_lock);
    become_zombie(p, status, signal);
    spin_unlock(&tree_lock);
    thread_exit();
}

// => tree_lock held.  A zombie child that matches; *any tells whether a child matches at all.
static struct proc *find_zombie(struct proc *p, int pid, bool *any)
{
    *any = false;
    list_for_each (l, &p->children) {
        struct proc *child = container_of(l, struct proc, sibling);
        if (pid > 0 && child->pid != pid)
            continue;
        *any = true;
        if (child->zombie)
            return child;
        if (pid <= 0)
            return NULL; // zombies stand first
    }
    return NULL;
}

// The zombie's thread leaves the hart it died on: so that whoever has waited for a process finds
// all that it held given back.
static void await_thread(const struct proc *zombie)
{
    while (__atomic_load_n(&zombie->end.left, __ATOMIC_ACQUIRE))
        cpu_relax();
}

int proc_wait(int pid, bool nohang, struct proc **ended)
{
    struct proc *p = current_proc(), *zombie;
    bool any;
    int err = 0;
    spin_lock(&tree_lock);
    while ((zombie = find_zombie(p, pid, &any)) == NULL && any && !nohang && !err)
        err = wait_on_interruptible(&p->child_exit, &tree_lock);
    if (zombie) {
        err = 0;
        list_remove(&zombie->sibling);
    } else if (!any) {
        err = -ECHILD;
    }
    spin_unlock(&tree_lock);
    if (zombie)
        await_thread(zombie);
    *ended = zombie;
    return err;
}

void proc_unwait(struct proc *zombie)
{
    spin_lock(&tree_lock);
    list_push_front(&current_proc()->children, &zombie->sibling);
    spin_unlock(&tree_lock);
}

struct cpu_time proc_spent(const struct proc *zombie)
{
    return (struct cpu_time){ zombie->children_spent.user + zombie->end.spent.user,
                              zombie->children_spent.kernel + zombie->end.spent.kernel };
}

void proc_reap(struct proc *zombie)
{
    struct cpu_time *all = &current_proc()->children_spent, spent = proc_spent(zombie);
    all->user += spent.user;
    all->kernel += spent.kernel;
    proc_free(zombie);
}
