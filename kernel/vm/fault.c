// The fault decision: what happens when a user touches an address whose entry does not allow it.
// The kernel's own copies to and from user memory take the same decision (usercopy.c).
//
//                            is there an area, and does it allow the access?
//                          no |                                  | yes
//                     -EFAULT: kill                     is the entry empty?
//                                          yes |                                  | no
//              does the area have the object's bytes here?              a store, and no W?
//        no |          partly |               | whole             yes |                  | no
//     anonymous        own frame:        read or exec:          PTE_COW set?      another hart was
//   load: zero frame   bytes, then       the cache's frame   no |      yes |      faster, or this
//   one as COW             zeros             itself (COW if      kill    count is 1?  remembers the
//   old store: own,                          writable)              yes |     | no    entry: fence,
//   retry cleared frame                        store: a copy     take it    copy it, map the
//                                                          back: W    copy, drop the old
//
// An entry that names a slot of swap space gets its page back first, as COW; then it is as if it had
// been there.
//
// All this is done with the address space locked, and waits for nothing.  If the page
// is not in the cache, the lock is let go of, the page brought in and held, and the whole decision is
// taken once more: whatever has become of the area meanwhile.
//
// No frame to be had, or no room in the users' share: -ENOMEM.  kalloc has reclaimed before it says
// so; then the pager is waited for as long as it finds pages that can go out (vm/pager.h), what else
// takes waiting is reclaimed too, and the access is tried once more.  A process that
// maps much is refused a little earlier than the others (mem/share.h: SHARE_MARGIN).
//
// Fences.  An entry that becomes valid, or gains W, needs none: a hart that remembers the old entry
// faults once more, comes here, finds the access allowed, and fences then (privileged
// manual, 4.2.1, allows such a spurious fault).  An entry that names another frame than before
// does: every hart that runs the address space must forget the old frame before it is dropped.

#include "vm/fault.h"
#include "errno.h"
#include "lib/string.h"
#include "mem/share.h"
#include "memlayout.h"
#include "riscv/csr.h"
#include "riscv/hart.h"
#include "riscv/tlb.h"
#include "task/clock.h"
#include "task/thread.h"
#include "vm/aspace.h"
#include "vm/pager.h"
#include "vm/pagetable.h"
#include "vm/space_priv.h"
#include "vm/table.h"

#define PATIENCE_NS 50000000UL // between the tries of who cannot be refused

// A page that an access cannot do without, and that is not in the cache, or not as it should be.
struct lacking {
    struct object *object; // counted
    uint64 index;
    bool store;         // it is to be stored to through a shared map, and is not dirty
    pte_t swapped;      // counted: the entry whose slot it is; or 0
    struct frame *held; // what the last try lacked, with a reference; or NULL
};

struct fault_counts fault_counts;
struct frame *zero_frame;

static void count(uint64 *counter)
{
    __atomic_fetch_add(counter, 1, __ATOMIC_RELAXED);
}

// What an entry of this area may allow, W apart.
static pte_t area_flags(const struct area *a)
{
    return PTE_USER | PTE_R | (a->prot & PROT_EXEC ? PTE_X : 0);
}

// A frame that others may have too: never W, but COW where the area lets us write.
static pte_t shared_entry(const struct area *a, const struct frame *f)
{
    return pte_make(f, area_flags(a) | (a->prot & PROT_WRITE ? PTE_COW : 0));
}

// A frame that is this entry's alone.
static pte_t own_entry(const struct area *a, const struct frame *f)
{
    return pte_make(f, area_flags(a) | (a->prot & PROT_WRITE ? PTE_W : 0));
}

// Is this one of the processes that memory is short because of?  They map 1/16 of RAM or more.
static bool is_large(struct aspace *as)
{
    return pte_total(as->root) >= frames_total() / 16;
}

// => may this process have of the frames that are left, of which the last are for the small ones?
static __attribute__((noinline)) bool may_still_grow(struct aspace *as)
{
    pager_wake();
    return share_has(1, SHARE_MARGIN / 2) || (!is_large(as) && share_has(1, 0));
}

// => is there room for another frame in the users' share?  Not if only the margin is left and this
// process is large.  The pager begins before it comes to that.
static inline bool may_grow(struct aspace *as)
{
    return share_has(1, PAGER_LOW) || may_still_grow(as);
}

// => a page for a user to own; NULL if there is none for this process
static inline void *user_page(struct aspace *as, const struct area *a)
{
    if (a->image)
        return kalloc(FRAME_IMAGE);
    return may_grow(as) ? kalloc(FRAME_USER) : NULL;
}

static __attribute__((noinline)) pte_t *reach_entry(struct aspace *as, const struct area *a,
                                                    uint64 va, enum access access)
{
    if (!a->image && !may_grow(as))
        return NULL;
    return access == ACCESS_WRITE ? pte_own(as->root, va) : pte_reach(as->root, va);
}

// => the entry for va, in a table that allows the change which the access asks for; NULL if there
//    is no frame for this process
static inline pte_t *find_entry(struct aspace *as, const struct area *a, uint64 va,
                                enum access access)
{
    pte_t *e = pte_find(as->root, va);
    return e && !table_is_shared(table_home(e)) ? e : reach_entry(as, a, va, access);
}

