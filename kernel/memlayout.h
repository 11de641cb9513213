// Addresses that user programs and tests know by name.  The kernel itself reads RAM and
// devices from the device tree; see kernel/riscv/addr.h for its own map.
#pragma once

#define KERNBASE   0x80000000L                    // where RAM begins on QEMU's virt machine
#define PHYSTOP    (KERNBASE + 128 * 1024 * 1024) // its end with the default 128 MiB
#define TRAMPOLINE (MAXVA - PGSIZE)               // top page: never mapped for users
#define TRAPFRAME  0x3fffffc000L                  // end of what a user address space can map
