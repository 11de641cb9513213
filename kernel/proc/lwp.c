// Threads of processes, and the index of ids (proc/lwp.h).

#include "proc/lwp.h"
#include "proc/proc_priv.h"

#define TID_MAX 32767
#define BUCKETS 128

// by tree_lock
static struct list index[BUCKETS]; // a bucket's list is made when it is first used
static int last_tid;

void lwp_init(struct lwp *l, struct proc *p)
{
    l->proc = p;
    list_init(&l->link);
    list_init(&l->hash);
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

// => fewer than TID_MAX are in use
static int free_tid(void)
{
    do
        last_tid = last_tid % TID_MAX + 1;
    while (lwp_find(last_tid));
    return last_tid;
}

void lwp_publish(struct lwp *l)
{
    l->tid = free_tid();
    list_push_back(bucket(l->tid), &l->hash);
}

void lwp_unpublish(struct lwp *l)
{
    list_remove(&l->hash);
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
