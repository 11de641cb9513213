// Waiting until one of several open files is ready.
//
// A file says by `poll` of its operations what it is ready for, and what tells of a change: queues, and
// the time.  Whoever waits looks at all files first.  Only if nothing is ready he watches their queues
// (task/waitq.h), looks once more, and sleeps until one of them is woken.
#pragma once

#include "types.h"
#include "abi.h"
#include "lib/list.h"
#include "proc/file.h"
#include "task/waitq.h"

// => what f is ready for
static inline uint32 file_poll(struct file *f, struct poll_news *news)
{
    *news = (struct poll_news){ .when = WAIT_FOREVER };
    return f->ops->poll ? f->ops->poll(f, news) : POLLIN | POLLOUT;
}

// Somebody who watches a file.
struct file_watch {
    void (*changed)(struct file_watch *w); // at each wakeup, with the queue's lock held
    struct watcher {
        struct file_watch *watch;
        struct waitq *queue; // NULL: not in use
        struct waiter waiter;
    } at[POLL_QUEUES];
};

// Begins to watch the file that has given these news; it does not go away before file_unwatch().
void file_watch(struct file_watch *w, const struct poll_news *news,
                void (*changed)(struct file_watch *w));
void file_unwatch(struct file_watch *w);

// One file of a call of poll().
struct poll_item {
    struct list link;  // in the caller's list
    struct file *file; // with a reference; NULL: nothing is looked at
    uint32 wants;      // POLLIN ...
    uint32 got;        // what of these it is ready for
    uint32 note;       // the caller's own
    struct file_watch watch;
    struct waiter *sleeper; // the call's
};

// => an item at the end of the list, NULL if out of memory.  Takes over the reference to f, or NULL.
struct poll_item *poll_item_add(struct list *items, struct file *f, uint32 wants, uint32 note);
void poll_items_free(struct list *items);

// Waits until one of the items has got something, or until `ns` (of clock_ns(), WAIT_FOREVER).
// => how many have; 0: the time is over; -EINTR
int poll_wait(struct list *items, uint64 ns);
