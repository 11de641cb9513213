// Virtio devices on a memory-mapped transport, legacy (version 1) and modern (version 2), and the
// split ring through which driver and device exchange buffers (Virtio 1.1; sections 2.6 and 4.2).
#pragma once

#include "types.h"
#include "riscv/addr.h"

struct virtio {
    volatile uint8 *reg; // in the direct map; NULL: no device
    bool legacy;
    uint32 id;  // what kind of device, VIRTIO_ID_*
    uint32 irq; // at the interrupt controller
};

#define VIRTIO_ID_BLOCK    2
#define VIRTIO_F_VERSION_1 (1UL << 32)

// Reads the virtio slots from the device tree; once, before virtio_slot().
void virtio_init(void);
// Looks at the n-th virtio slot, in the order of addresses.
// => false: there are no more.  dev->id is 0 if nothing is plugged in that we can talk to.
bool virtio_slot(int n, struct virtio *dev);

// Resets the device and agrees on features: those of `wanted` that it offers.
// => 0 and the features in *got; -ENODEV.
int virtio_negotiate(struct virtio *dev, uint64 wanted, uint64 *got);
void virtio_start(struct virtio *dev); // after its queues are ready
void virtio_reset(struct virtio *dev); // it lets go of all memory
uint32 virtio_config32(struct virtio *dev, uint32 offset);
uint64 virtio_config64(struct virtio *dev, uint32 offset);
// Takes note of the device's interrupt.  => false: the device has failed and needs a reset.
bool virtio_interrupt(struct virtio *dev);

// --- one queue --------------------------------------------------------------------------------
// Not locked: the driver has a lock for it.

#define VIRTQ_MAX 128 // descriptors, at the most: what lies in one page

// One piece of physically contiguous memory of a request.
struct virtq_piece {
    paddr_t addr;
    uint32 len;
    bool device_writes; // else it reads
};

struct virtq {
    struct virtio *dev;
    void *page; // holds all three parts
    struct virtq_desc *desc;
    volatile struct virtq_avail *avail;
    volatile struct virtq_used *used;
    uint16 size;      // descriptors, a power of two
    uint16 nfree;     // of these, free
    uint16 free;      // the first free one; they are chained by `next`
    uint16 avail_idx; // requests made so far
    uint16 used_idx;  // completions seen so far
};

// Makes queue 0.  => 0; -ENOMEM, -ENODEV (the device has no such queue).
int virtq_init(struct virtq *q, struct virtio *dev);
// Puts a request of n pieces into the ring.  => its head, below VIRTQ_MAX, which names it until it
// is completed; -EAGAIN if fewer than n descriptors are free.
int virtq_add(struct virtq *q, const struct virtq_piece *piece, uint32 n);
// Tells the device of what was added.
void virtq_notify(struct virtq *q);
// => the head of the next completed request, its descriptors free again; -1: there is none.
int virtq_completed(struct virtq *q);
