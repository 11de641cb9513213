// Kernel stacks (mem/kmap.h).
//
// A freed stack stays mapped in its slot and is the first to be handed out again, so that a fork
// and an exit touch neither the table nor any TLB.  Only a surplus, or the need of memory, has
// stacks unmapped.
//
// Fences.  Stacks are not only their threads' own: a hart that serves an interrupt or wakes somebody
// reaches requests and timers that lie on the stacks of others.  So when a stack is mapped every
// hart forgets what it knew of the slot, before anybody knows of the stack.  A slot without a stack
// is nobody's, and nothing need be forgotten when it loses its stack.

#include "lib/kasan.h"
#include "lib/list.h"
#include "mem/audit.h"
#include "mem/frame.h"
#include "mem/kmap.h"
#include "mem/kstack_priv.h"
#include "mem/reclaim.h"
#include "mem/shadow.h"
#include "param.h"
#include "riscv/addr.h"
#include "riscv/hart.h"
#include "riscv/spinlock.h"
#include "riscv/tlb.h"

#define SLOT        (2 * KSTACK_SIZE)
#define STACK_PAGES (KSTACK_SIZE / PGSIZE)
#define KEEP        32 // mapped stacks kept for the next threads

static struct spinlock lock = SPINLOCK_INIT("kernel stacks", RANK_SLAB);
static struct {
    uint16 mapped[KEEP]; // slots with a stack in them, free to use
    uint16 nmapped;
    uint16 empty[KSTACK_SLOTS]; // slots once used, without a stack
    uint16 nempty;
    uint16 fresh; // slots from here on were never used
} slots;          // by lock

static uint64 slot_start(unsigned slot)
{
    return KSTACK_BASE + slot * (uint64)SLOT;
}

static uint64 slot_stack(unsigned slot)
{
    return slot_start(slot) + KSTACK_SIZE;
}

// Takes the first `count` pages of a slot's stack, and its shadow.
static void unmap_pages(unsigned slot, int count)
{
    for (int i = 0; i < count; i++) {
        pte_t *e = kmap_entry(slot_stack(slot) + (uint64)i * PGSIZE, 0);
        pte_t old = *e;
        *e = 0;
        kfree(phys_to_virt(PTE2PA(old)));
    }
    shadow_unmap_slot(slot_start(slot));
}

static void unmap(unsigned slot)
{
    unmap_pages(slot, STACK_PAGES);
}

static bool map_page(uint64 va)
{
    void *page = kalloc(FRAME_STACK);
    if (!page)
        return false;
    *kmap_entry(va, 0) = PA2PTE(virt_to_phys(page)) | PTE_V | PTE_R | PTE_W | PTE_A | PTE_D | PTE_G;
    return true;
}

// A hart that starts later has nothing to forget.
static uint32 online_harts(void)
{
    uint32 mask = 1u << this_hart()->index;
    for (int i = 0; i < nharts; i++)
        if (__atomic_load_n(&harts[i].online, __ATOMIC_ACQUIRE))
            mask |= 1u << i;
    return mask;
}

static bool map_stack(unsigned slot)
{
    if (!shadow_map_slot(slot_start(slot)))
        return false;
    for (int i = 0; i < STACK_PAGES; i++)
        if (!map_page(slot_stack(slot) + (uint64)i * PGSIZE)) {
            unmap_pages(slot, i);
            return false;
        }
    tlb_flush_harts(online_harts());
    return true;
}

// => a slot without a stack whose table is there, or -1
static int take_empty(void)
{
    int slot = -1;
    spin_lock(&lock);
    if (slots.nempty > 0)
        slot = slots.empty[--slots.nempty];
    else if (slots.fresh < KSTACK_SLOTS && kmap_entry(slot_stack(slots.fresh), 0) != NULL)
        slot = slots.fresh++;
    spin_unlock(&lock);
    return slot;
}

static void give_empty(unsigned slot)
{
    spin_lock(&lock);
    slots.empty[slots.nempty++] = (uint16)slot;
    spin_unlock(&lock);
}

static void *get_stack(void)
{
    spin_lock(&lock);
    int slot = slots.nmapped ? slots.mapped[--slots.nmapped] : -1;
    spin_unlock(&lock);
    if (slot >= 0)
        return (void *)slot_stack((unsigned)slot);
    if ((slot = take_empty()) < 0)
        return NULL;
    if (!map_stack((unsigned)slot)) {
        give_empty((unsigned)slot);
        return NULL;
    }
    return (void *)slot_stack((unsigned)slot);
}

void *kstack_alloc(void)
{
    void *stack = get_stack();
    if (stack)
        kasan_unpoison(stack, KSTACK_SIZE);
    return stack;
}

void kstack_free(void *stack)
{
    kasan_poison(stack, KSTACK_SIZE, KASAN_FREE_STACK);
    unsigned slot = (unsigned)(((uint64)stack - KSTACK_BASE) / SLOT);
    spin_lock(&lock);
    bool keep = slots.nmapped < KEEP;
    if (keep)
        slots.mapped[slots.nmapped++] = (uint16)slot;
    spin_unlock(&lock);
    if (keep)
        return;
    unmap(slot);
    give_empty(slot);
}

size_t kstack_spare_frames(void)
{
    return (size_t)__atomic_load_n(&slots.nmapped, __ATOMIC_RELAXED) * STACK_PAGES;
}

// When memory is short the stacks that wait for use are given up.
static size_t reclaim_stacks(size_t want)
{
    if (spin_held(&lock) || !spin_trylock(&lock))
        return 0;
    size_t freed = 0;
    while (slots.nmapped > 0 && freed < want) {
        unsigned slot = slots.mapped[--slots.nmapped];
        unmap(slot);
        slots.empty[slots.nempty++] = (uint16)slot;
        freed += STACK_PAGES;
    }
    spin_unlock(&lock);
    return freed;
}

void kstack_init(void)
{
    reclaim_register(reclaim_stacks);
}

void kstack_audit(void)
{
    for (unsigned slot = 0; slot < slots.fresh; slot++)
        for (int i = 0; i < STACK_PAGES; i++) {
            pte_t e = *kmap_entry(slot_stack(slot) + (uint64)i * PGSIZE, 0);
            if (e & PTE_V)
                audit_count(frame_of(PTE2PA(e)));
        }
}