static __attribute__((noinline)) int fill_zero(struct aspace *as, pte_t *e, const struct area *a,
                                               enum access access)
{
    if (access != ACCESS_WRITE) {
        frame_get(zero_frame);
        pte_fill(e, shared_entry(a, zero_frame));
        return 0;
    }
    void *page = user_page(as, a);
    if (!page)
        return -ENOMEM;
    page_zero(page);
    count(&fault_counts.zero_fills);
    pte_fill(e, own_entry(a, frame_of_page(page)));
    return 0;
}

// => a frame of our own with the first n bytes of src and zeros after them; NULL if out of memory
static struct frame *copy_part(struct aspace *as, const struct area *a, const struct frame *src,
                               size_t n)
{
    char *page = user_page(as, a);
    if (!page)
        return NULL;
    if (n >= PGSIZE) {
        page_copy(page, frame_page(src));
    } else {
        memcpy(page, frame_page(src), n);
        memset(page + n, 0, PGSIZE - n);
    }
    return frame_of_page(page);
}

static int lack(struct lacking *l, struct object *object, uint64 index, bool store)
{
    object_get(object);
    l->object = object;
    l->index = index;
    l->store = store;
    l->swapped = 0;
    return -EAGAIN;
}

// => does a live area have nothing there, since its object has ended?
static bool beyond_end(const struct area *a, uint64 va)
{
    return a->live && object_index(a, va) << PGSHIFT >= a->object->ops->size(a->object);
}

// A page of the object that is shared by all who map it.  e is empty, or has a page but not W.
static __attribute__((noinline)) int show(struct aspace *as, pte_t *e, const struct area *a,
                                          uint64 va, enum access access, struct lacking *l)
{
    bool store = access == ACCESS_WRITE;
    uint64 index = object_index(a, va);
    struct frame *f =
        store ? object_page_to_store(a->object, index) : object_page_now(a->object, index);
    if (!f)
        return lack(l, a->object, index, store);
    if (a->prot & PROT_EXEC)
        icache_flush_harts(root_harts(as->root));
    pte_t shown = pte_make(f, area_flags(a) | PTE_SHARED | (store ? PTE_W : 0));
    if (*e == 0) {
        pte_fill(e, shown);
        return 0;
    }
    struct frame *old = pte_frame(*e);
    __atomic_store_n(e, shown, __ATOMIC_RELEASE);
    if (old != f) // the cache has gone on with a copy since
        tlb_flush_harts(root_harts(as->root));
    frame_put(old);
    return 0;
}

// n: how many bytes of this page are the object's.
static __attribute__((noinline)) int fill_object(struct aspace *as, pte_t *e, const struct area *a,
                                                 uint64 va, size_t n, enum access access,
                                                 struct lacking *l)
{
    uint64 index = object_index(a, va);
    struct frame *cached = object_page_now(a->object, index);
    if (!cached)
        return lack(l, a->object, index, false);
    if (n >= PGSIZE && access != ACCESS_WRITE) {
        if (a->prot & PROT_EXEC)
            icache_flush_harts(root_harts(as->root));
        pte_fill(e, shared_entry(a, cached)); // takes over the reference
        return 0;
    }
    struct frame *own = copy_part(as, a, cached, n);
    frame_put(cached);
    if (!own)
        return -ENOMEM;
    if (a->prot & PROT_EXEC)
        icache_flush_harts(root_harts(as->root));
    pte_fill(e, own_entry(a, own));
    return 0;
}

static inline int fill(struct aspace *as, pte_t *e, const struct area *a, uint64 va,
                       enum access access, struct lacking *l)
{
    uint64 into = va - a->start;
    if (!a->object || (!a->mapping.shared && into >= a->bytes))
        return fill_zero(as, e, a, access);
    if (a->mapping.shared)
        return show(as, e, a, va, access, l);
    return fill_object(as, e, a, va, a->bytes - into, access, l);
}

// The page comes back from swap space.  Nobody stores to it but who has it alone; and that is found out
// as for any page that is COW.
static __attribute__((noinline)) int bring_back(struct aspace *as, const struct area *a, pte_t *e,
                                                struct lacking *l)
{
    uint64 slot = pte_slot(*e);
    struct frame *f = object_page_now(&swap_object, slot);
    if (!f && !may_grow(as))
        return -ENOMEM;
    if (!f) {
        entry_get(*e);
        lack(l, &swap_object, slot, false);
        l->swapped = *e;
        return -EAGAIN;
    }
    if (a->prot & PROT_EXEC)
        icache_flush_harts(root_harts(as->root));
    pte_t back = a->prot & PROT_READ ? shared_entry(a, f) : pte_make(f, TAG_WITHHELD);
    __atomic_store_n(e, back, __ATOMIC_RELEASE);
    swap_put(slot);
    return 0;
}

