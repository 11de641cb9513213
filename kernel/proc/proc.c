// The table of processes: the index of ids and a count, no array (proc/proc.h).

#include "proc/proc.h"
#include "abi.h"
#include "dev/chardev.h"
#include "dev/console.h"
#include "errno.h"
#include "lib/print.h"
#include "lib/string.h"
#include "mem/audit.h"
#include "mem/slab.h"
#include "proc/fs_context.h"
#include "proc/group.h"
#include "proc/proc_priv.h"
#include "proc/signal.h"
#include "riscv/timer.h"
#include "task/hand.h"
#include "vm/aspace.h"

static struct obj_cache procs = OBJ_CACHE_INIT(procs, "proc", sizeof(struct proc));
struct spinlock tree_lock = SPINLOCK_INIT("process tree", RANK_PROC);
struct proc *init_proc;

static int count; // atomic

// => the process that it leads; NULL if it leads none
static struct proc *led_by(const struct lwp *l)
{
    return l == &l->proc->leader ? l->proc : NULL;
}

struct proc *proc_find(int pid)
{
    struct lwp *l = lwp_find(pid);
    return l ? led_by(l) : NULL;
}

static void count_out(void)
{
    __atomic_sub_fetch(&count, 1, __ATOMIC_RELAXED);
}

// => is there room?
static bool count_in(void)
{
    if (__atomic_add_fetch(&count, 1, __ATOMIC_RELAXED) <= NPROC)
        return true;
    count_out();
    return false;
}

struct proc *proc_new(int *err)
{
    *err = -EAGAIN;
    if (!count_in())
        return NULL;
    struct proc *p = obj_alloc_zeroed(&procs);
    if (!p) {
        count_out();
        *err = -ENOMEM;
        return NULL;
    }
    list_init(&p->children);
    list_init(&p->sibling);
    list_init(&p->lwps);
    lwp_init(&p->leader, p);
    waitq_init(&p->child_exit, "child exit");
    waitq_init(&p->lwp_gone, "threads");
    list_init(&p->group_link);
    return p;
}

void proc_publish(struct proc *p)
{
    lwp_publish(&p->leader);
    p->pid = p->leader.tid;
}

void proc_forget(struct proc *p)
{
    lwp_forget(&p->leader);
    group_leave(p);
}

void proc_free(struct proc *p)
{
    obj_free(&procs, p);
    count_out();
}

int proc_count(void)
{
    return __atomic_load_n(&count, __ATOMIC_RELAXED);
}

static void return_to_root(struct lwp *l, void *arg)
{
    if (l->fs)
        fs_context_return_to_root(l->fs);
}

// At rest nobody comes or goes, and nobody is at his end: the tree lock is not needed.
void proc_return_to_root(void)
{
    lwp_each(return_to_root, NULL);
}

static void audit_hand(struct lwp *l, void *arg)
{
    if (l->thread)
        hand_audit(l->thread);
}

static void audit_hands(void)
{
    spin_lock(&tree_lock);
    lwp_each(audit_hand, NULL);
    spin_unlock(&tree_lock);
}

void proc_init(void)
{
    audit_register("hands", audit_hands);
}

static char state_letter(const struct proc *p)
{
    if (list_empty(&p->lwps))
        return 'Z';
    if (signal_is_stopped(p))
        return 'T';
    list_for_each (l, &p->lwps) {
        const struct lwp *one = container_of(l, struct lwp, link);
        if (one->thread && one->thread->state != THREAD_SLEEPING)
            return 'R';
    }
    return 'S';
}

struct walk {
    void (*fn)(struct proc *p, void *arg);
    void *arg;
};

static void visit(struct lwp *l, void *arg)
{
    const struct walk *w = arg;
    if (led_by(l))
        w->fn(l->proc, w->arg);
}

void proc_each(void (*fn)(struct proc *p, void *arg), void *arg)
{
    struct walk w = { fn, arg };
    lwp_each(visit, &w);
}

struct search {
    int above;
    struct proc *best;
};

static void is_nearer(struct proc *p, void *arg)
{
    struct search *s = arg;
    if (p->pid > s->above && (!s->best || p->pid < s->best->pid))
        s->best = p;
}

struct proc *proc_next(int pid)
{
    struct search s = { pid, NULL };
    proc_each(is_nearer, &s);
    return s.best;
}

// Time that its threads have spent, as far as that is known.
struct cpu_time proc_threads_spent(const struct proc *p)
{
    struct cpu_time sum = p->end.spent;
    list_for_each (l, &p->lwps) {
        const struct lwp *one = container_of(l, struct lwp, link);
        if (one->thread) {
            sum.user += one->thread->spent.user;
            sum.kernel += one->thread->spent.kernel;
        }
    }
    return sum;
}

void proc_times(const struct proc *p, struct cpu_time *own, struct cpu_time *children)
{
    spin_lock(&tree_lock);
    *own = proc_threads_spent(p);
    *children = p->children_spent;
    spin_unlock(&tree_lock);
}

// => tree_lock held.  All but what needs the address space.
static void describe(const struct proc *p, struct kine_proc *out)
{
    *out = (struct kine_proc){ .pid = p->pid, .ppid = p->ppid, .state = state_letter(p) };
    copy_string(out->name, p->name, sizeof out->name);
    out->group = p->group->pgid;
    out->session = p->group->session->sid;
    list_for_each (l, &p->lwps)
        out->threads++;
    struct cpu_time spent = proc_threads_spent(p);
    out->user_ns = time_to_ns(spent.user);
    out->kernel_ns = time_to_ns(spent.kernel);
}

bool proc_describe(int after, struct kine_proc *out)
{
    struct aspace *as = NULL;
    int on_console = console_session();
    spin_lock(&tree_lock);
    struct proc *p = proc_next(after);
    if (p) {
        describe(p, out);
        out->terminal = out->session == on_console ? DEV_CONSOLE << 8 : 0;
        as = p->aspace;
    }
    if (as)
        aspace_get(as);
    spin_unlock(&tree_lock);
    if (as) {
        aspace_usage(as, &out->pages, &out->shared, &out->size);
        aspace_put(as);
    }
    return p != NULL;
}

struct aspace *proc_aspace(int pid)
{
    spin_lock(&tree_lock);
    struct proc *p = pid == 0 ? current_proc() : proc_find(pid);
    struct aspace *as = p ? p->aspace : NULL;
    if (as)
        aspace_get(as);
    spin_unlock(&tree_lock);
    return as;
}

void proc_list(void)
{
    struct kine_proc p = { 0 };
    printk("  PID  PPID S NAME\n");
    for (;;) {
        spin_lock(&tree_lock);
        struct proc *next = proc_next(p.pid);
        if (next)
            describe(next, &p);
        spin_unlock(&tree_lock);
        if (!next)
            return;
        printk("%5d %5d %c %s\n", p.pid, p.ppid, p.state, p.name);
    }
}
