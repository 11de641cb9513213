// The shadow of the address sanitizer (lib/kasan.h): where it lies.
//
// RAM's is cut out of RAM at boot, an eighth of it.  That of a kernel stack's slot is a page that
// comes and goes with the stack; slots without a stack share one that says so.  All of it is mapped
// where the compiler looks for it.
#pragma once

#include "types.h"
#include "riscv/addr.h"

#ifdef KASAN
#define SHADOW_PAGE_BYTES (PGSIZE / 8)

// RAM's shadow is to lie here: SHADOW_PAGE_BYTES for each of its pages.
void shadow_place(paddr_t start);
// Maps what is to be there at boot.  => the kernel's table is being made
void shadow_map(void);
// Fills it and begins to check.  => the kernel's table is loaded; no other hart runs
void shadow_start(void);
// Gives the slot of kernel stacks that begins at `start` a shadow, in which nothing may be touched.
// => false: out of memory
bool shadow_map_slot(uint64 start);
// Takes it away.  Whoever changes the stack's own entries afterwards takes care of the fences.
void shadow_unmap_slot(uint64 start);
#else
#define SHADOW_PAGE_BYTES 0UL

static inline void shadow_place(paddr_t start)
{
}
static inline void shadow_map(void)
{
}
static inline void shadow_start(void)
{
}
static inline bool shadow_map_slot(uint64 start)
{
    return true;
}
static inline void shadow_unmap_slot(uint64 start)
{
}
#endif
