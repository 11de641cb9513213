// The kernel's own map (Sv39, upper half; the same in every address space):
//
//   0xffffffc000000000 + p    the direct map: physical address p, RAM and devices alike.
//                             The kernel is linked inside it, so no frame has an alias.
//   0xfffffff000000000 ..     kernel stacks, each above an unmapped guard
//   0xfffffff800000000 ..     with the address sanitizer: the shadow of all of this
//
// On the host the "direct map" is an arena that the unit tests allocate.
#pragma once

#include "types.h"
#include "riscv.h"

#ifdef KINE_HOST
extern uint64 host_direct_map; // host address of physical address 0
#define DIRECT_MAP host_direct_map
#else
#define DIRECT_MAP 0xffffffc000000000UL
#endif

#define KSTACK_BASE 0xfffffff000000000UL
#ifdef KASAN
#define KASAN_SHADOW 0xfffffff800000000UL // of the upper half, a byte for 8 (lib/kasan.h)
#endif

typedef uint64 paddr_t; // a physical address

static inline void *phys_to_virt(paddr_t pa)
{
    return (void *)(pa + DIRECT_MAP);
}

static inline paddr_t virt_to_phys(const void *va)
{
    return (uint64)va - DIRECT_MAP;
}
