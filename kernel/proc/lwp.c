// Threads of processes, and the index of ids (proc/lwp.h).

#include "proc/lwp.h"
#include "errno.h"
#include "mem/slab.h"
#include "param.h"
#include "proc/group.h"
#include "proc/proc_priv.h"

#define TID_MAX 32767
#define BUCKETS 128

static struct obj_cache lwps = OBJ_CACHE_INIT(lwps, "lwp", sizeof(struct lwp));

// by tree_lock
static struct list index[BUCKETS]; // a bucket's list is made when it is first used
static int last_tid;
static int others; // threads that are not leaders

void lwp_init(struct lwp *l, struct proc *p)
{
    l->proc = p;
    list_init(&l->link);
    list_init(&l->hash);
}

// => is there room?
static bool count_in(void)
{
    spin_lock(&tree_lock);
    bool room = others < NTHREAD;
    others += room;
    spin_unlock(&tree_lock);
    return room;
}

static void count_out(void)
{
    spin_lock(&tree_lock);
    others--;
    spin_unlock(&tree_lock);
}

struct lwp *lwp_new(struct proc *p, int *err)
{
    *err = -EAGAIN;
    if (!count_in())
        return NULL;
    struct lwp *l = obj_alloc_zeroed(&lwps);
    if (l) {
        lwp_init(l, p);
        return l;
    }
    count_out();
    *err = -ENOMEM;
    return NULL;
}

void lwp_free(struct lwp *l)
{
    obj_free(&lwps, l);
    count_out();
}

static struct list *bucket(int tid)
{
    struct list *b = &index[tid % BUCKETS];
    if (!b->next)
        list_init(b);
    return b;
}

struct lwp *lwp_find(int tid)
{
    if (tid <= 0)
        return NULL;
    list_for_each (at, bucket(tid)) {
        struct lwp *l = container_of(at, struct lwp, hash);
        if (l->tid == tid)
            return l;
    }
    return NULL;
}

int lwp_robust_list(int tid, uint64 *head)
{
    spin_lock(&tree_lock);
    struct lwp *l = lwp_find(tid);
    if (l)
        *head = __atomic_load_n(&l->robust_list, __ATOMIC_RELAXED);
    spin_unlock(&tree_lock);
    return l ? 0 : -ESRCH;
}

// => fewer than TID_MAX are in use
static int free_tid(void)
{
    do
        last_tid = last_tid % TID_MAX + 1;
    while (lwp_find(last_tid) || group_find(last_tid));
    return last_tid;
}

void lwp_publish(struct lwp *l)
{
    l->tid = free_tid();
    list_push_back(bucket(l->tid), &l->hash);
    list_push_back(&l->proc->lwps, &l->link);
    l->proc->nlive++;
    __atomic_fetch_add(&l->proc->end.left, 1, __ATOMIC_RELAXED);
}

void lwp_leave(struct lwp *l)
{
    l->thread = NULL;
    list_remove(&l->link);
    signal_lwp_ends(l);
    if (l != &l->proc->leader)
        list_remove(&l->hash);
}

void lwp_become_leader(struct lwp *l)
{
    struct lwp *leader = &l->proc->leader;
    struct thread *t = l->thread;
    leader->files = l->files;
    leader->fs = l->fs;
    leader->vfork = l->vfork;
    leader->told_to_end = false;
    signal_move(leader, l);
    leader->thread = t;
    t->lwp = leader;
    lwp_leave(l);
    list_push_back(&l->proc->lwps, &leader->link);
}

void lwp_each(void (*fn)(struct lwp *l, void *arg), void *arg)
{
    for (int b = 0; b < BUCKETS; b++) {
        if (!index[b].next)
            continue;
        list_for_each (at, &index[b])
            fn(container_of(at, struct lwp, hash), arg);
    }
}
