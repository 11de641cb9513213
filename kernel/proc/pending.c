#include "proc/pending.h"
#include "errno.h"
#include "lib/bitmap.h"
#include "mem/slab.h"

// What the program did itself is told before what others want of it: the handler is to see the
// registers of the fault.
#define FAULTS                                                                                     \
    (SIGBIT(SIGSEGV) | SIGBIT(SIGBUS) | SIGBIT(SIGILL) | SIGBIT(SIGTRAP) | SIGBIT(SIGFPE) |        \
     SIGBIT(SIGSYS))

struct posted {
    struct list link;
    struct siginfo info;
};

static struct obj_cache posteds = OBJ_CACHE_INIT(posteds, "posted signal", sizeof(struct posted));

void pending_init(struct pending *p)
{
    p->set = 0;
    p->n = 0;
    list_init(&p->queue);
}

int pending_add(struct pending *p, const struct siginfo *info)
{
    int sig = info->si_signo;
    bool standard = sig < SIGRTMIN;
    if (standard && p->set & SIGBIT(sig))
        return 0;
    struct posted *posted = NULL;
    if (p->n < PENDING_MOST || standard)
        posted = obj_alloc(&posteds);
    if (!posted && !standard)
        return -EAGAIN;
    if (posted) {
        posted->info = *info;
        list_push_back(&p->queue, &posted->link);
        p->n++;
    }
    p->set |= SIGBIT(sig);
    return 0;
}

bool pending_count_timer(struct pending *p, const struct siginfo *info)
{
    list_for_each (l, &p->queue) {
        struct siginfo *waits = &container_of(l, struct posted, link)->info;
        if (waits->si_code == SI_TIMER && waits->si_timerid == info->si_timerid) {
            waits->si_overrun += info->si_overrun + 1;
            return true;
        }
    }
    return false;
}

static void unlink(struct pending *p, struct posted *posted)
{
    list_remove(&posted->link);
    p->n--;
    obj_free(&posteds, posted);
}

// Takes the oldest of its number off the queue.  => does another wait?
static bool take_oldest(struct pending *p, int sig, struct siginfo *info)
{
    bool taken = false;
    list_for_each_safe (l, &p->queue) {
        struct posted *posted = container_of(l, struct posted, link);
        if (posted->info.si_signo != sig)
            continue;
        if (taken)
            return true;
        *info = posted->info;
        taken = true;
        unlink(p, posted);
    }
    return false;
}

int pending_take(struct pending *p, uint64 wanted, struct siginfo *info)
{
    uint64 there = p->set & wanted;
    if (!there)
        return 0;
    int sig = (int)bit_lowest(there & FAULTS ? there & FAULTS : there) + 1;
    *info = (struct siginfo){ .si_signo = sig, .si_code = SI_USER };
    if (!take_oldest(p, sig, info))
        p->set &= ~SIGBIT(sig);
    return sig;
}

void pending_move(struct pending *to, struct pending *from)
{
    list_append(&to->queue, &from->queue);
    to->set = from->set;
    to->n = from->n;
    from->set = 0;
    from->n = 0;
}

void pending_drop(struct pending *p, uint64 set)
{
    if (p->set & set)
        list_for_each_safe (l, &p->queue) {
            struct posted *posted = container_of(l, struct posted, link);
            if (set & SIGBIT(posted->info.si_signo))
                unlink(p, posted);
        }
    p->set &= ~set;
}
