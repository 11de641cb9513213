#include "vm/pager.h"
#include "cache/cache.h"
#include "cache/memory_object.h"
#include "cache/swap.h"
#include "errno.h"
#include "mem/reclaim.h"
#include "mem/share.h"
#include "memlayout.h"
#include "riscv/tlb.h"
#include "task/clock.h"
#include "task/thread.h"
#include "task/waitq.h"
#include "vm/aspace.h"
#include "vm/fault.h"
#include "vm/space_priv.h"
#include "vm/walk.h"

#define PASS_LEAST 64 // frames that a pass is to free, however much room there is
#define ROUNDS                                                                                     \
    3 // of the hand in one pass, at the most: one to take A, one to see who it came back to

// Where the next step begins.  Only the thread that makes a pass looks at it.
static struct {
    uint64 serial; // of the address space
    uint64 va;
} hand;

// What one step takes out of a leaf table.
struct take {
    struct frame *root;
    struct swap_batch *out;         // to be written
    struct frame *drop[SWAP_BATCH]; // those that the cache has already: references of entries
    uint32 ndrop;
    uint32 freed; // of these
    bool changed; // a hart may remember what was there
};

// => does an entry have a page that can go?
static bool can_go(pte_t e)
{
    enum entry_kind kind = pte_kind(e);
    if ((kind != ENTRY_PAGE && kind != ENTRY_WITHHELD) || e & PTE_SHARED)
        return false;
    return pte_frame(e)->kind == FRAME_USER;
}

static bool is_full(const struct take *t)
{
    return t->out->n == SWAP_BATCH || t->ndrop == SWAP_BATCH;
}

// The page's slot takes its place, if there is one.
static void take_page(struct take *t, pte_t *e)
{
    struct frame *f = pte_frame(*e);
    uint64 slot = swap_slot_of(f);
    if (slot)
        t->drop[t->ndrop++] = f;
    else
        slot = swap_take_out(f, t->out);
    if (slot)
        __atomic_store_n(e, pte_swapped(slot), __ATOMIC_RELEASE);
}

// Nothing is written, or dropped, that a hart can still reach.
static void forget(struct take *t)
{
    if (t->changed)
        tlb_flush_harts(root_harts(t->root));
    for (uint32 i = 0; i < t->ndrop; i++)
        t->freed += cache_let_go(t->drop[i]);
}

// A page of shared memory: others may use it too, and it goes by its object (cache/memory_object.h), who
// is told here of its use.
static bool note_use(pte_t *e)
{
    if (pte_kind(*e) != ENTRY_PAGE || !(*e & PTE_SHARED) || !(*e & PTE_A))
        return false;
    __atomic_fetch_and(e, ~PTE_A, __ATOMIC_RELAXED);
    cache_mark_used(pte_frame(*e));
    return true;
}

static void note_uses(struct take *t, pte_t *e, uint64 n)
{
    for (uint64 i = 0; i < n; i++)
        t->changed |= note_use(&e[i]);
    forget(t);
}

// Looks at n entries of an owned table.  => how many; fewer if no more can go in this step
static uint64 look_at(struct take *t, pte_t *e, uint64 n)
{
    uint64 i = 0;
    for (; i < n && !is_full(t); i++, e++) {
        if (!can_go(*e))
            continue;
        if (pte_kind(*e) == ENTRY_PAGE && *e & PTE_A)
            __atomic_fetch_and(e, ~PTE_A, __ATOMIC_RELAXED); // the hart may set it meanwhile
        else
            take_page(t, e);
        t->changed = true;
    }
    return i;
}

static bool any_can_go(const pte_t *e, uint64 n)
{
    for (uint64 i = 0; i < n; i++)
        if (can_go(e[i]))
            return true;
    return false;
}

// One leaf table, or the part of it in [va, end), of a shared area or another.  => where to go on
static uint64 step_table(struct take *t, uint64 va, uint64 end, bool shared)
{
    uint64 stop = min(end, next_boundary(va, LEAF_SPAN)), n = (stop - va) >> PGSHIFT;
    pte_t *e = entry_at(t->root, va, 0);
    if (shared) {
        note_uses(t, e, n); // no space shares the table (vm/table.h)
        return stop;
    }
    if (!any_can_go(e, n) || (e = pte_own(t->root, va)) == NULL)
        return stop;
    uint64 looked = look_at(t, e, n);
    forget(t);
    return va + (looked << PGSHIFT);
}

