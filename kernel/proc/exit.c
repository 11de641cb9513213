// Death of threads and processes (proc/proc.h).
//
// A thread ends in steps: it leaves the memory (`nlive` counts those who have not), and the last to
// do so drops that; it gives back what is its own; it leaves the process (`lwps`), and the last to do
// so makes a zombie of it.  So neither is the memory dropped while a thread may come to use it, nor
// can a process be waited for whose threads still have something of it in their hands.

#include "errno.h"
#include "fs/fs.h"
#include "proc/file.h"
#include "proc/fs_context.h"
#include "proc/group.h"
#include "proc/proc_priv.h"
#include "proc/robust.h"
#include "proc/sighand.h"
#include "riscv/machine.h"
#include "vm/aspace.h"

// => tree_lock held.  Init waits for it as for any child, however it was made.
static void give_to_init(struct proc *child)
{
    child->parent = init_proc;
    child->maker = some_thread(init_proc);
    child->exit_notice = SIGCHLD;
    __atomic_store_n(&child->ppid, init_proc->pid, __ATOMIC_RELAXED);
}

// => tree_lock held.  Moves the children to init, which reaps the dead among them.
static void hand_over_children(struct proc *p)
{
    struct list *l;
    while ((l = list_pop_front(&p->children)) != NULL) {
        struct proc *child = container_of(l, struct proc, sibling);
        give_to_init(child);
        if (child->zombie)
            list_push_front(&init_proc->children, l);
        else
            list_push_back(&init_proc->children, l);
    }
    wake_all(&init_proc->child_exit);
}

// => tree_lock held.  Who wants no zombies leaves them to init.
static void tell_of_end(struct proc *p, int code, int status)
{
    struct proc *parent = p->parent;
    bool unwanted = p->exit_notice == SIGCHLD && signal_reaps_itself(parent);
    signal_tell_parent(p, p->exit_notice, code, status);
    if (unwanted)
        give_to_init(p);
    list_remove(&p->sibling);
    list_push_front(&p->parent->children, &p->sibling);
    if (unwanted)
        wake_all(&init_proc->child_exit);
}

// => tree_lock held
static void become_zombie(struct proc *p)
{
    p->zombie = true;
    signal_proc_ends(p);
    alarms_end(p);
    group_note_orphans(p);
    if (!list_empty(&p->children))
        hand_over_children(p);
    tell_of_end(p, p->exit_signal ? CLD_KILLED : CLD_EXITED,
                p->exit_signal ? p->exit_signal : p->exit_status);
}

void pass_on_children(struct proc *p, const struct lwp *from)
{
    struct lwp *to = some_thread(p);
    list_for_each (l, &p->children) {
        struct proc *child = container_of(l, struct proc, sibling);
        if (child->maker == from)
            child->maker = to;
    }
}

static _Noreturn void init_is_gone(int status, int signal)
{
    volume_sync(fs_context_volume(current_fs()));
    if (signal)
        machine_give_up("init was killed by signal %d: nothing is left to run", signal);
    machine_give_up("init ended with status %d: nothing is left to run", status);
}

struct ending {
    bool of_all; // the process ends, not the thread alone
    int status, signal;
};

// => tree_lock held
static void tell_others(struct proc *p, const struct lwp *self)
{
    list_for_each (at, &p->lwps) {
        struct lwp *l = container_of(at, struct lwp, link);
        if (l == self)
            continue;
        __atomic_store_n(&l->told_to_end, true, __ATOMIC_RELAXED);
        thread_kill(l->thread);
    }
}

// => tree_lock held.  Who was told to end says nothing of how: another has said it, or runs exec.
static void note_end(struct proc *p, const struct lwp *l, struct ending how)
{
    if (l->told_to_end || p->ending || !(how.of_all || l == &p->leader))
        return;
    p->exit_status = how.status;
    p->exit_signal = how.signal;
    p->ending = how.of_all;
    if (how.of_all)
        tell_others(p, l);
}

// => the memory, if the caller is the last who could use it
static struct aspace *leave_memory(struct proc *p, const struct lwp *l, struct ending how)
{
    struct aspace *as = NULL;
    thread_leave_root();
    spin_lock(&tree_lock);
    note_end(p, l, how);
    if (--p->nlive == 0) {
        as = p->aspace;
        p->aspace = NULL;
    }
    spin_unlock(&tree_lock);
    if (as && p == init_proc)
        init_is_gone(p->exit_status, 0);
    return as;
}

// Gives back what the process holds, if it is the last thread, all but the root table itself, which
// this hart has loaded; then what the thread has.  Memory first: others may wait for the end of its
// files, and want memory then.
static void drop_holdings(struct proc *p, struct lwp *l, struct ending how)
{
    struct aspace *as = leave_memory(p, l, how);
    if (as) {
        aspace_put(as);
        signal_drop_actions(p);
    }
    files_put(l->files);
    fs_context_put(l->fs);
    l->fs = NULL;
}

void end_vfork(struct lwp *l)
{
    if (!l->vfork)
        return;
    l->vfork->is_over = true;
    wake_all(&l->vfork->over);
    l->vfork = NULL;
}

// From here on nobody finds the thread, nor, if it was the last, anything of the process but that it
// has ended.
static void leave_process(struct proc *p, struct lwp *l)
{
    current_thread()->proc = NULL;
    current_thread()->lwp = NULL;
    current_thread()->end = &p->end;
    spin_lock(&tree_lock);
    end_vfork(l);
    lwp_leave(l);
    if (list_empty(&p->lwps)) {
        become_zombie(p);
    } else {
        pass_on_children(p, l);
        wake_all(&p->lwp_gone);
    }
    spin_unlock(&tree_lock);
}

static _Noreturn void end_thread(struct ending how)
{
    struct lwp *l = current_lwp();
    struct proc *p = l->proc;
    thread_use_kept(KEPT_WORK); // what was unlinked while it was open goes
    robust_leave(l);
    bool is_leader = l == &p->leader;
    drop_holdings(p, l, how);
    leave_process(p, l);
    if (!is_leader)
        lwp_free(l);
    thread_exit();
}

void lwp_exit(int status)
{
    end_thread((struct ending){ .status = status });
}

void proc_exit(int status, int signal)
{
    if (current_proc() == init_proc)
        init_is_gone(status, signal);
    end_thread((struct ending){ true, status, signal });
}

void proc_end_if_told(void)
{
    struct lwp *l = current_lwp();
    if (__atomic_load_n(&l->told_to_end, __ATOMIC_RELAXED))
        end_thread((struct ending){ 0 });
    if (proc_is_killed(l->proc))
        proc_exit(0, l->proc->killed_by);
}

int proc_end_others(void)
{
    struct lwp *l = current_lwp();
    struct proc *p = l->proc;
    spin_lock(&tree_lock);
    int err = l->told_to_end ? -EINTR : 0;
    if (!err)
        tell_others(p, l);
    while (!err && (p->lwps.next != &l->link || p->lwps.prev != &l->link))
        wait_at_rest(&p->lwp_gone, &tree_lock);
    spin_unlock(&tree_lock);
    return err;
}
