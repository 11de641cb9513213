// epoll (proc/epoll.h).
//
// Locking: one mutex, `watching` (RANK_EPOLL), guards all items and lists, of all epolls and files.
// `changed` is set with nothing but a queue's lock held.  A file whose items are there has not been
// released yet: its last put waits for the mutex in epoll_forget().

#include "proc/epoll.h"
#include "errno.h"
#include "lib/string.h"
#include "mem/slab.h"
#include "proc/poll.h"
#include "task/clock.h"
#include "task/mutex.h"
#include "task/thread.h"
#include "task/waitq.h"

#define EVENTS  (POLLIN | POLLPRI | POLLOUT | POLLERR | POLLHUP | POLLRDHUP)
#define ALWAYS  (POLLERR | POLLHUP)
#define OPTIONS (EPOLLET | EPOLLONESHOT)

struct epoll {
    struct waitq changed; // woken when an item becomes changed
    struct list items;    // by `watching`
    int epolls;           // by `watching`: items that are epolls
    int above;            // by `watching`: epolls that watch it
};

struct epoll_item {
    struct list link;    // in the epoll's list
    struct list of_file; // in the file's
    struct epoll *epoll;
    struct file *file; // not counted
    int fd;
    uint32 options; // EPOLLET, EPOLLONESHOT
    uint32 wants;   // POLLIN ...; 0: switched off
    uint64 data;
    uint64 when;    // it is looked at from then on
    uint32 changed; // atomic: it is looked at
    struct file_watch watch;
};

static struct mutex watching = { .rank = RANK_EPOLL,
                                 .name = "epoll",
                                 .waiters = WAITQ_INIT(watching.waiters, "epoll") };
static struct obj_cache epoll_cache = OBJ_CACHE_INIT(epoll_cache, "epoll", sizeof(struct epoll));
static struct obj_cache item_cache =
    OBJ_CACHE_INIT(item_cache, "epoll item", sizeof(struct epoll_item));

static const struct file_ops epoll_ops;

static struct epoll *epoll_of(const struct file *f)
{
    return f->ops == &epoll_ops ? f->obj : NULL;
}

// --- items: `watching` is held ----------------------------------------------------------------

static void mark(struct epoll_item *item)
{
    __atomic_store_n(&item->changed, 1, __ATOMIC_SEQ_CST);
    wake_all(&item->epoll->changed);
}

static void changed(struct file_watch *w)
{
    mark(container_of(w, struct epoll_item, watch));
}

// => what the item's file is ready for, of what is wanted
static uint32 look(struct epoll_item *item);

// => is any item ready?  *when: one may be from then on
static bool any_ready(struct epoll *ep, uint64 *when)
{
    list_for_each (l, &ep->items) {
        struct epoll_item *item = container_of(l, struct epoll_item, link);
        if (look(item)) {
            __atomic_store_n(&item->changed, 1, __ATOMIC_RELAXED);
            return true;
        }
        *when = item->when < *when ? item->when : *when;
    }
    return false;
}

static uint32 poll_file(struct file *f, struct poll_news *news)
{
    struct epoll *inner = epoll_of(f);
    if (!inner)
        return file_poll(f, news);
    *news = (struct poll_news){ .queue = { &inner->changed }, .when = WAIT_FOREVER };
    return any_ready(inner, &news->when) ? POLLIN : 0;
}

// A change that comes while the file is looked at is seen, or marks the item again.
static uint32 look(struct epoll_item *item)
{
    struct poll_news news;
    bool due = item->when != WAIT_FOREVER && clock_ns() >= item->when;
    if (!__atomic_exchange_n(&item->changed, 0, __ATOMIC_SEQ_CST) && !due)
        return 0;
    if (item->wants == 0)
        return 0;
    uint32 got = poll_file(item->file, &news) & item->wants;
    item->when = news.when;
    return got;
}

static struct epoll_item *find(const struct epoll *ep, const struct file *f, int fd)
{
    list_for_each (l, &ep->items) {
        struct epoll_item *item = container_of(l, struct epoll_item, link);
        if (item->file == f && item->fd == fd)
            return item;
    }
    return NULL;
}

static void set(struct epoll_item *item, const struct epoll_event *event)
{
    item->options = event->events & OPTIONS;
    item->wants = (event->events & EVENTS) | ALWAYS;
    item->data = event->data;
    item->when = WAIT_FOREVER;
    mark(item);
}

// Counts an epoll that is watched, in both.
static void count_epoll(struct epoll_item *item, int change)
{
    struct epoll *inner = epoll_of(item->file);
    if (!inner)
        return;
    inner->above += change;
    item->epoll->epolls += change;
}

static int add(struct epoll *ep, struct file *f, int fd, const struct epoll_event *event)
{
    struct poll_news news;
    const struct epoll *inner = epoll_of(f);
    if (inner && (inner->epolls || ep->above))
        return -ELOOP;
    struct epoll_item *item = obj_alloc_zeroed(&item_cache);
    if (!item)
        return -ENOMEM;
    item->epoll = ep;
    item->file = f;
    item->fd = fd;
    list_push_back(&ep->items, &item->link);
    list_push_back(&f->items, &item->of_file);
    __atomic_store_n(&f->watched, true, __ATOMIC_RELAXED);
    count_epoll(item, 1);
    poll_file(f, &news);
    file_watch(&item->watch, &news, changed);
    set(item, event);
    return 0;
}