static __attribute__((noinline)) int copy_cow(struct aspace *as, const struct area *a, pte_t *e)
{
    struct frame *old = pte_frame(*e);
    pte_t flags = (PTE_FLAGS(*e) & ~PTE_COW) | PTE_W | PTE_A;
    void *page = user_page(as, a);
    if (!page)
        return -ENOMEM;
    if (old == zero_frame)
        page_zero(page);
    else
        page_copy(page, frame_page(old));
    // The copy is complete before anybody can see the entry.
    __atomic_store_n(e, pte_make(frame_of_page(page), flags), __ATOMIC_RELEASE);
    tlb_flush_harts(root_harts(as->root));
    frame_put(old);
    count(&fault_counts.cow_copies);
    return 0;
}

// => is one reference the entry's, and every other one that we hold ourselves?  Only we could hand out
// more: the lock is held.
static inline bool is_alone(const struct frame *f, const struct lacking *l)
{
    uint32 refs = frame_refs(f);
    return refs == 1 || (refs == 2 && f == l->held);
}

// A store to a page that must be copied first.
static inline int break_cow(struct aspace *as, const struct area *a, pte_t *e,
                            const struct lacking *l)
{
    if (!is_alone(pte_frame(*e), l))
        return copy_cow(as, a, e);
    *e = (*e ^ (PTE_COW | PTE_W)) | PTE_A;
    count(&fault_counts.cow_reuses);
    return 0;
}

// The entry allows it: it has been changed meanwhile, or the pager wants to know whether the page is used
// and the hart does not say so itself (Svade).
static inline void use(pte_t *e, uint64 va)
{
    if (!(*e & PTE_A))
        __atomic_fetch_or(e, PTE_A, __ATOMIC_RELAXED);
    sfence_vma_page(va);
}

// The decision on an entry whose page is not in swap space.
static inline int allow(struct aspace *as, const struct area *a, pte_t *e, uint64 va,
                        enum access access, struct lacking *l)
{
    if (*e == 0)
        return fill(as, e, a, va, access, l);
    if (access != ACCESS_WRITE || *e & PTE_W)
        use(e, va);
    else if (*e & PTE_COW)
        return break_cow(as, a, e, l);
    else if (*e & PTE_SHARED)
        return show(as, e, a, va, access, l);
    else
        return -EFAULT;
    return 0;
}

// The decision.  => 0, and *frame is what the entry names; -EAGAIN: *l is lacking; -EFAULT, -ENXIO,
//    -ENOMEM
static int decide(struct aspace *as, uint64 va, enum access access, struct frame **frame,
                  struct lacking *l)
{
    const struct area *a = areas_find(&as->areas, va);
    if (!a || (a->prot & access) != access)
        return -EFAULT;
    if (beyond_end(a, va))
        return -ENXIO;
    pte_t *e = find_entry(as, a, va, access);
    if (!e)
        return -ENOMEM;
    int err = pte_is_swapped(*e) ? bring_back(as, a, e, l) : 0;
    if (!err && access != ACCESS_NONE)
        err = allow(as, a, e, va, access, l);
    if (err)
        pte_trim(as->root, va);
    else if (access != ACCESS_NONE)
        *frame = pte_frame(*e);
    return err;
}

static int bring(struct lacking *l)
{
    struct object *obj = l->object;
    int err =
        l->store ? obj->ops->allow_store(obj, l->index) : object_page(obj, l->index, &l->held);
    object_put(l->object);
    if (l->swapped)
        entry_put(l->swapped);
    return err;
}

// Removes what an access failed for, if that can be done by waiting.  Memory that is short is
// reclaimed, once; a patient address space waits a while, as often as need be, and the thread rests
// there (task/rest.h).
// => 0: it is to be tried again; else the error; -EINTR: killed.  No mutex but turns is held.
static int wait_for(struct aspace *as, int err, struct lacking *l, bool *reclaimed)
{
    if (err == -EAGAIN)
        err = bring(l);
    if (err == -ENOMEM)
        err = pager_find_frames(reclaimed);
    if (!as->patient || (err != -ENOMEM && err != -EIO))
        return err;
    return sleep_killable_ns(PATIENCE_NS);
}

static __attribute__((noinline)) int try_again(struct aspace *as, uint64 va, enum access access,
                                               struct frame **frame, struct lacking *l, int err)
{
    bool reclaimed = false;
    while (err && err != -EFAULT && err != -ENXIO) {
        mutex_unlock(&as->lock);
        int failed = wait_for(as, err, l, &reclaimed);
        mutex_lock(&as->lock);
        err = failed ? failed : decide(as, va, access, frame, l);
        if (l->held)
            frame_put(l->held);
        l->held = NULL;
        if (failed)
            break;
    }
    return err;
}

int fault_in(struct aspace *as, uint64 va, enum access access, struct frame **frame)
{
    struct lacking l;
    l.held = NULL;
    va = PGROUNDDOWN(va);
    int err = decide(as, va, access, frame, &l);
    return err ? try_again(as, va, access, frame, &l, err) : 0;
}

int vm_fault(struct aspace *as, uint64 va, enum access access)
{
    struct frame *ignored;
    count(&fault_counts.faults);
    mutex_lock(&as->lock);
    int err = fault_in(as, va, access, &ignored);
    mutex_unlock(&as->lock);
    return err;
}
