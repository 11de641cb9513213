// Out of memory (proc/oom.h).
//
// Whoever's fault finds no frame looks at all processes, one after the other, and picks the one
// whose end gives back most.  Nothing is locked between two of them, so what was seen may be old:
// the one that is picked is looked for again by its pid and its address space when it is killed.
//
// One at a time.  As long as anybody is on his way out, killed by whomever or exiting, nobody is
// picked: what he gives back may do.  Who does not come to his end (he waits for a disk) is waited
// for WAITS times, and then left out.  After KILLS that have not helped the faulting process ends
// itself; so every fault comes to an end.

#include "proc/oom.h"
#include "abi.h"
#include "dev/output.h"
#include "errno.h"
#include "lib/string.h"
#include "mem/frame.h"
#include "mem/share.h"
#include "proc/proc_priv.h"
#include "task/clock.h"
#include "vm/aspace.h"

#define WAIT_NS 5000000UL // between two looks at who is on his way out
#define WAITS   400       // looks
#define KILLS   16

#define KIB(frames) ((frames) * (PGSIZE / 1024))

struct candidate {
    int pid;
    char name[sizeof((struct proc *)0)->name];
    struct aspace *aspace; // not counted: to tell, not to use
    uint64 own;            // frames
};

// => tree_lock held.  Is it ending: to be killed, or giving its memory back?
static bool is_ending(const struct proc *p)
{
    return !p->zombie && (proc_is_killed(p) || p->ending || !p->aspace);
}

// => tree_lock held.  May it be killed?  Not init, nor who runs in init's memory.
static bool may_end(const struct proc *p)
{
    return !p->zombie && !is_ending(p) && p->aspace != init_proc->aspace;
}

static void see_ending(struct proc *p, void *arg)
{
    *(bool *)arg |= is_ending(p);
}

static bool somebody_ends(void)
{
    bool seen = false;
    spin_lock(&tree_lock);
    proc_each(see_ending, &seen);
    spin_unlock(&tree_lock);
    return seen;
}

// The process with the lowest pid above c->pid that may be killed, and what it has.
static bool next_candidate(struct candidate *c)
{
    spin_lock(&tree_lock);
    struct proc *p = proc_next(c->pid);
    while (p && !may_end(p))
        p = proc_next(p->pid);
    if (p) {
        *c = (struct candidate){ .pid = p->pid, .aspace = p->aspace };
        memcpy(c->name, p->name, sizeof c->name);
        aspace_get(c->aspace);
    }
    spin_unlock(&tree_lock);
    if (!p)
        return false;
    c->own = aspace_own(c->aspace);
    aspace_put(c->aspace);
    return true;
}

// Another is picked only if its end gives back clearly more than the current process's: of two that
// are alike the one ends that wants more.
static void pick(struct candidate *most)
{
    struct candidate c = { 0 };
    *most = (struct candidate){ .aspace = current_proc()->aspace };
    uint64 own = aspace_own(most->aspace) + SHARE_MARGIN;
    while (next_candidate(&c))
        if (c.own > own && c.aspace != current_proc()->aspace) {
            *most = c;
            own = c.own;
        }
}

struct killing {
    const struct candidate *picked;
    bool done;
};

static void kill_sharer(struct proc *p, void *arg)
{
    struct killing *k = arg;
    if (!may_end(p) || p->aspace != k->picked->aspace)
        return;
    proc_kill_by(p, SIGKILL);
    k->done = true;
}

// Kills all that run in the memory that was picked.
static void end_picked(const struct candidate *c)
{
    struct killing k = { c, false };
    spin_lock(&tree_lock);
    struct proc *p = proc_find(c->pid);
    if (p && p->aspace == c->aspace)
        proc_each(kill_sharer, &k);
    spin_unlock(&tree_lock);
    if (k.done)
        output_folded("killed for want of memory",
                      "out of memory: killed pid=%d %s, %lu KiB of its own; %lu KiB of RAM\n",
                      c->pid, c->name, KIB(c->own), KIB(frames_total()));
}

struct want {
    int waits, kills;
};

// => 0: try again; -ENOMEM: the current process is the one to end; -EINTR: it has been killed
static int make_room(struct want *w)
{
    struct candidate picked;
    if (somebody_ends() && w->waits++ < WAITS)
        return sleep_killable_ns(WAIT_NS);
    pick(&picked);
    if (picked.aspace == current_proc()->aspace || w->kills++ == KILLS)
        return proc_is_killed(current_proc()) ? -EINTR : -ENOMEM;
    end_picked(&picked);
    w->waits = 0;
    return 0;
}

// => the result; -ENOMEM, and *injected: it was made to fail
static inline __attribute__((always_inline)) int try(uint64 va, enum access access, bool *injected)
{
    struct thread *t = current_thread();
    bool armed = t->in_fault.countdown > 0;
    thread_in_fault(true);
    int err = vm_fault(current_proc()->aspace, va, access);
    thread_in_fault(false);
    *injected = armed && t->in_fault.countdown == 0;
    return err;
}

static __attribute__((noinline)) int try_with_room(uint64 va, enum access access)
{
    struct want w = { 0, 0 };
    bool injected = false;
    int err = make_room(&w);
    while (!err && (err = try(va, access, &injected)) == -ENOMEM && !injected)
        err = make_room(&w);
    return err;
}

int oom_fault(uint64 va, enum access access)
{
    bool injected;
    int err = try(va, access, &injected);
    return err == -ENOMEM && !injected ? try_with_room(va, access) : err;
}
