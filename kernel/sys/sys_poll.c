// System calls that wait for several files: ppoll, pselect6.

#include "abi.h"
#include "errno.h"
#include "lib/string.h"
#include "param.h"
#include "proc/file.h"
#include "proc/poll.h"
#include "proc/lwp.h"
#include "proc/proc.h"
#include "proc/signal.h"
#include "sys/dispatch.h"
#include "sys/mask.h"
#include "sys/user_time.h"
#include "task/thread.h"
#include "vm/usercopy.h"

static struct aspace *memory(void)
{
    return current_proc()->aspace;
}

static int64 ended(int64 result)
{
    mask_end(result);
    return result == -EINTR ? -ERESTART_NOHAND : result;
}

// --- ppoll ------------------------------------------------------------------------------------

// What Linux has two or three names for.
#define WANTS_READ  (POLLIN | POLLRDNORM)
#define WANTS_WRITE (POLLOUT | POLLWRNORM | POLLWRBAND)

static uint32 plain(uint32 events)
{
    return (events & WANTS_READ ? POLLIN : 0) | (events & WANTS_WRITE ? POLLOUT : 0);
}

static int16 told(uint32 got, uint32 events)
{
    uint32 all = got & (POLLERR | POLLHUP | POLLNVAL);
    if (got & POLLIN)
        all |= events & WANTS_READ;
    if (got & POLLOUT)
        all |= events & (POLLOUT | POLLWRNORM);
    return (int16)all;
}

static uint64 pollfd_at(uint64 fds, uint32 i)
{
    return fds + i * sizeof(struct pollfd);
}

// => 0, -EFAULT, -ENOMEM
static int add_pollfd(struct list *items, uint64 uaddr)
{
    struct pollfd p;
    if (copyin(memory(), &p, uaddr, sizeof p))
        return -EFAULT;
    uint32 events = (uint16)p.events;
    struct file *f = p.fd < 0 ? NULL : files_get(current_files(), p.fd);
    struct poll_item *item = poll_item_add(items, f, plain(events) | POLLERR | POLLHUP, events);
    if (!item)
        return -ENOMEM;
    if (p.fd >= 0 && !f)
        item->got = POLLNVAL;
    return 0;
}

// => 0, -EFAULT, -ENOMEM, -EINTR
static int add_pollfds(struct list *items, uint64 fds, uint32 n)
{
    int err = 0;
    for (uint32 i = 0; i < n && !err; i++)
        err = add_pollfd(items, pollfd_at(fds, i)) ?: thread_breathe();
    return err;
}

// => 0, -EFAULT
static int tell_pollfds(struct list *items, uint64 fds)
{
    int err = 0;
    list_for_each (l, items) {
        const struct poll_item *item = container_of(l, struct poll_item, link);
        int16 revents = told(item->got, item->note);
        if (!err)
            err =
                copyout(memory(), fds + offsetof(struct pollfd, revents), &revents, sizeof revents);
        fds += sizeof(struct pollfd);
    }
    return err;
}

int64 sys_ppoll(const uint64 *arg) // struct pollfd *, n, timespec *, mask, its size
{
    struct list items;
    uint64 until;
    list_init(&items);
    if (arg[1] > NOFILE)
        return -EINVAL;
    int err = user_time_limit(arg[2], &until);
    if (!err)
        err = add_pollfds(&items, arg[0], (uint32)arg[1]);
    if (!err)
        err = mask_begin(arg[3], arg[4]);
    int64 result = err ? err : ended(poll_wait(&items, until));
    if (result >= 0 && tell_pollfds(&items, arg[0]))
        result = -EFAULT;
    if (!err)
        user_time_left(arg[2], until);
    poll_items_free(&items);
    return result;
}

// --- pselect6 ---------------------------------------------------------------------------------

#define SET_WORDS ((NOFILE + 63) / 64)

enum { READ_SET, WRITE_SET, EXCEPT_SET, SETS };

