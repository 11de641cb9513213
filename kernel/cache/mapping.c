// Walking over those who show an object's pages (cache/mapping.h).

#include "cache/mapping.h"
#include "task/thread.h"

static const struct mapping_ops *ops;

void mapping_register(const struct mapping_ops *new_ops)
{
    ops = new_ops;
}

// A walk that is under way need not come by: nothing is mapped there yet.
void mapping_add(struct object *obj, struct mapping *m)
{
    spin_lock(&obj->maps_lock);
    m->round = obj->round;
    list_push_back(&obj->mappings, &m->link);
    obj->nshared += m->shared;
    obj->nstores += m->stores;
    obj->stored_to |= m->stores;
    spin_unlock(&obj->maps_lock);
}

void mapping_remove(struct object *obj, struct mapping *m)
{
    spin_lock(&obj->maps_lock);
    list_remove(&m->link);
    obj->nshared -= m->shared;
    obj->nstores -= m->stores;
    spin_unlock(&obj->maps_lock);
}

void mapping_inherit(struct object *obj, struct mapping *m, struct mapping *of)
{
    spin_lock(&obj->maps_lock);
    if (m->round == obj->round && of->round != obj->round) {
        m->round = of->round;
        list_remove(&m->link);
        list_push_front(&of->link, &m->link);
    }
    spin_unlock(&obj->maps_lock);
}

static bool try_begin(struct object *obj)
{
    spin_lock(&obj->maps_lock);
    bool mine = !obj->walked;
    if (mine) {
        obj->walked = true;
        obj->round++;
    }
    spin_unlock(&obj->maps_lock);
    return mine;
}

// One walk at a time: the order of the list is the walk's.  Another waits for locks of address
// spaces only, so it ends whatever our caller holds.
static uint32 begin_walk(struct object *obj)
{
    while (!try_begin(obj))
        thread_yield();
    return obj->round;
}

static void end_walk(struct object *obj)
{
    spin_lock(&obj->maps_lock);
    obj->walked = false;
    spin_unlock(&obj->maps_lock);
}

// Those that the walk has not come by stand before the others.
static struct mapping *first_before(struct object *obj, uint32 round)
{
    if (list_empty(&obj->mappings))
        return NULL;
    struct mapping *m = container_of(obj->mappings.next, struct mapping, link);
    return m->round == round ? NULL : m;
}

static bool try_hold(struct object *obj, struct mapping *m, uint32 round)
{
    if (!ops->try_hold(m))
        return false;
    m->round = round;
    list_remove(&m->link);
    list_push_back(&obj->mappings, &m->link);
    return true;
}

// => a mapping that this walk has not come by, held; NULL: there is none
static struct mapping *hold_next(struct object *obj, uint32 round)
{
    for (;; thread_yield()) {
        spin_lock(&obj->maps_lock);
        struct mapping *m = first_before(obj, round);
        bool done = m == NULL || try_hold(obj, m, round);
        spin_unlock(&obj->maps_lock);
        if (done)
            return m;
    }
}

void mappings_protect(struct object *obj)
{
    if (!object_is_stored_to(obj))
        return;
    uint32 round = begin_walk(obj);
    for (struct mapping *m; (m = hold_next(obj, round)) != NULL;)
        ops->protect(m);
    end_walk(obj);
}

void mappings_forget(struct object *obj, uint64 first, uint64 end, struct frame *const *only)
{
    uint32 round = begin_walk(obj);
    for (struct mapping *m; (m = hold_next(obj, round)) != NULL;)
        ops->forget(m, first, end, only);
    end_walk(obj);
}

void mappings_committed(struct object *obj)
{
    spin_lock(&obj->maps_lock);
    obj->stored_to = obj->nstores > 0;
    spin_unlock(&obj->maps_lock);
}
