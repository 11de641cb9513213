// The TLBs of the host machine (tlb.h).
//
// A hart's TLB is under a lock that it holds over a whole access, so that a fence of another hart
// comes before the access or after it.
#include "tlb.h"
#include <pthread.h>
#include "check.h"
#include "host.h"
#include "riscv/hart.h"
#include "vm/aspace.h"

#define WAYS   4096
#define FRAMES (HOST_RAM / PGSIZE)

struct translation {
    uint64 vpn;
    pte_t entry;
    uint64 since; // valid if it is the TLB's `since`
};

static struct tlb {
    pthread_mutex_t lock;
    struct frame *root;
    uint64 since; // goes up when all is forgotten
    struct translation way[WAYS];
    // Of each frame: how many translations name it, tables on the way included.
    struct named {
        uint64 since;
        unsigned n;
    } named[FRAMES];
} tlbs[HOST_HARTS] = {
    [0 ... HOST_HARTS - 1] = { .lock = PTHREAD_MUTEX_INITIALIZER, .since = 1 },
};

bool tlb_stubborn;
uint64 tlb_guess;

static struct named *named(struct tlb *t, paddr_t pa)
{
    struct named *n = &t->named[(pa >> PGSHIFT) % FRAMES];
    if (n->since != t->since)
        *n = (struct named){ .since = t->since };
    return n;
}

static void drop(struct tlb *t, struct translation *way)
{
    if (way->since == t->since && (way->entry & PTE_V))
        named(t, PTE2PA(way->entry))->n--;
    way->since = 0;
}

static void remember(struct tlb *t, uint64 va, pte_t e)
{
    struct translation *way = &t->way[(va >> PGSHIFT) % WAYS];
    drop(t, way);
    *way = (struct translation){ va >> PGSHIFT, e, t->since };
    if (e & PTE_V)
        named(t, PTE2PA(e))->n++;
}

// The hardware's walk (privileged manual, 4.3.2).  => the leaf entry; 0: none
static pte_t walk(struct tlb *t, uint64 va)
{
    pagetable_t table = frame_page(t->root);
    for (int level = 2;; level--) {
        pte_t e = __atomic_load_n(&table[va >> (12 + 9 * level) & 511], __ATOMIC_ACQUIRE);
        if (!(e & PTE_V) || level == 0)
            return e & PTE_V ? e : 0;
        CHECK(!(e & (PTE_R | PTE_W | PTE_X | PTE_U)));
        named(t, PTE2PA(e))->n++; // a table on the way
        table = phys_to_virt(PTE2PA(e));
    }
}

static pte_t translate(struct tlb *t, uint64 va)
{
    struct translation *way = &t->way[(va >> PGSHIFT) % WAYS];
    if (way->since == t->since && way->vpn == va >> PGSHIFT)
        return way->entry;
    pte_t e = walk(t, va);
    if ((e & PTE_V) || tlb_stubborn)
        remember(t, va, e);
    return e;
}

// => t->lock held
static void load(struct tlb *t, struct frame *root)
{
    uint32 bit = 1u << (t - tlbs);
    if (t->root == root)
        return;
    if (root)
        __atomic_fetch_or(&root->active, bit, __ATOMIC_SEQ_CST);
    t->since++;
    if (t->root)
        __atomic_fetch_and(&t->root->active, ~bit, __ATOMIC_RELEASE);
    t->root = root;
}

static bool allows(pte_t e, enum access access)
{
    pte_t needed = access == ACCESS_WRITE ? PTE_W : access == ACCESS_EXEC ? PTE_X : PTE_R;
    return (e & needed) && (e & PTE_U) && (e & PTE_A) && (e & PTE_D || access != ACCESS_WRITE);
}

bool tlb_access(struct aspace *as, uint64 va, enum access access, uchar *byte)
{
    struct tlb *t = &tlbs[this_hart()->index];
    if (va >= MAXVA)
        return false;
    pthread_mutex_lock(&t->lock);
    load(t, as->root);
    pte_t e = translate(t, va);
    bool done = allows(e, access);
    uchar *at = done ? (uchar *)phys_to_virt(PTE2PA(e)) + va % PGSIZE : NULL;
    if (done && access == ACCESS_WRITE)
        __atomic_store_n(at, *byte, __ATOMIC_RELAXED);
    else if (done)
        *byte = __atomic_load_n(at, __ATOMIC_RELAXED);
    if (!done && !tlb_stubborn)
        drop(t, &t->way[(va >> PGSHIFT) % WAYS]);
    pthread_mutex_unlock(&t->lock);
    return done;
}

void tlb_guesses(void)
{
    for (int i = 0; i < HOST_HARTS && tlb_guess; i++) {
        struct tlb *t = &tlbs[i];
        pthread_mutex_lock(&t->lock);
        if (i != this_hart()->index && t->root)
            translate(t, tlb_guess);
        pthread_mutex_unlock(&t->lock);
    }
}

void tlb_forget(uint32 harts)
{
    for (int i = 0; i < HOST_HARTS; i++) {
        if (!(harts >> i & 1))
            continue;
        pthread_mutex_lock(&tlbs[i].lock);
        tlbs[i].since++;
        pthread_mutex_unlock(&tlbs[i].lock);
    }
    tlb_guesses();
}

void tlb_forget_page(uint64 va)
{
    struct tlb *t = &tlbs[this_hart()->index];
    struct translation *way = &t->way[(va >> PGSHIFT) % WAYS];
    pthread_mutex_lock(&t->lock);
    if (way->vpn == va >> PGSHIFT)
        drop(t, way);
    pthread_mutex_unlock(&t->lock);
}

void tlb_leave(const struct frame *root)
{
    for (int i = 0; i < HOST_HARTS; i++) {
        pthread_mutex_lock(&tlbs[i].lock);
        if (!root || tlbs[i].root == root)
            load(&tlbs[i], NULL);
        pthread_mutex_unlock(&tlbs[i].lock);
    }
}

void tlb_reset(void)
{
    tlb_leave(NULL);
    tlb_stubborn = false;
    tlb_guess = 0;
}

bool tlb_knows(const struct frame *f, int *hart)
{
    for (*hart = 0; *hart < HOST_HARTS; ++*hart) {
        struct tlb *t = &tlbs[*hart];
        pthread_mutex_lock(&t->lock);
        unsigned n = named(t, frame_phys(f))->n;
        pthread_mutex_unlock(&t->lock);
        if (n > 0)
            return true;
    }
    return false;
}
