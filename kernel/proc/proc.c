// The table of processes: a PID index and a count, no array (proc/proc.h).

#include "proc/proc.h"
#include "abi.h"
#include "errno.h"
#include "fs/fs.h"
#include "lib/print.h"
#include "lib/string.h"
#include "mem/audit.h"
#include "mem/slab.h"
#include "proc/proc_priv.h"
#include "riscv/timer.h"
#include "task/hand.h"
#include "vm/aspace.h"

#define PID_MAX 32767
#define BUCKETS 128

static struct obj_cache procs = OBJ_CACHE_INIT(procs, "proc", sizeof(struct proc));
struct spinlock tree_lock = SPINLOCK_INIT("process tree", RANK_PROC);
struct proc *init_proc;

// by tree_lock
static struct list index[BUCKETS]; // a bucket's list is made when it is first used
static int count, last_pid;

static struct list *bucket(int pid)
{
    struct list *b = &index[pid % BUCKETS];
    if (!b->next)
        list_init(b);
    return b;
}

struct proc *proc_find(int pid)
{
    if (pid <= 0)
        return NULL;
    list_for_each (l, bucket(pid)) {
        struct proc *p = container_of(l, struct proc, hash);
        if (p->pid == pid)
            return p;
    }
    return NULL;
}

// => tree_lock held; fewer than PID_MAX processes
static int free_pid(void)
{
    do
        last_pid = last_pid % PID_MAX + 1;
    while (proc_find(last_pid));
    return last_pid;
}

struct proc *proc_new(int *err)
{
    struct proc *p = obj_alloc_zeroed(&procs);
    if (!p) {
        *err = -ENOMEM;
        return NULL;
    }
    list_init(&p->children);
    list_init(&p->sibling);
    list_init(&p->hash);
    waitq_init(&p->child_exit, "child exit");
    waitq_init(&p->vfork_done, "vfork");
    spin_lock(&tree_lock);
    bool room = count < NPROC;
    count += room;
    spin_unlock(&tree_lock);
    if (room)
        return p;
    obj_free(&procs, p);
    *err = -EAGAIN;
    return NULL;
}

void proc_publish(struct proc *p)
{
    p->pid = free_pid();
    list_push_back(bucket(p->pid), &p->hash);
}

void proc_free(struct proc *p)
{
    spin_lock(&tree_lock);
    list_remove(&p->hash);
    count--;
    spin_unlock(&tree_lock);
    obj_free(&procs, p);
}

void proc_end_vfork(struct proc *p)
{
    spin_lock(&tree_lock);
    if (p->vfork) {
        p->vfork = false;
        wake_all(&p->vfork_done);
    }
    spin_unlock(&tree_lock);
}

int proc_count(void)
{
    return __atomic_load_n(&count, __ATOMIC_RELAXED);
}

static void return_to_root(struct proc *p)
{
    struct inode *was = p->cwd;
    if (!inode_was_root(was))
        return;
    p->cwd = volume_root(volume_of(was));
    inode_put(was);
}

// At rest: without the tree lock nobody comes or goes either, and what has exited is a zombie.
void proc_return_to_root(void)
{
    for (struct proc *p = proc_next(0); p != NULL; p = proc_next(p->pid))
        if (!p->zombie)
            return_to_root(p);
}

static void audit_hand(struct proc *p, void *arg)
{
    if (p->thread)
        hand_audit(p->thread);
}

static void audit_hands(void)
{
    spin_lock(&tree_lock);
    proc_each(audit_hand, NULL);
    spin_unlock(&tree_lock);
}

void proc_init(void)
{
    audit_register("hands", audit_hands);
}

static char state_letter(const struct proc *p)
{
    if (p->zombie || !p->thread)
        return 'Z';
    return p->thread->state == THREAD_SLEEPING ? 'S' : 'R';
}

struct proc *proc_next(int pid)
{
    struct proc *best = NULL;
    for (int b = 0; b < BUCKETS; b++) {
        if (!index[b].next)
            continue;
        list_for_each (l, &index[b]) {
            struct proc *p = container_of(l, struct proc, hash);
            if (p->pid > pid && (!best || p->pid < best->pid))
                best = p;
        }
    }
    return best;
}

void proc_each(void (*fn)(struct proc *p, void *arg), void *arg)
{
    for (int b = 0; b < BUCKETS; b++) {
        if (!index[b].next)
            continue;
        list_for_each (l, &index[b])
            fn(container_of(l, struct proc, hash), arg);
    }
}

// => tree_lock held.  All but what needs the address space.
static void describe(const struct proc *p, struct kine_proc *out)
{
    *out = (struct kine_proc){ .pid = p->pid, .ppid = p->ppid, .state = state_letter(p) };
    copy_string(out->name, p->name, sizeof out->name);
    if (p->thread) {
        out->user_ns = time_to_ns(p->thread->spent.user);
        out->kernel_ns = time_to_ns(p->thread->spent.kernel);
    }
}

bool proc_describe(int after, struct kine_proc *out)
{
    struct aspace *as = NULL;
    spin_lock(&tree_lock);
    struct proc *p = proc_next(after);
    if (p) {
        describe(p, out);
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
