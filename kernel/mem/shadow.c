// The sanitizer's shadow (mem/shadow.h).
#ifdef KASAN
#include "mem/shadow.h"
#include "lib/kasan.h"
#include "lib/string.h"
#include "mem/frames_priv.h"
#include "mem/kmap.h"
#include "mem/kstack_priv.h"
#include "riscv/machine.h"

_Static_assert(2 * KSTACK_SIZE / 8 == PGSIZE, "the shadow of a slot is a page");

static paddr_t shadow_phys;                                    // RAM's
static char no_stack[PGSIZE] __attribute__((aligned(PGSIZE))); // the shadow of an empty slot

static uint64 shadow_of(uint64 va)
{
    return (va >> 3) + KASAN_OFFSET;
}

static pte_t entry_to(paddr_t pa, pte_t perm)
{
    return PA2PTE(pa) | perm | PTE_V | PTE_R | PTE_A | PTE_D | PTE_G;
}

static uint64 ram_start(void)
{
    return (uint64)phys_to_virt(machine.ram_base);
}

void shadow_place(paddr_t start)
{
    shadow_phys = start;
}

static pte_t *boot_entry(uint64 va, int level)
{
    pte_t *e = kmap_entry(va, level);
    if (!e)
        machine_too_small();
    return e;
}

void shadow_map(void)
{
    uint64 start = shadow_of(ram_start());
    for (uint64 i = 0; i < PGROUNDUP(machine.ram_size / 8); i += PGSIZE)
        *boot_entry(start + i, 0) = entry_to(shadow_phys + i, PTE_W);
    boot_entry(shadow_of(KSTACK_BASE), 1);
}

void shadow_start(void)
{
    memset((void *)shadow_of(ram_start()), 0, machine.ram_size / 8);
    memset(no_stack, KASAN_FREE_STACK, PGSIZE);
    kasan_cover(ram_start(), machine.ram_size);
    kasan_cover(KSTACK_BASE, KSTACK_REGION);
    for (size_t i = 0; i < frame_count; i++)
        if (frame_unused(i))
            kasan_poison(frame_page(frame_at(i)), PGSIZE, KASAN_FREE_PAGE);
    kasan_globals();
}

bool shadow_map_slot(uint64 start)
{
    pte_t *e = kmap_entry(shadow_of(start), 0);
    void *page = e ? kalloc(FRAME_KERNEL) : NULL;
    if (!page)
        return false;
    memset(page, KASAN_FREE_STACK, PGSIZE);
    *e = entry_to(virt_to_phys(page), PTE_W);
    return true;
}

void shadow_unmap_slot(uint64 start)
{
    pte_t *e = kmap_entry(shadow_of(start), 0);
    void *page = phys_to_virt(PTE2PA(*e));
    *e = entry_to(virt_to_phys(no_stack), 0);
    kfree(page);
}
#endif
