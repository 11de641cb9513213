// The kernel's own page table: the direct map with W^X, and kernel stacks above guards.
//
// Its upper half (entries 256 to 511 of the root) is complete at boot and never changes afterwards,
// so every address space copies it once.
#pragma once

#include "types.h"
#include "riscv.h"
#include "kstack.h"

// Builds the table and switches this hart to it.  => kalloc works; no other hart runs.
void kmap_init(void);
// Switches this hart to it.
void kmap_load(void);
uint64 kmap_satp(void);
// Copies the kernel's half into a new root table.
void kmap_share(pagetable_t root);

// Kernel stacks of KSTACK_SIZE bytes in slots of twice that size, the lower half a guard
// (kstack.h).
// => the lowest address of a stack; NULL if out of memory.
void *kstack_alloc(void);
void kstack_free(void *stack);
// Frames of stacks that wait for their next thread.
size_t kstack_spare_frames(void);
