#include "proc/group.h"
#include "errno.h"
#include "mem/slab.h"
#include "proc/proc_priv.h"

#define BUCKETS 64

static struct obj_cache groups = OBJ_CACHE_INIT(groups, "group", sizeof(struct group));
static struct obj_cache sessions = OBJ_CACHE_INIT(sessions, "session", sizeof(struct session));

static struct list index[BUCKETS]; // by tree_lock; a bucket's list is made when it is first used

static struct list *bucket(int pgid)
{
    struct list *b = &index[pgid % BUCKETS];
    if (!b->next)
        list_init(b);
    return b;
}

struct group *group_find(int pgid)
{
    if (pgid <= 0)
        return NULL;
    list_for_each (l, bucket(pgid)) {
        struct group *g = container_of(l, struct group, hash);
        if (g->pgid == pgid)
            return g;
    }
    return NULL;
}

// --- life -------------------------------------------------------------------------------------

// => a group without members, in `session` or in one that begins; NULL: no memory
static struct group *begin(int pgid, struct session *session)
{
    struct group *g = obj_alloc(&groups);
    if (!g)
        return NULL;
    g->session = session ? session : obj_alloc(&sessions);
    if (!g->session) {
        obj_free(&groups, g);
        return NULL;
    }
    if (!session)
        *g->session = (struct session){ .sid = pgid };
    g->session->ngroups++;
    g->pgid = pgid;
    list_init(&g->members);
    list_push_back(bucket(pgid), &g->hash);
    return g;
}

static void end_if_empty(struct group *g)
{
    if (!list_empty(&g->members))
        return;
    list_remove(&g->hash);
    if (--g->session->ngroups == 0)
        obj_free(&sessions, g->session);
    obj_free(&groups, g);
}

void group_join(struct proc *p, struct group *g)
{
    p->group = g;
    list_push_back(&g->members, &p->group_link);
}

void group_leave(struct proc *p)
{
    list_remove(&p->group_link);
    end_if_empty(p->group);
    p->group = NULL;
}

void group_begin_first(struct proc *p)
{
    static struct session session;
    static struct group group;
    session = (struct session){ .sid = p->pid, .ngroups = 1 };
    group.pgid = p->pid;
    group.session = &session;
    list_init(&group.members);
    list_push_back(bucket(p->pid), &group.hash);
    group_join(p, &group);
}

static void move(struct proc *p, struct group *to)
{
    struct group *from = p->group;
    list_remove(&p->group_link);
    group_join(p, to);
    end_if_empty(from);
}

// --- orphans ----------------------------------------------------------------------------------

// => does the parent, as long as it lives, watch over the job that p belongs to?
static bool is_linked(const struct proc *p)
{
    const struct proc *parent = p->parent;
    return parent && parent != init_proc && parent->group != p->group &&
           parent->group->session == p->group->session;
}

bool group_is_orphaned(const struct group *g)
{
    list_for_each (l, &g->members) {
        const struct proc *p = container_of(l, struct proc, group_link);
        if (!p->zombie && is_linked(p) && !p->parent->zombie)
            return false;
    }
    return true;
}

// => is a member stopped?
static bool is_stopped(const struct group *g)
{
    list_for_each (l, &g->members)
        if (signal_is_stopped(container_of(l, struct proc, group_link)))
            return true;
    return false;
}

static void free_orphan(struct group *g)
{
    if (!is_stopped(g) || !group_is_orphaned(g))
        return;
    signal_post_members(g, &(struct siginfo){ .si_signo = SIGHUP, .si_code = SI_KERNEL });
    signal_post_members(g, &(struct siginfo){ .si_signo = SIGCONT, .si_code = SI_KERNEL });
}

void group_note_orphans(struct proc *p)
{
    if (!signal_stopped_anywhere())
        return;
    if (is_linked(p))
        free_orphan(p->group);
    list_for_each (l, &p->children) {
        struct proc *child = container_of(l, struct proc, sibling);
        if (is_linked(child))
            free_orphan(child->group);
    }
}

// --- the calls --------------------------------------------------------------------------------

// => the process that pid means to the caller
static struct proc *named(int pid)
{
    return pid ? proc_find(pid) : current_proc();
}

// => 0: the caller may move p
static int may_move(const struct proc *p)
{
    struct proc *self = current_proc();
    if (!p || (p != self && p->parent != self))
        return -ESRCH;
    if (p->group->session != self->group->session || p->group->session->sid == p->pid)
        return -EPERM;
    return p != self && p->did_exec ? -EACCES : 0;
}

// => tree_lock held
static int set_group(struct proc *p, int pgid)
{
    int err = may_move(p);
    if (err)
        return err;
    if (pgid == 0)
        pgid = p->pid;
    struct session *session = p->group->session;
    struct group *g = group_find(pgid);
    if (g ? g->session != session : pgid != p->pid)
        return -EPERM;
    if (!g)
        g = begin(pgid, session);
    if (!g)
        return -ENOMEM;
    if (g != p->group)
        move(p, g);
    return 0;
}

int proc_setpgid(int pid, int pgid)
{
    if (pgid < 0)
        return -EINVAL;
    spin_lock(&tree_lock);
    int err = set_group(named(pid), pgid);
    spin_unlock(&tree_lock);
    return err;
}

int proc_getpgid(int pid)
{
    spin_lock(&tree_lock);
    const struct proc *p = named(pid);
    int pgid = p ? p->group->pgid : -ESRCH;
    spin_unlock(&tree_lock);
    return pgid;
}

int proc_getsid(int pid)
{
    spin_lock(&tree_lock);
    const struct proc *p = named(pid);
    int sid = p ? p->group->session->sid : -ESRCH;
    spin_unlock(&tree_lock);
    return sid;
}

int proc_setsid(void)
{
    struct proc *p = current_proc();
    int err = p->pid;
    spin_lock(&tree_lock);
    struct group *g = NULL;
    if (group_find(p->pid))
        err = -EPERM;
    else if ((g = begin(p->pid, NULL)) == NULL)
        err = -ENOMEM;
    if (g)
        move(p, g);
    spin_unlock(&tree_lock);
    return err;
}
