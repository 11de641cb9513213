// Birth of processes and threads (proc/proc.h).
//
// Everything that can fail is had first: the process, its thread, its memory, its files.  Then the
// child is put into the tree and started, which cannot fail.

#include "abi.h"
#include "errno.h"
#include "fs/fs.h"
#include "lib/string.h"
#include "proc/file.h"
#include "proc/fs_context.h"
#include "proc/group.h"
#include "proc/proc_priv.h"
#include "proc/sighand.h"
#include "riscv/csr.h"
#include "riscv/intr.h"
#include "riscv/longest.h"
#include "riscv/machine.h"
#include "riscv/trap.h"
#include "task/fp.h"
#include "vm/aspace.h"
#include "vm/usercopy.h"

#define SHARED                                                                                     \
    (CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_PARENT |             \
     CLONE_SYSVSEM)
#define TOLD (CLONE_SETTLS | CLONE_PARENT_SETTID | CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID)
#define HONOURED                                                                                   \
    (CLONE_EXIT_SIGNAL | SHARED | TOLD | CLONE_VFORK | CLONE_DETACHED) // the last says nothing

// The first thing that a thread does: go to user mode with the registers it was given.
static void enter_user(void *arg)
{
    struct lwp *l = current_lwp();
    if (l->set_child_tid)
        copyout(current_proc()->aspace, l->set_child_tid, &l->tid, sizeof l->tid);
    proc_end_if_told();
    intr_off();
    longest_breath_end((uint64)user_return);
    longest_on((uint64)user_return);
    user_return(current_thread()->tf);
}

// => false if out of memory
static bool give_thread(struct lwp *l)
{
    struct thread *t = thread_new("user", enter_user, NULL);
    if (!t)
        return false;
    t->proc = l->proc;
    t->lwp = l;
    l->thread = t;
    return true;
}

// What a thread has for itself: shared with the current one as the flags say, or copied.
// => false if out of memory
static bool give_own(struct lwp *l, uint64 flags)
{
    if (flags & CLONE_FILES) {
        files_get_table(current_files());
        l->files = current_files();
    } else if ((l->files = files_copy(current_files())) == NULL) {
        return false;
    }
    if (flags & CLONE_FS) {
        fs_context_get(current_fs());
        l->fs = current_fs();
    } else if ((l->fs = fs_context_copy(current_fs())) == NULL) {
        return false;
    }
    return give_thread(l);
}

// Gives back what one has that was never started.
static void discard_own(struct lwp *l)
{
    if (l->files)
        files_put(l->files);
    if (l->fs)
        fs_context_put(l->fs);
    if (l->thread)
        thread_discard(l->thread);
}

static void discard(struct proc *p)
{
    discard_own(&p->leader);
    if (p->aspace)
        aspace_put(p->aspace);
    if (p->sighand)
        sighand_put(p->sighand);
    proc_free(p);
}

// What a process has, the same way.
static bool give_process(struct proc *child, struct proc *parent, uint64 flags)
{
    if (flags & CLONE_VM) {
        aspace_get(parent->aspace);
        child->aspace = parent->aspace;
    } else if ((child->aspace = aspace_fork(parent->aspace)) == NULL) {
        return false;
    }
    if (flags & CLONE_SIGHAND) {
        if (!signal_need_actions(parent))
            return false;
        child->sighand = parent->sighand;
        sighand_get(child->sighand);
        return true;
    }
    return !sighand_says(parent->sighand) ||
           (child->sighand = sighand_copy(parent->sighand)) != NULL;
}

// What the program asked for.  Its registers are the caller's, but that the call gives it 0.
static void set_up(struct lwp *l, const struct clone_request *r)
{
    struct thread *t = l->thread;
    t->root = l->proc->aspace->root;
    *t->tf = *current_thread()->tf;
    t->tf->reg[REG_A0] = 0;
    if (r->stack)
        t->tf->reg[REG_SP] = r->stack;
    if (r->flags & CLONE_SETTLS)
        t->tf->reg[REG_TP] = r->tls;
    fp_copy(t);
    if (r->flags & CLONE_CHILD_SETTID)
        l->set_child_tid = r->child_tid;
    if (r->flags & CLONE_CHILD_CLEARTID)
        l->clear_child_tid = r->child_tid;
    signal_inherit(l, r->flags & CLONE_VM && !(r->flags & CLONE_VFORK));
}

// => why nothing more may be born here
static int may_bear(const struct lwp *by)
{
    return by->told_to_end || proc_is_killed(by->proc) ? -EINTR : 0;
}