struct fd_sets {
    uint64 uaddr[SETS]; // 0: none
    uint64 word[SETS][SET_WORDS];
    uint32 n; // descriptors
};

// What makes a descriptor stay in a set.
static const uint32 set_ready[SETS] = { POLLIN | POLLHUP | POLLERR, POLLOUT | POLLERR, POLLPRI };

static size_t set_bytes(uint32 n)
{
    return (n + 63ul) / 64 * sizeof(uint64);
}

static bool in_set(const struct fd_sets *s, int set, uint32 fd)
{
    return s->word[set][fd / 64] >> fd % 64 & 1;
}

static int get_sets(struct fd_sets *s, const uint64 *uaddr, int64 n)
{
    memset(s, 0, sizeof *s);
    if (n < 0)
        return -EINVAL;
    s->n = n < NOFILE ? (uint32)n : NOFILE;
    for (int set = 0; set < SETS; set++) {
        s->uaddr[set] = uaddr[set];
        if (uaddr[set] && copyin(memory(), s->word[set], uaddr[set], set_bytes(s->n)))
            return -EFAULT;
    }
    return 0;
}

// => 0, -EFAULT
static int put_sets(const struct fd_sets *s)
{
    for (int set = 0; set < SETS; set++)
        if (s->uaddr[set] && copyout(memory(), s->uaddr[set], s->word[set], set_bytes(s->n)))
            return -EFAULT;
    return 0;
}

// => 0; -EBADF, -ENOMEM, -EINTR
static int add_fd(struct list *items, const struct fd_sets *s, uint32 fd)
{
    uint32 wants = 0;
    for (int set = 0; set < SETS; set++)
        if (in_set(s, set, fd))
            wants |= set_ready[set];
    if (!wants)
        return 0;
    struct file *f = files_get(current_files(), (int)fd);
    if (!f)
        return -EBADF;
    return poll_item_add(items, f, wants, fd) ? thread_breathe() : -ENOMEM;
}

// Leaves in the sets what is ready.  => how many bits
static int64 keep_ready(struct fd_sets *s, struct list *items)
{
    int64 n = 0;
    struct fd_sets asked = *s;
    memset(s->word, 0, sizeof s->word);
    list_for_each (l, items) {
        const struct poll_item *item = container_of(l, struct poll_item, link);
        for (int set = 0; set < SETS; set++) {
            if (!in_set(&asked, set, item->note) || !(item->got & set_ready[set]))
                continue;
            s->word[set][item->note / 64] |= 1UL << item->note % 64;
            n++;
        }
    }
    return n;
}

// The mask comes as an address of its address and size.
static int mask_of_select(uint64 uaddr)
{
    uint64 mask[2];
    if (uaddr == 0)
        return 0;
    if (copyin(memory(), mask, uaddr, sizeof mask))
        return -EFAULT;
    return mask_begin(mask[0], mask[1]);
}

static int64 select_files(struct fd_sets *s, struct list *items, uint64 until, uint64 mask)
{
    int err = 0;
    for (uint32 fd = 0; fd < s->n && !err; fd++)
        err = add_fd(items, s, fd);
    if (!err)
        err = mask_of_select(mask);
    int64 result = err ? err : ended(poll_wait(items, until));
    if (result < 0)
        return result;
    int64 n = keep_ready(s, items);
    return put_sets(s) ? -EFAULT : n;
}

int64 sys_pselect6(const uint64 *arg) // n, three sets, timespec *, mask
{
    struct fd_sets sets;
    struct list items;
    uint64 until;
    list_init(&items);
    int err = user_time_limit(arg[4], &until);
    if (!err)
        err = get_sets(&sets, arg + 1, (int)arg[0]);
    if (err)
        return err;
    int64 result = select_files(&sets, &items, until, arg[5]);
    poll_items_free(&items);
    user_time_left(arg[4], until);
    return result;
}
