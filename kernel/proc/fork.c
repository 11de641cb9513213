// Birth of processes (proc/proc.h).
//
// Everything that can fail is had first: the process, its thread, its memory, its files.  Then the
// child is put into the tree and started, which cannot fail.

#include "abi.h"
#include "errno.h"
#include "fs/fs.h"
#include "lib/string.h"
#include "proc/file.h"
#include "proc/fs_context.h"
#include "proc/proc_priv.h"
#include "proc/sighand.h"
#include "riscv/csr.h"
#include "riscv/intr.h"
#include "riscv/longest.h"
#include "riscv/machine.h"
#include "riscv/trap.h"
#include "task/fp.h"
#include "vm/aspace.h"

#define EXIT_SIGNAL 0xffUL // the bits in which clone's flags have a number
#define HONOURED    (EXIT_SIGNAL | CLONE_VM | CLONE_FILES | CLONE_VFORK | CLONE_SETTLS)

// The first thing a process's thread does: go to user mode with the registers it was given.
static void enter_user(void *arg)
{
    intr_off();
    longest_breath_end((uint64)user_return);
    longest_on((uint64)user_return);
    user_return(current_thread()->tf);
}

// Gives back a child that was never started.
static void discard(struct proc *p)
{
    if (p->aspace)
        aspace_put(p->aspace);
    if (p->sighand)
        sighand_put(p->sighand);
    if (p->leader.files)
        files_put(p->leader.files);
    if (p->leader.fs)
        fs_context_put(p->leader.fs);
    thread_discard(p->leader.thread);
    proc_free(p);
}

// A process without memory and files.
static struct proc *new_with_thread(int *err)
{
    struct proc *p = proc_new(err);
    if (!p)
        return NULL;
    struct thread *t = thread_new("user", enter_user, NULL);
    if (!t) {
        proc_free(p);
        *err = -ENOMEM;
        return NULL;
    }
    t->proc = p;
    t->lwp = &p->leader;
    p->leader.thread = t;
    return p;
}

// => false if out of memory
static bool share_or_copy(struct proc *child, struct proc *parent, uint64 flags)
{
    if (flags & CLONE_VM) {
        aspace_get(parent->aspace);
        child->aspace = parent->aspace;
    } else if ((child->aspace = aspace_fork(parent->aspace)) == NULL) {
        return false;
    }
    return !parent->sighand || (child->sighand = sighand_copy(parent->sighand)) != NULL;
}

// => false if out of memory
static bool share_or_copy_own(struct lwp *child, struct lwp *parent, uint64 flags)
{
    if (flags & CLONE_FILES) {
        files_get_table(parent->files);
        child->files = parent->files;
    } else if ((child->files = files_copy(parent->files)) == NULL) {
        return false;
    }
    return (child->fs = fs_context_copy(parent->fs)) != NULL;
}

// The child's registers: the parent's, but that the call gives it 0.
static void set_registers(struct thread *t, uint64 flags, uint64 stack, uint64 tls)
{
    *t->tf = *current_thread()->tf;
    t->tf->reg[REG_A0] = 0;
    if (stack)
        t->tf->reg[REG_SP] = stack;
    if (flags & CLONE_SETTLS)
        t->tf->reg[REG_TP] = tls;
    fp_copy(t);
}

// => the child's pid
static int link_child(struct proc *parent, struct proc *child, bool vfork)
{
    spin_lock(&tree_lock);
    proc_publish(child);
    child->parent = parent;
    child->ppid = parent->pid;
    child->vfork = vfork;
    list_push_back(&parent->children, &child->sibling);
    spin_unlock(&tree_lock);
    return child->pid;
}

// The child cannot be freed meanwhile: only we reap it.
static void wait_for_vfork(struct proc *child)
{
    spin_lock(&tree_lock);
    while (child->vfork)
        if (wait_on_killable(&child->vfork_done, &tree_lock) == -EINTR)
            break;
    spin_unlock(&tree_lock);
}

// What is not shared is refused: a current directory, signal handlers.  A child that exits sends no
// signal but SIGCHLD.
static bool flags_valid(uint64 flags)
{
    uint64 signal = flags & EXIT_SIGNAL;
    return !(flags & ~HONOURED) && (signal == 0 || signal == SIGCHLD);
}

int64 proc_clone(uint64 flags, uint64 stack, uint64 tls)
{
    struct proc *parent = current_proc();
    if (!flags_valid(flags))
        return -EINVAL;
    int err;
    struct proc *child = new_with_thread(&err);
    if (!child)
        return err;
    if (!share_or_copy(child, parent, flags) ||
        !share_or_copy_own(&child->leader, current_lwp(), flags)) {
        discard(child);
        return -ENOMEM;
    }
    child->path_longest = parent->path_longest;
    memcpy(child->name, parent->name, sizeof child->name);
    child->leader.thread->root = child->aspace->root;
    set_registers(child->leader.thread, flags, stack, tls);
    int pid = link_child(parent, child, flags & CLONE_VFORK);
    thread_start(child->leader.thread);
    if (flags & CLONE_VFORK)
        wait_for_vfork(child);
    return pid;
}

// Runs as process 1's thread, in the kernel: becomes the program.
static void become_init(void *arg)
{
    const char *path = arg;
    int err = proc_exec(path, 0, 0);
    if (err)
        machine_give_up("%s cannot be started (error %d): the disk needs the programs that `make "
                        "fs.img` puts there",
                        path, -err);
    enter_user(NULL);
}

// What the first process begins with.  => false if out of memory
static bool give_init(struct proc *p, struct inode *root)
{
    p->aspace = aspace_new();
    p->leader.files = files_new();
    p->leader.fs = fs_context_new(root, 022);
    if (p->leader.fs)
        inode_get(root);
    return p->aspace && p->leader.files && p->leader.fs;
}

int proc_start_init(struct inode *root, const char *path)
{
    int err;
    struct proc *p = new_with_thread(&err);
    if (!p)
        return err;
    if (!give_init(p, root)) {
        discard(p);
        return -ENOMEM;
    }
    struct thread *t = p->leader.thread;
    t->root = p->aspace->root;
    t->kept_use = KEPT_ALL;
    t->fn = become_init;
    t->arg = (void *)path;
    memset(t->tf, 0, sizeof *t->tf);
    spin_lock(&tree_lock);
    proc_publish(p);
    init_proc = p;
    spin_unlock(&tree_lock);
    thread_start(t);
    return 0;
}