static int link_thread(struct lwp *l)
{
    spin_lock(&tree_lock);
    int err = may_bear(current_lwp());
    if (!err)
        lwp_publish(l);
    if (!err)
        signal_lwp_begins(l);
    spin_unlock(&tree_lock);
    return err;
}

// => the signal that the flags name; a number that no signal has tells nobody, as 0 does
static int notice_of(uint64 flags)
{
    int sig = (int)(flags & CLONE_EXIT_SIGNAL);
    return sig <= NSIG ? sig : 0;
}

static int link_child(struct proc *child, uint64 flags)
{
    struct lwp *maker = current_lwp();
    struct proc *parent = maker->proc;
    child->exit_notice = notice_of(flags);
    spin_lock(&tree_lock);
    int err = may_bear(maker);
    if (err) {
        spin_unlock(&tree_lock);
        return err;
    }
    if (flags & CLONE_PARENT) {
        child->exit_notice = parent->exit_notice;
        maker = parent->maker;
        parent = parent->parent;
    }
    proc_publish(child);
    child->parent = parent;
    child->ppid = parent->pid;
    child->maker = maker;
    list_push_back(&parent->children, &child->sibling);
    group_join(child, current_proc()->group);
    spin_unlock(&tree_lock);
    return 0;
}

// Only the end of the caller comes before the end of what it has made.
static void wait_for_vfork(struct lwp *child, struct vfork_wait *w)
{
    spin_lock(&tree_lock);
    while (!w->is_over)
        if (wait_on_killable(&w->over, &tree_lock) == -EINTR)
            break;
    if (!w->is_over)
        child->vfork = NULL;
    spin_unlock(&tree_lock);
}

// Lets it run; it may be gone at once.  => its id
static int start(struct lwp *l, const struct clone_request *r)
{
    struct vfork_wait w = { .is_over = false };
    int tid = l->tid;
    if (r->flags & CLONE_PARENT_SETTID)
        copyout(current_proc()->aspace, r->parent_tid, &tid, sizeof tid);
    if (r->flags & CLONE_VFORK) {
        waitq_init(&w.over, "vfork");
        l->vfork = &w;
    }
    thread_start(l->thread);
    if (r->flags & CLONE_VFORK)
        wait_for_vfork(l, &w);
    return tid;
}

static int64 clone_thread(const struct clone_request *r)
{
    int err;
    struct lwp *l = lwp_new(current_proc(), &err);
    if (!l)
        return err;
    if (give_own(l, r->flags)) {
        set_up(l, r);
        err = link_thread(l);
        if (!err)
            return start(l, r);
    } else {
        err = -ENOMEM;
    }
    discard_own(l);
    lwp_free(l);
    return err;
}

static int64 clone_process(const struct clone_request *r)
{
    int err;
    struct proc *parent = current_proc(), *child = proc_new(&err);
    if (!child)
        return err;
    if (!give_process(child, parent, r->flags) || !give_own(&child->leader, r->flags)) {
        discard(child);
        return -ENOMEM;
    }
    child->personality = parent->personality;
    child->stack_limit = parent->stack_limit;
    child->path_longest = parent->path_longest;
    child->classic = parent->classic;
    memcpy(child->name, parent->name, sizeof child->name);
    set_up(&child->leader, r);
    err = link_child(child, r->flags);
    if (err) {
        discard(child);
        return err;
    }
    return start(&child->leader, r);
}

// Whoever shares what is said about signals shares the memory that it speaks of; and a thread shares
// both.  Init's brothers would be nobody's children.
static bool flags_valid(uint64 flags)
{
    if (flags & ~(uint64)HONOURED)
        return false;
    if ((flags & CLONE_THREAD && !(flags & CLONE_SIGHAND)) ||
        (flags & CLONE_SIGHAND && !(flags & CLONE_VM)))
        return false;
    return !(flags & CLONE_PARENT && current_proc() == init_proc);
}

int64 proc_clone(const struct clone_request *r)
{
    if (!flags_valid(r->flags))
        return -EINVAL;
    return r->flags & CLONE_THREAD ? clone_thread(r) : clone_process(r);
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
    return p->aspace && p->leader.files && p->leader.fs && give_thread(&p->leader);
}

int proc_start_init(struct inode *root, const char *path)
{
    int err;
    struct proc *p = proc_new(&err);
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
    p->stack_limit = STACK_DEFAULT;
    spin_lock(&tree_lock);
    proc_publish(p);
    init_proc = p;
    group_begin_first(p);
    spin_unlock(&tree_lock);
    thread_start(t);
    return 0;
}
