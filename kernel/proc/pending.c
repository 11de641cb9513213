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
    struct posted *newer;
    struct siginfo info;
};

static struct obj_cache posteds = OBJ_CACHE_INIT(posteds, "posted signal", sizeof(struct posted));

static void append(struct pending *p, struct posted *posted)
{
    posted->newer = NULL;
    if (p->newest)
        p->newest->newer = posted;
    else
        p->oldest = posted;
    p->newest = posted;
    p->n++;
}

// Frees *at, which is behind `before` (NULL: the oldest).
static void unlink(struct pending *p, struct posted **at, struct posted *before)
{
    struct posted *posted = *at;
    *at = posted->newer;
    if (p->newest == posted)
        p->newest = before;
    p->n--;
    obj_free(&posteds, posted);
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
        append(p, posted);
    }
    p->set |= SIGBIT(sig);
    return 0;
}

bool pending_count_timer(struct pending *p, const struct siginfo *info)
{
    for (struct posted *at = p->oldest; at; at = at->newer)
        if (at->info.si_code == SI_TIMER && at->info.si_timerid == info->si_timerid) {
            at->info.si_overrun += info->si_overrun + 1;
            return true;
        }
    return false;
}

// Takes the oldest of its number off the queue.  => does another wait?
static bool take_oldest(struct pending *p, int sig, struct siginfo *info)
{
    bool taken = false;
    struct posted **at = &p->oldest, *before = NULL;
    while (*at) {
        bool is_it = (*at)->info.si_signo == sig;
        if (is_it && taken)
            return true;
        if (is_it) {
            *info = (*at)->info;
            taken = true;
            unlink(p, at, before);
        } else {
            before = *at;
            at = &before->newer;
        }
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
    *to = *from;
    *from = (struct pending){ 0 };
}

void pending_drop_some(struct pending *p, uint64 set)
{
    struct posted **at = &p->oldest, *before = NULL;
    while (*at)
        if (set & SIGBIT((*at)->info.si_signo)) {
            unlink(p, at, before);
        } else {
            before = *at;
            at = &before->newer;
        }
    p->set &= ~set;
}
