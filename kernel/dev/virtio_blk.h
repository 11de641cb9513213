// Disks that are virtio devices.
#pragma once

// Finds them all and registers them as block devices, in the order of their addresses.
// => after plic_init_hart() and once memory can be allocated.
void virtio_blk_init(void);