static bool is_shared_memory(const struct area *a)
{
    return a->mapping.shared && a->object->kept;
}

// => the area from `va` on whose pages can go
static const struct area *next_area(const struct aspace *as, uint64 va)
{
    const struct area *a = areas_beyond(&as->areas, va);
    while (a && (a->image || (a->mapping.shared && !is_shared_memory(a))))
        a = areas_next(&as->areas, a);
    return a;
}

// => false: the space has nothing behind the hand
static bool step_space(struct aspace *as, struct take *t)
{
    const struct area *a = next_area(as, hand.va);
    if (!a)
        return false;
    uint64 from = hand.va > a->start ? hand.va : a->start;
    hand.va = skip_holes(as->root, from, a->end);
    if (hand.va < a->end)
        hand.va = step_table(t, hand.va, a->end, a->mapping.shared);
    return true;
}

// Adds to *freed.  => false: the hand has come round
static bool step(struct swap_batch *out, uint64 *freed)
{
    struct aspace *as = aspace_from(hand.serial);
    if (!as) {
        hand.serial = hand.va = 0;
        return false;
    }
    if (as->serial != hand.serial)
        hand.va = 0;
    hand.serial = as->serial;
    struct take t;
    t.root = as->root;
    t.out = out;
    t.ndrop = t.freed = 0;
    t.changed = false;
    mutex_lock(&as->lock);
    bool more = step_space(as, &t);
    mutex_unlock(&as->lock);
    *freed += t.freed;
    if (!more) {
        hand.serial++;
        hand.va = 0;
    }
    aspace_put(as);
    return true;
}

uint64 pager_pass(void)
{
    struct swap_batch out;
    uint64 freed = 0;
    out.n = 0;
    for (int rounds = 0, of_objects = 0; rounds < ROUNDS || of_objects < ROUNDS;) {
        if (freed >= PASS_LEAST && share_has(1, 2 * PAGER_LOW))
            break;
        rounds += !step(&out, &freed);
        freed += swap_write(&out);
        of_objects += !memory_objects_step(&out, &freed);
        freed += swap_write(&out);
        thread_breathe();
    }
    return freed;
}

// --- the thread, and who waits for it ---------------------------------------------------------

static struct {
    struct spinlock lock; // RANK_IO: what follows
    struct waitq work, end;
    bool there;                  // the thread
    bool wanted;                 // a pass; until it ends
    uint64 passes;               // that have ended
    uint64 freed;                // frames, by the last
    const struct thread *leaver; // brings everything back, or NULL; nothing goes out meanwhile
    bool in_want;                // somebody else has found no frame since he began
} pager = {
    .lock = SPINLOCK_INIT("pager", RANK_IO),
    .work = WAITQ_INIT(pager.work, "pager"),
    .end = WAITQ_INIT(pager.end, "frames"),
};

void pager_serve(void)
{
    spin_lock(&pager.lock);
    while (!pager.wanted)
        wait_at_rest(&pager.work, &pager.lock);
    spin_unlock(&pager.lock);
    uint64 freed = pager_pass();
    spin_lock(&pager.lock);
    pager.wanted = false;
    pager.freed = freed;
    pager.passes++;
    wake_all(&pager.end);
    spin_unlock(&pager.lock);
}

static void pager_thread(void *arg)
{
    for (;;)
        pager_serve();
}

int pager_start(void)
{
    spin_lock(&pager.lock);
    bool there = pager.there;
    pager.there = true;
    spin_unlock(&pager.lock);
    if (there || thread_spawn("pager", pager_thread, NULL))
        return 0;
    pager.there = false;
    return -ENOMEM;
}

// => the lock is held
static void want(void)
{
    pager.wanted = true;
    wake_all(&pager.work);
}

void pager_wake(void)
{
    if (!swap_has_room() || __atomic_load_n(&pager.wanted, __ATOMIC_RELAXED))
        return;
    spin_lock(&pager.lock);
    want();
    spin_unlock(&pager.lock);
}