static void drop(struct epoll_item *item)
{
    file_unwatch(&item->watch);
    count_epoll(item, -1);
    list_remove(&item->link);
    list_remove(&item->of_file);
    obj_free(&item_cache, item);
}

static int control(struct epoll *ep, int what, struct file *f, int fd,
                   const struct epoll_event *event)
{
    struct epoll_item *item = find(ep, f, fd);
    switch (what) {
    case EPOLL_CTL_ADD: return item ? -EEXIST : add(ep, f, fd, event);
    case EPOLL_CTL_MOD:
        if (item)
            set(item, event);
        return item ? 0 : -ENOENT;
    case EPOLL_CTL_DEL:
        if (item)
            drop(item);
        return item ? 0 : -ENOENT;
    default: return -EINVAL;
    }
}

int epoll_control(struct file *epoll, int what, struct file *f, int fd,
                  const struct epoll_event *event)
{
    struct epoll *ep = epoll_of(epoll);
    if (!f->ops->poll)
        return -EPERM;
    if (!ep || f == epoll)
        return -EINVAL;
    mutex_lock(&watching);
    int err = control(ep, what, f, fd, event);
    mutex_unlock(&watching);
    return err;
}

void epoll_forget(struct file *f)
{
    mutex_lock(&watching);
    while (!list_empty(&f->items))
        drop(container_of(f->items.next, struct epoll_item, of_file));
    mutex_unlock(&watching);
}

// --- waiting ----------------------------------------------------------------------------------

static void report(struct epoll_item *item, uint32 got, struct epoll_event *event)
{
    *event = (struct epoll_event){ .events = got, .data = item->data };
    if (item->options & EPOLLONESHOT)
        item->wants = 0;
    else if (!(item->options & EPOLLET))
        __atomic_store_n(&item->changed, 1, __ATOMIC_RELAXED);
}

// Who has been reported goes behind those who have not.
// => how many; *when: there may be more from then on
static int collect(struct epoll *ep, struct epoll_event *events, int max, uint64 *when)
{
    struct list reported;
    int n = 0;
    list_init(&reported);
    mutex_lock(&watching);
    list_for_each_safe (l, &ep->items) {
        struct epoll_item *item = container_of(l, struct epoll_item, link);
        thread_breathe();
        if (n == max)
            break;
        uint32 got = look(item);
        *when = item->when < *when ? item->when : *when;
        if (!got)
            continue;
        report(item, got, &events[n++]);
        list_remove(l);
        list_push_back(&reported, l);
    }
    list_append(&ep->items, &reported);
    mutex_unlock(&watching);
    return n;
}

static int wait(struct epoll *ep, struct epoll_event *events, int max, uint64 ns)
{
    struct waiter self;
    int n, err = 0;
    waiter_init(&self, waiter_fire);
    waiter_enter(&self, &ep->changed);
    for (;;) {
        uint64 until = ns;
        waiter_rearm(&self);
        n = collect(ep, events, max, &until);
        if (n || err)
            break;
        err = waiter_sleep_until(&self, until);
        if (err == -ETIMEDOUT && until < ns)
            err = 0;
    }
    waiter_leave(&self, &ep->changed);
    return n ? n : err == -ETIMEDOUT ? 0 : err;
}

int epoll_wait(struct file *epoll, struct epoll_event events[EPOLL_BATCH], int max, uint64 ns)
{
    struct epoll *ep = epoll_of(epoll);
    if (!ep)
        return -EINVAL;
    uint64 until = ns;
    int most = max < EPOLL_BATCH ? max : EPOLL_BATCH;
    int n = collect(ep, events, most, &until);
    return n || ns <= clock_ns() ? n : wait(ep, events, most, ns);
}

// --- the file ---------------------------------------------------------------------------------

static uint32 epoll_poll(struct file *f, struct poll_news *news)
{
    mutex_lock(&watching);
    uint32 got = poll_file(f, news);
    mutex_unlock(&watching);
    return got;
}

static void epoll_release(struct file *f)
{
    struct epoll *ep = f->obj;
    mutex_lock(&watching);
    while (!list_empty(&ep->items))
        drop(container_of(ep->items.next, struct epoll_item, link));
    mutex_unlock(&watching);
    obj_free(&epoll_cache, ep);
}

static const struct file_ops epoll_ops = {
    .read = file_no_transfer,
    .write = file_no_transfer,
    .stat = file_nameless_stat,
    .poll = epoll_poll,
    .release = epoll_release,
};

int epoll_new(struct file **out)
{
    int err = file_alloc(out);
    if (err)
        return err;
    struct epoll *ep = obj_alloc_zeroed(&epoll_cache);
    if (!ep) {
        file_put(*out);
        return -ENOMEM;
    }
    waitq_init_above(&ep->changed, "epoll wait");
    list_init(&ep->items);
    file_begin(*out, &epoll_ops, O_RDWR, ep);
    return 0;
}
