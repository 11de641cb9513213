#include "proc/poll.h"
#include "abi.h"
#include "errno.h"
#include "mem/slab.h"
#include "task/clock.h"
#include "task/thread.h"

static struct obj_cache item_cache =
    OBJ_CACHE_INIT(item_cache, "poll item", sizeof(struct poll_item));

// --- one file ---------------------------------------------------------------------------------

static void notice(struct waiter *w)
{
    struct file_watch *watch = container_of(w, struct watcher, waiter)->watch;
    watch->changed(watch);
}

void file_watch(struct file_watch *w, const struct poll_news *news,
                void (*changed)(struct file_watch *w))
{
    w->changed = changed;
    for (int i = 0; i < POLL_QUEUES; i++) {
        struct watcher *at = &w->at[i];
        at->watch = w;
        at->queue = news->queue[i];
        waiter_init(&at->waiter, notice);
        if (at->queue)
            waiter_enter(&at->waiter, at->queue);
    }
}

void file_unwatch(struct file_watch *w)
{
    for (int i = 0; i < POLL_QUEUES; i++)
        if (w->at[i].queue)
            waiter_leave(&w->at[i].waiter, w->at[i].queue);
}

// --- a list of files --------------------------------------------------------------------------

struct poll_item *poll_item_add(struct list *items, struct file *f, uint32 wants, uint32 note)
{
    struct poll_item *item = obj_alloc(&item_cache);
    if (!item) {
        if (f)
            file_put(f);
        return NULL;
    }
    item->file = f;
    item->wants = wants;
    item->note = note;
    item->got = 0;
    list_push_back(items, &item->link);
    return item;
}

void poll_items_free(struct list *items)
{
    for (struct list *l; (l = list_pop_front(items)) != NULL;) {
        struct poll_item *item = container_of(l, struct poll_item, link);
        if (item->file)
            file_put(item->file);
        obj_free(&item_cache, item);
    }
}

// => how many have got something; *until becomes earlier if one of them changes before that
static int look(struct list *items, uint64 *until)
{
    struct poll_news news;
    int n = 0;
    list_for_each (l, items) {
        struct poll_item *item = container_of(l, struct poll_item, link);
        if (item->file) {
            item->got = file_poll(item->file, &news) & item->wants;
            *until = news.when < *until ? news.when : *until;
        }
        n += item->got != 0;
        thread_breathe();
    }
    return n;
}

static void changed(struct file_watch *w)
{
    waiter_fire(container_of(w, struct poll_item, watch)->sleeper);
}

static void watch(struct list *items, struct waiter *sleeper)
{
    struct poll_news news;
    list_for_each (l, items) {
        struct poll_item *item = container_of(l, struct poll_item, link);
        item->sleeper = sleeper;
        if (!item->file)
            continue;
        file_poll(item->file, &news);
        file_watch(&item->watch, &news, changed);
    }
}

static void unwatch(struct list *items)
{
    list_for_each (l, items) {
        struct poll_item *item = container_of(l, struct poll_item, link);
        if (item->file)
            file_unwatch(&item->watch);
    }
}

// => as poll_wait().  One look more after the sleep has ended, whatever has ended it.
static int wait(struct list *items, uint64 ns)
{
    struct waiter sleeper;
    int n, err = 0;
    waiter_init(&sleeper, NULL);
    watch(items, &sleeper);
    for (;;) {
        uint64 until = ns;
        waiter_rearm(&sleeper);
        n = look(items, &until);
        if (n || err)
            break;
        err = waiter_sleep_until(&sleeper, until);
        if (err == -ETIMEDOUT && until < ns)
            err = 0;
    }
    unwatch(items);
    return n ? n : err == -ETIMEDOUT ? 0 : err;
}

int poll_wait(struct list *items, uint64 ns)
{
    uint64 until = ns;
    int n = look(items, &until);
    if (n == 0 && ns > clock_ns())
        n = wait(items, ns);
    return n;
}