// Who brings everything back gives up for whoever is in want.  => 0, -EINTR: killed; lock held
static int await_leaver(void)
{
    int err = 0;
    while (pager.leaver && pager.leaver != current_thread() && !err) {
        pager.in_want = true;
        err = wait_on_killable(&pager.end, &pager.lock);
    }
    return err;
}

// => 0, -EINTR: killed; lock held
static int await_pass(void)
{
    int err = 0;
    want();
    for (uint64 before = pager.passes; !err && pager.passes == before;)
        err = wait_on_killable(&pager.end, &pager.lock);
    return err;
}

int pager_make_room(void)
{
    spin_lock(&pager.lock);
    int err = await_leaver();
    if (!err && !swap_has_room())
        err = -ENOMEM;
    if (!err)
        err = await_pass();
    if (!err && pager.freed == 0)
        err = -ENOMEM;
    spin_unlock(&pager.lock);
    return err;
}

int pager_find_frames(bool *reclaimed)
{
    int err = pager_make_room();
    if (err == -ENOMEM && !*reclaimed) {
        *reclaimed = true;
        err = reclaim_wait() ? 0 : err;
    }
    return err ? err : thread_breathe();
}

// --- all comes back ---------------------------------------------------------------------------

// => the address of the first page in swap space from va on; USER_MAX: none
static uint64 next_swapped(struct aspace *as, uint64 va)
{
    while ((va = skip_holes(as->root, va, USER_MAX)) < USER_MAX) {
        uint64 stop = next_boundary(va, LEAF_SPAN);
        for (const pte_t *e = entry_at(as->root, va, 0); va < stop; va += PGSIZE, e++)
            if (pte_is_swapped(*e))
                return va;
        thread_breathe();
    }
    return va;
}

// => may another page come back, without taking the last frames?
static int may_bring(void)
{
    if (__atomic_load_n(&pager.in_want, __ATOMIC_RELAXED) || !share_has(1, SHARE_MARGIN))
        return -ENOMEM;
    return thread_killed() ? -EINTR : 0;
}

static int bring_page(struct aspace *as, uint64 va)
{
    struct frame *ignored;
    int err = may_bring();
    if (!err)
        err = fault_in(as, va, ACCESS_NONE, &ignored);
    return err == -EFAULT ? 0 : err; // it has been unmapped meanwhile
}

static int bring_space(struct aspace *as)
{
    int err = 0;
    mutex_lock(&as->lock);
    for (uint64 va = 0; !err && (va = next_swapped(as, va)) < USER_MAX; va += PGSIZE)
        err = bring_page(as, va);
    mutex_unlock(&as->lock);
    return err;
}

#define BRING_TRIES 100
#define BRING_NS                                                                                   \
    10000000UL // between them: who is on his way out, or has just forked, comes to his end

int pager_bring_all(void)
{
    int err = 0;
    for (int i = 0; i < BRING_TRIES && swap_free() < swap_total() && !err; i++) {
        for (struct aspace *as = aspace_next(NULL); as; as = aspace_next(as))
            err = err ? err : bring_space(as);
        if (!err)
            err = memory_objects_bring_all();
        if (!err && swap_free() < swap_total())
            err = sleep_ns(BRING_NS);
    }
    return err;
}

// => false: somebody else is it
static bool become_leaver(void)
{
    spin_lock(&pager.lock);
    bool alone = !pager.leaver;
    if (alone) {
        pager.leaver = current_thread();
        pager.in_want = false;
    }
    spin_unlock(&pager.lock);
    return alone;
}

static void leave_no_more(void)
{
    spin_lock(&pager.lock);
    pager.leaver = NULL;
    wake_all(&pager.end);
    spin_unlock(&pager.lock);
}

static int bring_all_and_end(struct blkdev *disk)
{
    int err = swap_begin_off(disk);
    if (err)
        return err;
    int brought = pager_bring_all();
    err = swap_end_off();
    return err && brought ? brought : err;
}

int pager_swap_off(struct blkdev *disk)
{
    if (!become_leaver())
        return -EINVAL;
    int err = bring_all_and_end(disk);
    leave_no_more();
    return err;
}
