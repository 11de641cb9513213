// Timers that are files (proc/timerfd.h).
//
// Nothing goes off: whoever looks computes from the clock how often the time has come, and whoever
// waits sleeps until it comes.

#include "proc/timerfd.h"
#include "abi.h"
#include "errno.h"
#include "fcntl.h"
#include "mem/slab.h"
#include "task/clock.h"
#include "task/waitq.h"
#include "vm/usercopy.h"

struct timerfd {
    struct spinlock lock; // RANK_PIPE
    bool realtime;
    struct timerfd_setting at; // by lock; next: the first time that has not been read
    struct waitq changed;      // woken when `at` changes
};

static struct obj_cache timerfd_cache =
    OBJ_CACHE_INIT(timerfd_cache, "timerfd", sizeof(struct timerfd));
static const struct file_ops timerfd_ops;

// => how often the time has come; lock is held
static uint64 times(const struct timerfd *t, uint64 now)
{
    if (t->at.next == 0 || now < t->at.next)
        return 0;
    return t->at.interval ? 1 + (now - t->at.next) / t->at.interval : 1;
}

// => when it comes next, WAIT_FOREVER if it does not; lock is held
static uint64 coming(const struct timerfd *t, uint64 now)
{
    uint64 n = times(t, now);
    if (t->at.next == 0 || (n && !t->at.interval))
        return WAIT_FOREVER;
    return t->at.next + n * t->at.interval;
}

// => 0 with their number, -EAGAIN, -EINTR
static int take(struct file *f, struct timerfd *t, uint64 *n)
{
    int err = 0;
    spin_lock(&t->lock);
    while ((*n = times(t, clock_ns())) == 0 && !err) {
        err = -EAGAIN;
        if (!(f->flags & O_NONBLOCK))
            err = wait_on_until(&t->changed, &t->lock, coming(t, clock_ns()));
        if (err == -ETIMEDOUT)
            err = 0;
    }
    if (*n) {
        err = 0;
        t->at.next = t->at.interval ? t->at.next + *n * t->at.interval : 0;
        wake_waiting(&t->changed);
    }
    spin_unlock(&t->lock);
    return err;
}

static int64 timerfd_read(struct file *f, struct user_iter *to, uint64 *pos)
{
    uint64 n;
    if (pos)
        return -ESPIPE;
    if (to->left < sizeof n)
        return -EINVAL;
    int64 err = user_iter_writable(to, sizeof n);
    if (err >= 0)
        err = take(f, f->obj, &n);
    if (err == 0)
        err = user_iter_out(to, &n, sizeof n);
    return err ? err : (int64)sizeof n;
}

static uint32 timerfd_poll(struct file *f, struct poll_news *news)
{
    struct timerfd *t = f->obj;
    news->queue[0] = &t->changed;
    spin_lock(&t->lock);
    uint64 now = clock_ns();
    uint32 got = times(t, now) ? POLLIN : 0;
    news->when = coming(t, now);
    spin_unlock(&t->lock);
    return got;
}

// => lock is held
static struct timerfd_setting to_go(const struct timerfd *t, uint64 now)
{
    uint64 next = coming(t, now);
    return (struct timerfd_setting){ next == WAIT_FOREVER ? 0 : next - now, t->at.interval };
}

int timerfd_set(struct file *f, const struct timerfd_setting *setting, struct timerfd_setting *old)
{
    struct timerfd *t = f->obj;
    if (f->ops != &timerfd_ops)
        return -EINVAL;
    spin_lock(&t->lock);
    *old = to_go(t, clock_ns());
    t->at = *setting;
    wake_waiting(&t->changed);
    spin_unlock(&t->lock);
    return 0;
}

int timerfd_get(struct file *f, struct timerfd_setting *now)
{
    struct timerfd *t = f->obj;
    if (f->ops != &timerfd_ops)
        return -EINVAL;
    spin_lock(&t->lock);
    *now = to_go(t, clock_ns());
    spin_unlock(&t->lock);
    return 0;
}

bool timerfd_is_realtime(struct file *f)
{
    return f->ops == &timerfd_ops && ((struct timerfd *)f->obj)->realtime;
}

static void timerfd_release(struct file *f)
{
    obj_free(&timerfd_cache, f->obj);
}

static const struct file_ops timerfd_ops = {
    .read = timerfd_read,
    .write = file_no_transfer,
    .stat = file_nameless_stat,
    .poll = timerfd_poll,
    .release = timerfd_release,
};

int timerfd_new(bool realtime, struct file **out)
{
    int err = file_alloc(out);
    if (err)
        return err;
    struct timerfd *t = obj_alloc_zeroed(&timerfd_cache);
    if (!t) {
        file_put(*out);
        return -ENOMEM;
    }
    spin_init(&t->lock, "timerfd", RANK_PIPE);
    waitq_init(&t->changed, "timerfd");
    t->realtime = realtime;
    file_begin(*out, &timerfd_ops, O_RDWR, t);
    return 0;
}
