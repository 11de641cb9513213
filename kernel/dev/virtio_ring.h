// The split ring as it lies in memory, little-endian (Virtio 1.1, section 2.6).
#pragma once

#include "types.h"

#define VIRTQ_DESC_NEXT  1 // another descriptor follows
#define VIRTQ_DESC_WRITE 2 // the device writes

struct virtq_desc {
    uint64 addr;
    uint32 len;
    uint16 flags;
    uint16 next;
};

// Driver to device: heads of chains.
struct virtq_avail {
    uint16 flags;
    uint16 idx; // counts for ever; modulo the size it is the next place to fill
    uint16 ring[];
};

#define VIRTQ_USED_NO_NOTIFY 1 // the device looks by itself

// Device to driver: heads of chains that are done.
struct virtq_used {
    uint16 flags;
    uint16 idx;
    struct {
        uint32 id;
        uint32 len; // bytes written
    } ring[];
};
