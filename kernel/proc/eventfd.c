#include "proc/eventfd.h"
#include "abi.h"
#include "errno.h"
#include "fcntl.h"
#include "mem/slab.h"
#include "task/waitq.h"
#include "vm/usercopy.h"

#define MOST (~0UL - 1) // that a counter holds

struct eventfd {
    struct spinlock lock; // RANK_PIPE
    uint64 count;         // by lock
    bool semaphore;
    struct waitq changed; // wait for a count, or for room
};

static struct obj_cache eventfd_cache =
    OBJ_CACHE_INIT(eventfd_cache, "eventfd", sizeof(struct eventfd));

static int wait_more(struct file *f, struct eventfd *e)
{
    return f->flags & O_NONBLOCK ? -EAGAIN : wait_on_interruptible(&e->changed, &e->lock);
}

// => 0 with the value taken, -EAGAIN, -EINTR
static int take(struct file *f, struct eventfd *e, uint64 *value)
{
    int err = 0;
    spin_lock(&e->lock);
    while (e->count == 0 && !err)
        err = wait_more(f, e);
    if (!err) {
        *value = e->semaphore ? 1 : e->count;
        e->count -= *value;
        wake_waiting(&e->changed);
    }
    spin_unlock(&e->lock);
    return err;
}

// Where the value goes is looked for first.
static int64 eventfd_read(struct file *f, struct user_iter *to, uint64 *pos)
{
    uint64 value;
    if (pos)
        return -ESPIPE;
    if (to->left < sizeof value)
        return -EINVAL;
    int64 err = user_iter_writable(to, sizeof value);
    if (err >= 0)
        err = take(f, f->obj, &value);
    if (err == 0)
        err = user_iter_out(to, &value, sizeof value);
    return err ? err : (int64)sizeof value;
}

static int64 eventfd_write(struct file *f, struct user_iter *from, uint64 *pos)
{
    struct eventfd *e = f->obj;
    uint64 value;
    if (pos)
        return -ESPIPE;
    if (from->left < sizeof value)
        return -EINVAL;
    int err = user_iter_in(from, &value, sizeof value);
    if (err)
        return err;
    if (value > MOST)
        return -EINVAL;
    spin_lock(&e->lock);
    while (MOST - e->count < value && !err)
        err = wait_more(f, e);
    if (!err) {
        e->count += value;
        wake_waiting(&e->changed);
    }
    spin_unlock(&e->lock);
    return err ? err : (int64)sizeof value;
}

static uint32 eventfd_poll(struct file *f, struct poll_news *news)
{
    struct eventfd *e = f->obj;
    news->queue[0] = &e->changed;
    spin_lock(&e->lock);
    uint32 got = (e->count > 0 ? POLLIN : 0) | (e->count < MOST ? POLLOUT : 0);
    spin_unlock(&e->lock);
    return got;
}

static void eventfd_release(struct file *f)
{
    obj_free(&eventfd_cache, f->obj);
}

static const struct file_ops eventfd_ops = {
    .read = eventfd_read,
    .write = eventfd_write,
    .stat = file_nameless_stat,
    .poll = eventfd_poll,
    .release = eventfd_release,
};

int eventfd_new(uint64 count, bool semaphore, struct file **out)
{
    int err = file_alloc(out);
    if (err)
        return err;
    struct eventfd *e = obj_alloc(&eventfd_cache);
    if (!e) {
        file_put(*out);
        return -ENOMEM;
    }
    spin_init(&e->lock, "eventfd", RANK_PIPE);
    waitq_init(&e->changed, "eventfd");
    e->count = count;
    e->semaphore = semaphore;
    file_begin(*out, &eventfd_ops, O_RDWR, e);
    return 0;
}
